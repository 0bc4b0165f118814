"""Dtypes and their limits, and what the library tells of itself."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import DTypeError, OptionError


def test_dtypes_and_their_limits():
    assert pc.float32 == np.dtype("float32")
    assert pc.bool == np.dtype(bool)
    assert pc.isdtype(pc.int32, ("bool", "signed integer"))
    assert not pc.isdtype(pc.uint8, "real floating")
    assert pc.finfo(pc.ones(2)).bits == 32
    assert pc.iinfo("int32").max == 2**31 - 1
    assert pc.can_cast(pc.int32, pc.int64)
    assert not pc.can_cast(pc.ones(1), pc.int32)
    assert pc.result_type(pc.ones(2), 3, 2.5) == pc.float32


def test_what_the_standard_leaves_open_is_told():
    told = pc.ones(1).__array_namespace__().__array_namespace_info__()
    assert told.default_dtypes()["real floating"] == pc.float32
    assert told.devices() == [pc.ones(1).device] == ["cpu"]
    assert set(told.dtypes(kind="integral")) == {"uint8", "uint32", "int32", "int64"}
    assert pc.ones(2).to_device("cpu").tolist() == [1.0, 1.0]


REFUSED = [
    (lambda: pc.result_type(pc.ones(1), pc.int32), DTypeError, "float32, int32.*one dtype"),
    (lambda: pc.isdtype(pc.int32, "integer"), OptionError, "Did you mean 'integral'"),
    (lambda: pc.asarray(1.0, device="gpu"), OptionError, "device 'gpu'.*'cpu' alone"),
    (lambda: pc.ones(1).__array_namespace__(api_version="1"), OptionError, "version '1'"),
]


@pytest.mark.parametrize(("make", "error", "message"), REFUSED, ids=lambda part: str(part)[:9])
def test_what_does_not_fit_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()

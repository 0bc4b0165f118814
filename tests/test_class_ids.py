"""Class ids: which class each is, beyond what a byte counts too, and what is no class."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.class_ids import check_ids, is_class, one_hot
from pellucid.errors import DTypeError, PositionError
from pellucid.executors import EXECUTORS


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "uint32"])
@pytest.mark.parametrize("executor", EXECUTORS)
def test_each_id_is_one_of_the_classes(dtype, executor):
    found = pc.compile(lambda ids: is_class(ids, 300), executor=executor)
    ids = np.array([[0, 255], [7, 1]], dtype)
    np.testing.assert_array_equal(found(ids).numpy(), np.eye(300, dtype=bool)[ids])


def test_one_hot_has_the_dtype_that_is_asked_for():
    assert one_hot([2, 0], 3, dtype="float64").tolist() == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    assert one_hot([2, 0], 3, dtype="float64").dtype == np.float64


def test_what_is_no_class_is_named():
    with pytest.raises(PositionError, match=r"^embed: id 3 at \(0, 1\), and there are 3\."):
        check_ids("embed", pc.tensor([[0, 3]]), 3)
    with pytest.raises(PositionError, match=r"embed: id -1 at \(0,\)"):
        check_ids("embed", pc.tensor([-1]), 3)
    with pytest.raises(DTypeError, match=r"embed: ids of float32.*astype\('int64'\)"):
        check_ids("embed", pc.tensor([0.5]), 3)

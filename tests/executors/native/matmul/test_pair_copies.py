"""Copies of operands as pairs: an odd k ends with a pair whose second number is nothing."""

import numpy as np
import pytest
from executors.native.matmul.paired_products import made_of_bfloat16, paired
from executors.native.matmul.product_programs import FORMS, run

from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.matmul.contraction import tiles


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("k", [1, 2, 15, 16, 17, 31, 33])
def test_every_k_is_there_once_whatever_its_number(k: int, form: str) -> None:
    spec, name = paired(19, k, 19, form), targets.host().name
    made = made_of_bfloat16(spec)
    left, right = made[0][0], made[1][0]
    left[...] = 1.0
    right[...] = 2.0 ** np.arange(k)[:, None] if k < 24 else 1.0
    found = run(spec, name, made, [(0, tiles(spec, targets.forced(name)))])
    assert np.all(found == (2.0**k - 1 if k < 24 else k))

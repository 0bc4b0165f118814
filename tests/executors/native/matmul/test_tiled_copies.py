"""Copies for tile registers: every k is there once, and what is missing of the last 32 is 0."""

from typing import Any

import numpy as np
import pytest
from executors.native.emulated_tiles import NAME, TILED, by_name
from executors.native.matmul.paired_products import made_of_bfloat16, paired
from executors.native.matmul.product_programs import FORMS, run

from pellucid.executors.native.matmul.contraction import tiles


@pytest.fixture(autouse=True)
def _tiled(monkeypatch: pytest.MonkeyPatch) -> Any:
    with by_name(monkeypatch):
        yield


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("k", [1, 2, 15, 16, 17, 31, 32, 33, 47, 49, 64])
def test_every_k_is_there_once_whatever_its_number(k: int, form: str) -> None:
    spec = paired(19, k, 19, form)
    made = made_of_bfloat16(spec)
    left, right = made[0][0], made[1][0]
    left[...] = 1.0
    right[...] = 2.0 ** np.arange(k)[:, None] if k < 24 else 1.0
    found = run(spec, NAME, made, [(0, tiles(spec, TILED))])
    assert np.all(found == (2.0**k - 1 if k < 24 else k))


@pytest.mark.parametrize("form", FORMS)
def test_infinite_numbers_meet_no_zeros_but_those_of_the_other_matrix(form: str) -> None:
    """A zero that fills up would make nan of one; what is filled up is 0 on both sides."""
    spec = paired(19, 37, 19, form)
    made = made_of_bfloat16(spec)
    left, right = made[0][0], made[1][0]
    left[...] = 1.0
    right[...] = 1.0
    left[3, 36] = np.inf
    right[35, 4] = -np.inf
    found = run(spec, NAME, made, [(0, tiles(spec, TILED))])
    wanted = np.full((19, 19), 37.0)
    wanted[3], wanted[:, 4] = np.inf, -np.inf
    wanted[3, 4] = np.nan
    np.testing.assert_array_equal(found, wanted)

"""Products of few rows of bfloat16: the bits of the order of pairs, from where matrices lie."""

from typing import Any

import numpy as np
import pytest
from executors.native.cpus import TARGETS
from executors.native.matmul.product_programs import check_of, run
from executors.native.matmul.test_pairs import in_order, made_of_bfloat16, paired

from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.matmul.contraction import tiles
from pellucid.executors.native.matmul.pairs_in_place import in_place_cut, is_in_place

SHAPES = [(1, 37, 70), (2, 8, 300), (4, 33, 37), (6, 2, 16), (3, 2101, 20)]


@pytest.mark.parametrize("form", ["rows", "a turned"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", TARGETS[:2])
def test_the_bits_are_those_of_pairs(shape: Any, name: str, form: str) -> None:
    spec = paired(*shape, form)
    assert is_in_place(spec, targets.forced(name))
    made = made_of_bfloat16(spec)
    found = run(spec, name, made, [(0, tiles(spec, targets.forced(name)))])
    wanted = in_order(np.array(made[0][0]), np.array(made[1][0]))
    np.testing.assert_array_equal(found.view(np.uint32), wanted.view(np.uint32))


@pytest.mark.parametrize("side", ["end", "begin"])
@pytest.mark.parametrize("form", ["rows", "a turned"])
@pytest.mark.parametrize("shape", [(5, 35, 37), (1, 18, 300)], ids=str)
def test_nothing_outside_is_touched_and_each_place_is_written_once(
    shape: Any, form: str, side: str
) -> None:
    spec = paired(*shape, form, gap=3)
    made = made_of_bfloat16(spec, side)
    check_of(spec, targets.host().name, made, made[1][0])


def test_rows_fill_one_tile_and_sums_fit_the_registers() -> None:
    for name in TARGETS:
        target = targets.forced(name)
        few = [m for m in range(1, 20) if is_in_place(paired(m, 64, 640), target)]
        assert few == list(range(1, {32: 15, 16: 7}[target.registers]))
        for m in few:
            cut = in_place_cut(paired(m, 64, 640), target)
            assert cut.rows == m
            assert 2 * m <= cut.rows * cut.vectors <= target.registers - 3


def test_columns_that_lie_apart_are_copied() -> None:
    assert not is_in_place(paired(1, 64, 64, "b turned"), targets.host())

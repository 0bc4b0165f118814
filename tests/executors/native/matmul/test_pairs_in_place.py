"""Products of few rows of bfloat16: the bits of the order of pairs, from where matrices lie."""

from typing import Any

import pytest
from executors.native.cpus import TARGETS
from executors.native.matmul.paired_products import check_bits, check_edges, paired

from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.matmul.pairs_in_place import in_place_cut, is_in_place

SHAPES = [(1, 37, 70), (2, 8, 300), (4, 33, 37), (6, 2, 16), (3, 2101, 20)]


@pytest.mark.parametrize("form", ["rows", "a turned"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", TARGETS[:2])
def test_the_bits_are_those_of_pairs(shape: Any, name: str, form: str) -> None:
    spec = paired(*shape, form)
    assert is_in_place(spec, targets.forced(name))
    check_bits(spec, name)


@pytest.mark.parametrize("side", ["end", "begin"])
@pytest.mark.parametrize("form", ["rows", "a turned"])
@pytest.mark.parametrize("shape", [(5, 35, 37), (1, 18, 300)], ids=str)
def test_nothing_outside_is_touched_and_each_place_is_written_once(
    shape: Any, form: str, side: str
) -> None:
    check_edges(paired(*shape, form, gap=3), targets.host().name, side)


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

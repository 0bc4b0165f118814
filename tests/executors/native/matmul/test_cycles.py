"""Estimated cycles: more work takes more of them, and what meets at a time fits the registers."""

import itertools
from dataclasses import replace

import pytest
from executors.native.cpus import TARGETS
from executors.native.matmul.product_programs import DTYPES, laid_out

from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.matmul.cycles import (
    inner_cycles,
    inner_rows,
    outer_cycles,
    swapped_cycles,
    swapped_vectors,
)
from pellucid.executors.native.matmul.tiling import tiling


@pytest.mark.parametrize("registers", [16, 32])
def test_rows_of_inner_products_leave_registers_for_what_they_meet(registers: int) -> None:
    for columns, most in itertools.product(range(1, 17), range(1, 60)):
        rows = inner_rows(columns, most, registers)
        assert 1 <= rows <= most
        assert rows * columns + columns < registers or rows == 1


@pytest.mark.parametrize("registers", [16, 32])
def test_vectors_down_the_rows_leave_registers_for_columns(registers: int) -> None:
    for columns, group, lanes in itertools.product(range(1, registers - 8), (1, 48, 500), (4, 16)):
        vectors = swapped_vectors(columns, group, lanes, registers)
        assert 1 <= vectors <= -(-group // lanes)
        assert vectors * (columns + 1) < registers


@pytest.mark.parametrize("name", TARGETS)
def test_a_product_of_twice_the_size_takes_more_cycles(name: str) -> None:
    target = targets.forced(name)
    lanes, registers = target.lanes(DTYPES[0]), target.registers
    for larger in ("m", "k"):
        spec = laid_out(60, 80, 3, DTYPES[0], "rows")
        twice = replace(spec, **{larger: 2 * getattr(spec, larger)})
        cut = tiling(spec, target)
        inner = [inner_cycles(x, 3, lanes, registers) * x.m for x in (spec, twice)]
        swapped = [swapped_cycles(x, 3, lanes, registers) for x in (spec, twice)]
        assert inner[0] < inner[1]
        assert swapped[0] < swapped[1]
        if cut.vectors:
            assert outer_cycles(spec, cut, 1) < outer_cycles(twice, cut, 1)


def test_multiply_adds_limit_a_full_tile_and_latency_a_small_one() -> None:
    """6 by 2 vectors take 6 cycles a step and little more, a single one as long as it waits."""
    spec = laid_out(600, 1000, 32, DTYPES[0], "rows")
    cut = replace(
        tiling(spec, targets.forced("avx512")),
        rows=6, vectors=2, columns=32, panels=1, packs_b=True,
    )  # fmt: skip
    steps = 100 * spec.k
    assert 6 * steps < outer_cycles(spec, cut, 2) < 9 * steps

"""Products in tile registers: the bits that the order of the instruction gives, by its emulation.

No machine with such registers was there: the emitter's code runs with each instruction written out
(`emulated_tiles`), and for a CPU that has them its assembly is read.
"""

import re
from typing import Any

import numpy as np
import pytest
from executors.native.emulated_tiles import NAME, REAL, TILED, by_name, in_tile_order
from executors.native.llvm.test_tile_registers import FOUR, instructions
from executors.native.matmul.paired_products import (
    check_bits,
    check_edges,
    in_order,
    made_of_bfloat16,
    paired,
)
from executors.native.matmul.product_programs import FORMS, module, run

from pellucid.executors.native.llvm import tile_registers
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.matmul.cuts import Contraction
from pellucid.executors.native.matmul.tiled_pairs import (
    FEWEST_ROWS,
    is_tiled,
    tiled_cut,
    tiled_units,
)

SHAPES = [(8, 1, 1), (16, 32, 16), (17, 33, 15), (40, 70, 33), (150, 64, 330)]
BLOCKED = (33, 2101, 20)


@pytest.fixture(autouse=True)
def _tiled(monkeypatch: pytest.MonkeyPatch) -> Any:
    with by_name(monkeypatch):
        yield


CASES = [(shape, form) for shape in SHAPES for form in FORMS]
CASES += [(BLOCKED, form) for form in ("rows", "both turned")]


@pytest.mark.parametrize(("shape", "form"), CASES, ids=str)
def test_the_bits_are_those_of_the_order_of_tiles(shape: Any, form: str) -> None:
    spec = paired(*shape, form)
    assert is_tiled(spec, TILED)
    check_bits(spec, NAME, in_tile_order)


def test_the_order_of_tiles_is_not_that_of_pairs() -> None:
    made = made_of_bfloat16(paired(40, 70, 33))
    left, right = np.array(made[0][0]), np.array(made[1][0])
    assert np.any(in_tile_order(left, right) != in_order(left, right))


@pytest.mark.parametrize("side", ["end", "begin"])
@pytest.mark.parametrize("form", ["rows", "both turned"])
@pytest.mark.parametrize("shape", [(31, 35, 37), (160, 18, 300)], ids=str)
def test_nothing_outside_is_touched_and_each_place_is_written_once(
    shape: Any, form: str, side: str
) -> None:
    check_edges(paired(*shape, form, gap=3), NAME, side)


@pytest.mark.parametrize(("a", "b"), [((80, 2), (200, 3)), ((0, 1), (33, 1)), ((40, 1), (1, 0))])
def test_operands_may_have_gaps_in_both_directions_and_repeat(a: Any, b: Any) -> None:
    spec = Contraction(19, 33, 40, np.dtype(np.float32), a, b, pairs=True)
    check_edges(spec, NAME)


def test_a_sum_over_nothing_is_zero() -> None:
    spec = paired(9, 0, 19)
    assert np.all(run(spec, NAME, made_of_bfloat16(spec), [(0, 1)]) == 0)


def test_few_rows_and_other_cpus_have_pairs() -> None:
    assert is_tiled(paired(FEWEST_ROWS, 64, 64), TILED)
    assert not is_tiled(paired(FEWEST_ROWS - 1, 64, 64), TILED)
    assert not is_tiled(paired(64, 64, 64), TILED.without_tiles())
    assert not is_tiled(paired(64, 64, 64), targets.forced("sse"))


@pytest.mark.parametrize("shape", [(256, 784, 1024), (1024, 256, 1024)], ids=str)
def test_work_is_divided_over_results_alone_in_pieces_for_many_threads(shape: Any) -> None:
    spec = paired(*shape)
    assert tiled_units(spec, TILED) >= 8
    assert tiled_cut(spec, TILED).depth == spec.k


@pytest.mark.skipif(not targets.host().is_x86, reason="code for x86")
@pytest.mark.parametrize(
    ("shape", "name"), [((40, 70, 40), "squares"), ((9, 70, 9), "one_square")], ids=str
)
def test_the_instructions_of_a_product_are_those_written_down(
    shape: Any, name: str, golden: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole and half tiles, of two panels and the last: and nothing is held before or after."""
    monkeypatch.setattr(tile_registers, "TileRegisters", REAL)
    text = targets.assembly(str(module(paired(*shape), FOUR)), FOUR)
    found = instructions(text)
    golden(f"tiles/{name}.txt", "\n".join(found) + "\n")
    assert found[0] == "ldtilecfg"
    assert found[-1] == "tilerelease"
    assert [found.count(each) for each in ("ldtilecfg", "tilerelease")] == [1, 1]
    # The way out: after the tiles are released nothing but registers are put back.
    (after,) = re.findall(r"\ttilerelease\n(.*)", text, re.DOTALL)
    assert text.count("\tretq") == after.count("\tretq") == 1

"""Products of bfloat16: the bits that the order of their sums gives, on every CPU."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from executors.native.cpus import TARGETS, on_target
from executors.native.matmul.product_programs import (
    DTYPES,
    FORMS,
    check_of,
    laid_out,
    module,
    operands,
    run,
)

import pellucid as pc
from pellucid.executors.native.llvm.vectors import block_of
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.matmul.contraction import tiles
from pellucid.executors.native.matmul.cuts import Contraction
from pellucid.executors.native.matmul.pairs import pair_cut, pair_units
from pellucid.executors.threads import set_threads, threads

SHAPES = [(1, 1, 1), (7, 5, 3), (6, 33, 70), (33, 16, 17), (150, 64, 330)]
BLOCKED = (3, 2101, 20)
WITHOUT = "avx512 without products of bfloat16"


def paired(m: int, k: int, n: int, form: str = "rows", gap: int = 0) -> Contraction:
    return replace(laid_out(m, k, n, DTYPES[0], form, gap), pairs=True)


def made_of_bfloat16(spec: Contraction, side: str = "end") -> list[Any]:
    """Operands whose lower halves are 0; of different sizes, so that the order counts."""
    made = operands(spec, side)
    rng = np.random.default_rng(1)
    for view, _ in made[:2]:
        view[...] *= 2.0 ** rng.integers(-6, 6, view.shape)
        view[...] = (np.array(view).view(np.uint32) & 0xFFFF0000).view(np.float32)
    return made


def in_order(a: Any, b: Any) -> Any:
    """The sums as specified: from pair to pair, the second product first, in blocks of k."""
    k = a.shape[1]
    depth = block_of(k, 2) or max(k, 1)
    total = np.zeros((len(a), b.shape[1]), np.float32)
    for begin in range(0, k, depth):
        end = min(begin + depth, k)
        sums = np.zeros_like(total)
        for first in range(begin, end, 2):
            for each in (first + 1, first):
                if each < end:  # products are exact, so this is rounded once
                    sums += np.outer(a[:, each], b[each])
        total = sums if begin == 0 else total + sums
    return total


def without(monkeypatch: pytest.MonkeyPatch) -> str:
    """The CPU that runs this, less the instruction."""
    host = targets.host()
    features = host.features.replace("+avx512bf16", "-avx512bf16")
    lesser = replace(host, features=features)
    forced = targets.forced
    monkeypatch.setattr(targets, "forced", lambda name: lesser if name == WITHOUT else forced(name))
    return WITHOUT


CASES = [(shape, form) for shape in SHAPES for form in FORMS]
CASES += [(BLOCKED, form) for form in ("rows", "both turned")] + [((33, 2101, 20), "rows")]


@pytest.mark.parametrize(("shape", "form"), CASES, ids=str)
@pytest.mark.parametrize("name", [TARGETS[0], *TARGETS[1:2], WITHOUT])
def test_every_cpu_gives_the_bits_of_the_order(
    shape: Any, name: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = without(monkeypatch) if name == WITHOUT else name
    spec = paired(*shape, form)
    made = made_of_bfloat16(spec)
    found = run(spec, name, made, [(0, tiles(spec, targets.forced(name)))])
    wanted = in_order(np.array(made[0][0]), np.array(made[1][0]))
    np.testing.assert_array_equal(found.view(np.uint32), wanted.view(np.uint32))


@pytest.mark.parametrize("side", ["end", "begin"])
@pytest.mark.parametrize("form", ["rows", "both turned"])
@pytest.mark.parametrize("shape", [(31, 35, 37), (160, 18, 300)], ids=str)
def test_nothing_outside_is_touched_and_each_place_is_written_once(
    shape: Any, form: str, side: str
) -> None:
    spec = paired(*shape, form, gap=3)
    made = made_of_bfloat16(spec, side)
    check_of(spec, targets.host().name, made, made[1][0])


@pytest.mark.parametrize(("a", "b"), [((80, 2), (200, 3)), ((0, 1), (33, 1)), ((40, 1), (1, 0))])
def test_operands_may_have_gaps_in_both_directions_and_repeat(a: Any, b: Any) -> None:
    spec = Contraction(19, 33, 40, DTYPES[0], a, b, pairs=True)
    made = made_of_bfloat16(spec)
    check_of(spec, targets.host().name, made, made[1][0])


def test_a_sum_over_nothing_is_zero() -> None:
    spec = paired(5, 0, 19)
    name = targets.host().name
    assert np.all(run(spec, name, operands(spec, "end"), [(0, 1)]) == 0)


@pytest.mark.parametrize("shape", [(256, 784, 1024), (1024, 256, 1024)], ids=str)
def test_work_is_divided_over_results_alone_in_pieces_for_many_threads(shape: Any) -> None:
    spec = paired(*shape)
    target = targets.host()
    assert pair_units(spec, target) >= 8
    assert pair_cut(spec, target).depth == spec.k


AVX512 = replace(
    targets.forced("sse"), name="avx512", vector_bytes=64, registers=32, cpu="x86-64-v4"
)
WITH = replace(AVX512, features="+avx512bf16")


@pytest.mark.skipif(not targets.host().is_x86, reason="code for x86")
def test_the_instruction_is_written_where_the_cpu_has_it_and_two_steps_elsewhere() -> None:
    spec = paired(30, 64, 64)
    by_name = {}
    for name, target in (("with", WITH), ("without", AVX512)):
        text = targets.assembly(str(module(spec, target)), target)
        by_name[name] = (text.count("vdpbf16ps"), text.count("vfmadd"))
    cut = pair_cut(spec, WITH)
    products = cut.rows * cut.vectors * 2  # two pairs in a turn
    assert by_name["with"][0] >= products
    assert by_name["with"][1] == 0
    assert by_name["without"][0] == 0
    assert by_name["without"][1] >= 2 * products // 2


def test_programs_give_the_same_bits_on_every_cpu_and_any_number_of_threads() -> None:
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=shape).astype(np.float32) for shape in ((90, 301), (301, 70)))
    found = {}
    before = threads()
    for name in TARGETS[:2]:
        with on_target(name):
            product = pc.compile(lambda a, b: (a @ b).maximum(0.0) @ b.mT, precision="bfloat16")
            for count in (1, 2, 3):
                set_threads(count)
                found[name, count] = product(a, b).numpy().tobytes()
    set_threads(before)
    assert len(set(found.values())) == 1

"""Products of bfloat16: the bits that the order of their sums gives, on every CPU."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from executors.native.cpus import TARGETS, on_target
from executors.native.matmul.paired_products import (
    check_bits,
    check_edges,
    paired,
)
from executors.native.matmul.product_programs import (
    DTYPES,
    FORMS,
    module,
    operands,
    run,
)

import pellucid as pc
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.matmul.cuts import Contraction
from pellucid.executors.native.matmul.pairs import pair_cut, pair_units
from pellucid.executors.threads import set_threads, threads

SHAPES = [(1, 1, 1), (7, 5, 3), (6, 33, 70), (33, 16, 17), (150, 64, 330)]
BLOCKED = (3, 2101, 20)
WITHOUT = "avx512 without products of bfloat16"


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
    check_bits(spec, name)


@pytest.mark.parametrize("side", ["end", "begin"])
@pytest.mark.parametrize("form", ["rows", "both turned"])
@pytest.mark.parametrize("shape", [(31, 35, 37), (160, 18, 300)], ids=str)
def test_nothing_outside_is_touched_and_each_place_is_written_once(
    shape: Any, form: str, side: str
) -> None:
    check_edges(paired(*shape, form, gap=3), targets.host().name, side)


@pytest.mark.parametrize(("a", "b"), [((80, 2), (200, 3)), ((0, 1), (33, 1)), ((40, 1), (1, 0))])
def test_operands_may_have_gaps_in_both_directions_and_repeat(a: Any, b: Any) -> None:
    spec = Contraction(19, 33, 40, DTYPES[0], a, b, pairs=True)
    check_edges(spec, targets.host().name)


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

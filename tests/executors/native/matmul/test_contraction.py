"""Matrix products against NumPy in float64: shapes, layouts, dtypes, targets, borders of memory."""

from typing import Any

import numpy as np
import pytest
from executors.native.cpus import HERE, TARGETS
from executors.native.matmul.product_programs import (
    DTYPES,
    FORMS,
    check,
    laid_out,
    module,
    operands,
    run,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from llvmlite import binding

from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.matmul.contraction import tiles
from pellucid.executors.native.matmul.cuts import Contraction


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=40)
@given(data=st.data())
def test_product_is_numpys_within_k_rounding_errors(form: str, name: str, data: Any) -> None:
    size = st.integers(1, 70) | st.sampled_from([1, 2, 16, 17, 48, 50])
    m, k, n = (data.draw(size, label=letter) for letter in "mkn")
    dtype = data.draw(st.sampled_from(DTYPES), label="dtype")
    gap = data.draw(st.sampled_from([0, 0, 3]), label="gap")
    side = data.draw(st.sampled_from(["end", "begin"]), label="side")
    check(laid_out(m, k, n, dtype, form, gap), name, side)


SHAPES = [  # m, k, n
    (100, 784, 50),
    (50, 100, 10),
    (784, 100, 50),
    (128, 100, 100),
    (40, 300, 10),
    (1, 784, 50),
    (1, 1000, 1),
    (209, 500, 1),
    (500, 209, 1),
    (4, 2, 4),
    (3, 5, 600),
    (2, 600, 3),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_shapes_of_real_networks_are_right(form: str, shape: tuple[int, int, int]) -> None:
    check(laid_out(*shape, DTYPES[0], form), HERE)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", [(37, 2100, 70), (20, 1100, 130), (7, 17000, 3)], ids=str)
def test_sums_too_long_for_the_cache_are_right(form: str, dtype: Any, shape: Any) -> None:
    check(laid_out(*shape, dtype, form, gap=600), HERE)


def test_operands_may_have_gaps_in_both_directions_and_repeat() -> None:
    spec = Contraction(19, 33, 40, DTYPES[0], (80, 2), (200, 3))
    check(spec, HERE)
    check(Contraction(19, 33, 40, DTYPES[0], (0, 1), (33, 1)), HERE)
    check(Contraction(19, 33, 40, DTYPES[0], (40, 1), (1, 0)), HERE)


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize(("m", "n"), [(5, 19), (600, 640), (600, 641)])
def test_a_sum_over_nothing_is_zero(m: int, n: int, name: str) -> None:
    spec = Contraction(m, n, 0, DTYPES[0], (1, m), (n, 1))
    made = operands(spec, "end")
    assert np.all(run(spec, name, made, [(0, tiles(spec, targets.forced(name)))]) == 0)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", [(0, 20, 5), (4, 20, 0), (0, 0, 0)], ids=str)
def test_an_empty_product_has_no_work(form: str, shape: tuple[int, int, int]) -> None:
    spec = laid_out(*shape, DTYPES[0], form)
    assert tiles(spec, targets.host()) == 0
    run(spec, HERE, operands(spec, "end"), [(0, 0)])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("n", [3, 50, 64])
def test_nan_and_inf_reach_their_rows_and_columns_alone(form: str, n: int) -> None:
    spec = laid_out(20, 40, n, DTYPES[0], form)
    made = operands(spec, "end")
    (a, _), (b, _), _ = made
    a[3, 7], a[5, 39], b[11, n - 1] = np.nan, np.inf, -np.inf
    result = run(spec, HERE, made, [(0, tiles(spec, targets.host()))])
    with np.errstate(all="ignore"):
        exact = a.astype(np.float64) @ b.astype(np.float64)
    assert np.array_equal(np.isnan(result), np.isnan(exact))
    assert np.array_equal(np.isposinf(result), np.isposinf(exact))
    assert np.array_equal(np.isneginf(result), np.isneginf(exact))


@pytest.mark.parametrize("form", FORMS)
def test_bits_do_not_depend_on_the_alignment_of_operands(form: str) -> None:
    spec = laid_out(20, 41, 51, DTYPES[0], form)
    made = {side: operands(spec, side, seed=1) for side in ("begin", "end")}
    places = {side: [x.ctypes.data % 64 for x, _ in made[side]] for side in made}
    assert places["begin"] != places["end"]
    count = tiles(spec, targets.host())
    results = [run(spec, HERE, made[side], [(0, count)]).tobytes() for side in made]
    assert results[0] == results[1]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", [(100, 784, 50), (64, 64, 64), (9, 2000, 130)], ids=str)
def test_code_for_another_kind_of_cpu_is_valid(form: str, shape: tuple[int, int, int]) -> None:
    neon = targets.Target("neon", "", "", 16, 32, "")
    spec = laid_out(*shape, DTYPES[0], form)
    text = str(module(spec, neon))
    binding.parse_assembly(text).verify()
    assert "<4 x float>" in text
    assert "x86" not in text

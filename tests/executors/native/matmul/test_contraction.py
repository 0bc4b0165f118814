"""Matrix products against NumPy in float64: shapes, layouts, dtypes, targets, borders of memory."""

import ctypes
import itertools
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from executors.native.cpus import HERE, TARGETS
from executors.native.guarded import guarded
from hypothesis import given, settings
from hypothesis import strategies as st
from llvmlite import binding, ir

from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.loads_and_stores import store
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.matmul import tiling as tiling_module
from pellucid.executors.native.matmul.contraction import emit_contraction, tiles
from pellucid.executors.native.matmul.panels import SHORT_DEPTH, Finish
from pellucid.executors.native.matmul.tiling import MOST_STEPS, Contraction, tiling

I64 = ir.IntType(64)
POINTER = ir.PointerType()
LANES = targets.host().lanes(np.dtype(np.float32))
DTYPES = [np.dtype(np.float32), np.dtype(np.float64)]
FORMS = ["rows", "b turned", "a turned", "both turned"]


def module(spec: Contraction, target: targets.Target, *, marks: bool = False) -> ir.Module:
    """`product(a, b, c, begin, end)`: C, row by row, for a range of units.

    With `marks` no results are written, but a byte for each place that is asked for.
    """
    made = ir.Module("test")
    kind = ir.FunctionType(ir.VoidType(), [POINTER] * 3 + [I64] * 2)
    function = ir.Function(made, kind, "product")
    a, b, c, begin, end = function.args
    entry = ir.IRBuilder(function.append_basic_block("entry"))
    code = function.append_basic_block("code")
    builder = ir.IRBuilder(code)

    def scratch(kind: ir.Type, count: int) -> Any:
        slot = entry.alloca(kind, size=count)
        slot.align = 64
        return slot

    def write(row: Any, column: Any, vector: Any, mask: Any) -> None:
        element = builder.add(builder.mul(row, I64(spec.n)), column)
        scalar = ir.FloatType() if spec.dtype.itemsize == 4 else ir.DoubleType()
        place = builder.gep(c, [element], source_etype=scalar)
        store(builder, place, Lanes(builder, vector, spec.dtype), mask=mask)

    def mark(row: Any, column: Any, rows: range, columns: range) -> None:
        width = -(-spec.n // LANES) * LANES + LANES
        for i, j in itertools.product(rows, columns):
            element = builder.add(builder.mul(builder.add(row, I64(i)), I64(width)), column)
            place = builder.gep(c, [builder.add(element, I64(j))], source_etype=ir.IntType(8))
            builder.store(ir.IntType(8)(1), place)

    finish = Finish(lambda *_: None, mark) if marks else Finish(write)
    emit_contraction(builder, target, spec, (a, b), (begin, end), finish, scratch)
    builder.ret_void()
    entry.branch(code)
    return made


@lru_cache(maxsize=256)
def compiled(spec: Contraction, name: str) -> tuple[Any, Any]:
    target = targets.forced(name)
    engine = targets.loaded(targets.object_code(str(module(spec, target)), target), target)
    kind = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3, *[ctypes.c_int64] * 2)
    return kind(engine.get_function_address("product")), engine


def operands(spec: Contraction, side: str, seed: int = 0) -> list[Any]:
    """A, B and C in memory of their own: each ends (or begins) at a page not to be touched."""
    rng = np.random.default_rng(seed)
    made = []
    for shape, strides in (
        ((spec.m, spec.k), spec.a_strides),
        ((spec.k, spec.n), spec.b_strides),
        ((spec.m, spec.n), (spec.n, 1)),
    ):
        reach = 1 + sum((n - 1) * s for n, s in zip(shape, strides, strict=True))
        count = reach if min(shape) else 0
        memory, region = guarded(count * spec.dtype.itemsize, side)
        numbers = memory.view(spec.dtype)
        numbers[...] = np.nan
        size = spec.dtype.itemsize
        view = np.lib.stride_tricks.as_strided(numbers, shape, [s * size for s in strides])
        if count and len(made) < 2:
            view[...] = rng.standard_normal(shape)
        made.append((view, region))
    return made


def run(spec: Contraction, name: str, made: list[Any], units: list[tuple[int, int]]) -> Any:
    function, _ = compiled(spec, name)
    (a, _), (b, _), (c, _) = made
    c[...] = np.nan
    for begin, end in units:
        function(a.ctypes.data, b.ctypes.data, c.ctypes.data, begin, end)
    return c.copy()


def check(spec: Contraction, name: str, side: str = "end") -> None:
    """Close to the product in float64; the same bits, each written once, however divided."""
    made = operands(spec, side)
    count = tiles(spec, targets.forced(name))
    result = run(spec, name, made, [(0, count)])
    a, b = (made[i][0].astype(np.longdouble) for i in (0, 1))
    bound = (spec.k + 2) * np.finfo(spec.dtype).eps * (np.abs(a) @ np.abs(b))
    assert np.all(np.abs(result - a @ b) <= bound)
    cuts = sorted({0, count, *np.random.default_rng(count).integers(0, count + 1, 3).tolist()})
    parts = list(itertools.pairwise(cuts))[::-1]
    again = run(spec, name, made, parts)
    assert result.tobytes() == again.tobytes()
    written = [np.count_nonzero(~np.isnan(run(spec, name, made, [part]))) for part in parts]
    assert sum(written) == spec.m * spec.n


def laid_out(m: int, k: int, n: int, dtype: np.dtype[Any], form: str, gap: int = 0) -> Contraction:
    """A product whose operands lie as a form says, with gaps between their lines."""
    a = (1, m + gap) if form in ("a turned", "both turned") else (k + gap, 1)
    b = (1, k + gap) if form in ("b turned", "both turned") else (n + gap, 1)
    return Contraction(m, n, k, dtype, a, b)


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


BLOCKS = [  # m, k, n: A and B lie far apart, and A transposed
    (523, 40, 1039),
    (520, 300, 527),
    (513, 257, 777),
    (770, 5, 640),
    (2100, 33, 600),
    (600, 566, 527),  # parts of 189 would not be whole turns
]


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("shape", BLOCKS, ids=str)
def test_blocks_of_large_transposed_matrices_are_right(shape: Any, name: str) -> None:
    spec = laid_out(*shape, DTYPES[0], "a turned")
    assert tiling(spec, targets.forced(name)).packs_a
    check(spec, name)
    check(replace(spec, light=True), name, "begin")


def test_blocks_in_double_precision_and_with_gaps_are_right() -> None:
    spec = laid_out(530, 140, 610, DTYPES[1], "a turned", gap=3)
    assert tiling(spec, targets.host()).packs_a
    check(spec, HERE)


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("form", FORMS)
def test_parts_of_long_sums_are_whole_turns_of_the_loop(form: str, name: str) -> None:
    cut_up = 0
    lengths = (*range(250, 5000, 97), 21505, 68609, 75777)  # the last leave little over
    for m, k, n in itertools.product((7, 600), lengths, (64, 600)):
        for dtype in DTYPES:
            cut = tiling(laid_out(m, k, n, dtype, form, gap=600), targets.forced(name))
            depth = cut.depth
            assert depth == k or (depth < k and depth % MOST_STEPS == 0)
            assert k % depth == 0 or k % depth >= cut.lanes
            cut_up += depth < k
    assert cut_up


def marks_of_claims(shape: tuple[int, int, int], form: str) -> Any:
    """1 for every element of C whose place was asked for, in memory that ends at a page."""
    spec = laid_out(*shape, DTYPES[0], form)
    code = module(spec, targets.host(), marks=True)
    engine = targets.loaded(targets.object_code(str(code), targets.host()), targets.host())
    kind = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3, *[ctypes.c_int64] * 2)
    (a, _), (b, _), _ = operands(spec, "end")
    width = -(-spec.n // LANES) * LANES + LANES  # the last vector, and what is left over beside it
    memory, _region = guarded(spec.m * width, "end")
    memory[:] = 0
    places = [x.ctypes.data for x in (a, b, memory)]
    kind(engine.get_function_address("product"))(*places, 0, tiles(spec, targets.host()))
    return memory.reshape(spec.m, width)[:, : spec.n]


@pytest.mark.parametrize("form", ["rows", "b turned", "a turned"])
@pytest.mark.parametrize(
    "shape", [(37, 300, 70), (37, 20, 70), (20, 1100, 700), (523, 300, 1031)], ids=str
)
def test_the_place_of_every_result_is_asked_for(shape: Any, form: str) -> None:
    marks = marks_of_claims(shape, form)
    assert np.all(marks[:, ::LANES] == 1)
    assert np.count_nonzero(marks) == marks[:, ::LANES].size


def test_operands_may_have_gaps_in_both_directions_and_repeat() -> None:
    spec = Contraction(19, 33, 40, DTYPES[0], (80, 2), (200, 3))
    check(spec, HERE)
    check(Contraction(19, 33, 40, DTYPES[0], (0, 1), (33, 1)), HERE)
    check(Contraction(19, 33, 40, DTYPES[0], (40, 1), (1, 0)), HERE)


SHORT_SHAPES = [(37, 10, 70), (100, SHORT_DEPTH, 50), (5, 3, 1), (9, 10, 1024)]  # m, k, n


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", SHORT_SHAPES, ids=str)
def test_short_products_are_the_same_whatever_follows_them(form: str, shape: Any) -> None:
    for name in TARGETS:
        spec = laid_out(*shape, DTYPES[0], form)
        light = replace(spec, light=True)
        check(light, name)
        made, units = operands(spec, "end"), [(0, tiles(spec, targets.forced(name)))]
        assert run(spec, name, made, units).tobytes() == run(light, name, made, units).tobytes()


@pytest.mark.parametrize("name", TARGETS)
def test_tiles_are_low_where_writing_takes_the_time_and_rows_share_cache_sets(name: str) -> None:
    target = targets.forced(name)
    crowded, apart = (tiling(laid_out(256, 10, n, DTYPES[0], "rows"), target) for n in (1024, 1040))
    assert crowded.rows < apart.rows


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


@pytest.mark.parametrize("lanes", [2, 4, 8, 16])
def test_no_part_of_k_is_shorter_than_the_squares_in_which_it_is_turned(lanes: int) -> None:
    for most in (1, 3, 8, 16, 17, 33, 100):
        for k in range(1, 400):
            depth = tiling_module._depth(k, most, lanes)
            assert depth == k or k % depth == 0 or k % depth >= max(lanes, 4), (most, k, depth)

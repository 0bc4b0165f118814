"""Products compiled alone: code, operands beside forbidden pages, and what a result may err.

laid_out    a product whose operands lie as a form says
module      its code, for a target
operands    A, B and C in guarded memory
run         results, for ranges of units
check       that they are right, each written once, however divided
check_with_panels   the same for a product whose right matrix is copied in panels before
"""

import ctypes
import itertools
from functools import lru_cache
from typing import Any

import numpy as np
from executors.native.guarded import guarded
from llvmlite import ir

from pellucid.executors.native.llvm.counted_loops import Interval
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.loads_and_stores import store
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.matmul.contraction import emit_contraction, tiles
from pellucid.executors.native.matmul.cuts import Contraction
from pellucid.executors.native.matmul.packed_panels import emit_panel_copies, panel_count
from pellucid.executors.native.matmul.panels import Site
from pellucid.executors.native.matmul.tiles import Finish

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
    site, units = Site(builder, target, scratch), Interval.of(builder, begin, end)
    emit_contraction(site, spec, (a, b), units, finish)
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
    check_of(spec, name, made, made[1][0])


def check_of(spec: Contraction, name: str, made: list[Any], right: Any) -> None:
    """The same of operands that are there; `right` is B as it is multiplied."""
    count = tiles(spec, targets.forced(name))
    result = run(spec, name, made, [(0, count)])
    a, b = made[0][0].astype(np.longdouble), right.astype(np.longdouble)
    bound = (spec.k + 2) * np.finfo(spec.dtype).eps * (np.abs(a) @ np.abs(b))
    assert np.all(np.abs(result - a @ b) <= bound)
    cuts = sorted({0, count, *np.random.default_rng(count).integers(0, count + 1, 3).tolist()})
    parts = list(itertools.pairwise(cuts))[::-1]
    again = run(spec, name, made, parts)
    assert result.tobytes() == again.tobytes()
    written = [np.count_nonzero(~np.isnan(run(spec, name, made, [part]))) for part in parts]
    assert sum(written) == spec.m * spec.n


@lru_cache(maxsize=256)
def copying(spec: Contraction, name: str) -> tuple[Any, Any]:
    """`copy(panels, b, begin, end)`: some panels of B."""
    made, target = ir.Module("test"), targets.forced(name)
    kind = ir.FunctionType(ir.VoidType(), [POINTER] * 2 + [I64] * 2)
    function = ir.Function(made, kind, "copy")
    panels, b, begin, end = function.args
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    units = Interval.of(builder, begin, end)
    emit_panel_copies(builder, spec, target, (panels, b), units)
    builder.ret_void()
    engine = targets.loaded(targets.object_code(str(made), target), target)
    called = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 2, *[ctypes.c_int64] * 2)
    return called(engine.get_function_address("copy")), engine


def check_with_panels(spec: Contraction, name: str, side: str) -> None:
    """As `check`, for a product in blocks of rows; its panels lie beside a forbidden page."""
    target = targets.forced(name)
    made = operands(spec, side)
    lanes = target.lanes(spec.dtype)
    size = spec.k * -(-spec.n // lanes) * lanes * spec.dtype.itemsize
    memory, region = guarded(size, "begin")
    panels = memory.view(spec.dtype)
    panels[...] = np.nan
    original = made[1][0]
    copy, _ = copying(spec, name)
    for index in reversed(range(panel_count(spec, target))):
        copy(panels.ctypes.data, original.ctypes.data, index, index + 1)
    check_of(spec, name, [made[0], (panels, region), made[2]], original)


def laid_out(m: int, k: int, n: int, dtype: np.dtype[Any], form: str, gap: int = 0) -> Contraction:
    """A product whose operands lie as a form says, with gaps between their lines."""
    a = (1, m + gap) if form in ("a turned", "both turned") else (k + gap, 1)
    b = (1, k + gap) if form in ("b turned", "both turned") else (n + gap, 1)
    return Contraction(m, n, k, dtype, a, b)

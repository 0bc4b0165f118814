"""Generated matrix products beside NumPy's BLAS and the multiply-add peak, on one thread.

Run: python benchmarks/contraction.py [--rounds N] [--target NAME] [FORM,M,K,N ...]

A form is N for x W, T for dy W^T (B lies transposed), X for x^T dy (A lies transposed). Every
round measures peak, pellucid and NumPy one after the other, so that neighbours on the machine
and changes of its pace meet all three; printed are the medians over the rounds, and the fastest
rounds of each. Each call writes its result once. NumPy's time contains about a microsecond of
Python, ours none of it. The error is the largest, in units of k rounding errors.
"""

import argparse
import ctypes
import itertools
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")

import numpy as np
from llvmlite import ir

from pellucid.executors.native.llvm.counted_loops import Interval, counted
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.loads_and_stores import ask_for, store
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.matmul import contraction as contractions
from pellucid.executors.native.matmul.cuts import Contraction
from pellucid.executors.native.matmul.panels import Site
from pellucid.executors.native.matmul.tiles import Finish
from pellucid.executors.native.runtime.peak import multiply_adds
from pellucid.executors.native.schedule.plan import ALIGNMENT

I8, I64 = ir.IntType(8), ir.IntType(64)
POINTER = ir.PointerType()
FLOAT32 = np.dtype(np.float32)
STEPS = 600_000  # of the peak: some 1.2 ms, for the pace of the CPU to settle

SHAPES = [
    *("N,100,784,50", "N,100,50,10", "X,784,100,50", "X,50,100,10", "T,100,10,50"),
    *("N,128,784,100", "N,128,100,100", "X,784,128,100", "X,100,128,100", "T,128,100,100"),
    *("N,256,784,1024", "N,256,1024,1024", "T,256,1024,1024", "X,1024,256,1024"),
    *("N,256,1024,10", "T,256,10,1024", "X,1024,256,10"),
    *("N,1024,1024,1024", "T,1024,1024,1024", "X,1024,1024,1024"),
    *("N,1,784,50", "N,1,50,10", "N,1,12288,1", "N,209,12288,1", "X,12288,209,1"),
    *("N,4,2,4", "N,4,4,1", "N,37,61,17", "N,64,64,64", "N,500,512,512", "T,33,70,70"),
]


@dataclass(frozen=True)
class Case:
    """One product: how its operands lie, and its sizes."""

    form: str
    m: int
    k: int
    n: int

    @property
    def flops(self) -> int:
        """A multiplication and an addition for each element of the three sizes."""
        return 2 * self.m * self.k * self.n

    @property
    def is_large(self) -> bool:
        """Whether programs with such products are long enough for thorough code generation."""
        return self.flops > 1e8

    def operands(self) -> tuple[np.ndarray, np.ndarray]:
        """A (m, k) and B (k, n), lying in memory as the form says."""
        rng = np.random.default_rng(0)
        a, b = ((self.k, self.m) if self.form == "X" else (self.m, self.k)), (self.k, self.n)
        if self.form == "T":
            b = b[::-1]
        x, y = (rng.standard_normal(shape).astype(np.float32) for shape in (a, b))
        return (x.T if self.form == "X" else x), (y.T if self.form == "T" else y)


def case(text: str) -> Case:
    form, m, k, n = text.split(",")
    return Case(form, int(m), int(k), int(n))


def compiled(module: ir.Module, target: targets.Target, *, thorough: bool) -> tuple[Any, float]:
    """The code in memory, and the seconds of CPU that it took to make."""
    start = time.process_time()
    code = targets.object_code(str(module), target, thorough=thorough)
    return targets.loaded(code, target), time.process_time() - start


def repeated_product(spec: Contraction, target: targets.Target) -> tuple[ir.Module, str]:
    """`product(a, b, c, times)`: the product, written row by row, several times over."""
    module = ir.Module("benchmark")
    kind = ir.FunctionType(ir.VoidType(), [POINTER] * 3 + [I64])
    function = ir.Function(module, kind, "product")
    a, b, c, times = function.args
    entry = ir.IRBuilder(function.append_basic_block("entry"))
    code = function.append_basic_block("code")
    builder = ir.IRBuilder(code)

    def scratch(kind: ir.Type, count: int) -> ir.Value:
        slot = entry.alloca(kind, size=count)
        slot.align = 64
        return slot

    def place(row: ir.Value, column: ir.Value) -> ir.Value:
        element = builder.add(builder.mul(row, I64(spec.n)), column)
        return builder.gep(c, [builder.mul(element, I64(spec.dtype.itemsize))], source_etype=I8)

    def write(row: ir.Value, column: ir.Value, vector: ir.Value, mask: ir.Value) -> None:
        store(builder, place(row, column), Lanes(builder, vector, spec.dtype), mask=mask)

    def claim(row: ir.Value, column: ir.Value, rows: range, columns: range) -> None:
        for i, j in itertools.product(rows, columns):
            further = I64((i * spec.n + j) * spec.dtype.itemsize)
            ask_for(
                builder, builder.gep(place(row, column), [further], source_etype=I8), writes=True
            )

    site = Site(builder, target, scratch)
    units = Interval.of(builder, 0, contractions.tiles(spec, target))
    with counted(builder, 0, times):
        contractions.emit_contraction(site, spec, (a, b), units, Finish(write, claim))
    builder.ret_void()
    entry.branch(code)
    return module, "product"


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


@dataclass(frozen=True)
class Figures:
    """Rates in GFLOP/s of peak, pellucid and NumPy, round by round; seconds of compiling; error."""

    rates: tuple[list[float], ...]
    compiling: float
    error: float

    def row(self, choose: Callable[[list[float]], float]) -> str:
        peak, ours, theirs = map(choose, self.rates)
        return f"{peak:5.0f} {ours:8.1f} {ours / peak:6.0%} {theirs:6.1f} {ours / theirs:8.2f}"


def result(spec: Case) -> np.ndarray:
    """Memory for C that begins at a cache line, as everything in the executor's arena does."""
    room = np.full(spec.m * spec.n + ALIGNMENT // 4, np.nan, np.float32)
    start = -room.ctypes.data % ALIGNMENT // 4
    return room[start : start + spec.m * spec.n].reshape(spec.m, spec.n)


def measure(spec: Case, target: targets.Target, rounds: int) -> Figures:
    a, b = spec.operands()
    of_a, of_b = ((x.strides[0] // 4, x.strides[1] // 4) for x in (a, b))
    product = Contraction(spec.m, spec.n, spec.k, FLOAT32, of_a, of_b, light=True)
    module, name = repeated_product(product, target)
    engine, compiling = compiled(module, target, thorough=spec.is_large)
    run = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3, ctypes.c_int64)(
        engine.get_function_address(name)
    )
    ours, theirs = result(spec), result(spec)
    places = (a.ctypes.data, b.ctypes.data, ours.ctypes.data)
    peak, operations = multiply_adds(STEPS)
    times = max(1, round(1.5e-3 / (spec.flops / 60e9 + 1e-7)))

    def numpy_product() -> None:
        for _ in range(times):
            np.matmul(a, b, out=theirs)

    rates: tuple[list[float], ...] = ([], [], [])
    for _ in range(rounds):
        rates[0].append(operations / seconds(peak) / 1e9)
        rates[1].append(spec.flops * times / seconds(lambda: run(*places, times)) / 1e9)
        rates[2].append(spec.flops * times / seconds(numpy_product) / 1e9)
    exact = a.astype(np.float64) @ b.astype(np.float64)
    scale = np.abs(a).astype(np.float64) @ np.abs(b).astype(np.float64) * max(1, spec.k) * 6e-8
    error = float(np.max(np.abs(ours - exact) / scale))
    return Figures(rates, compiling, error)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", default=SHAPES)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--target", default=None)
    options = parser.parse_args()
    target = targets.forced(options.target) if options.target else targets.host()
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} {platform.machine()} {target.cpu} {target.name}")
    columns = " peak pellucid   peak  NumPy to NumPy"
    print(f"{'':21} |{'median round':^37} |{'fastest rounds':^37}")
    print(f"form     m     k     n |{columns} |{columns} | compile ms  error")
    for text in options.cases:
        spec = case(text)
        found = measure(spec, target, options.rounds)
        sizes = f"{spec.form:4} {spec.m:5} {spec.k:5} {spec.n:5}"
        print(
            f"{sizes} |{found.row(statistics.median)} |{found.row(max)} |"
            f" {found.compiling * 1e3:10.0f} {found.error:6.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()

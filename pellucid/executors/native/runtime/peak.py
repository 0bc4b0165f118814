"""What one thread of this machine can do at most: multiply-adds in registers alone.

peak            the rate, measured
multiply_adds   what is timed for it
"""

import ctypes
import math
import time
from collections.abc import Callable
from functools import lru_cache

from llvmlite import ir

from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.functions import call
from pellucid.executors.native.llvm.types import I32, lanes_type
from pellucid.executors.native.machine import target as targets
from pellucid.primitives.base import FLOAT32

CHAINS = (
    12  # vectors side by side, each waiting for its own last result alone; chosen: fit 16 registers
)


@lru_cache(maxsize=1)
def peak() -> float:
    """GFLOP/s of float32 multiply-adds in registers, on one thread: the best of a few runs."""
    run, operations = multiply_adds(100_000)
    best = math.inf
    for _ in range(7):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return operations / best / 1e9


def multiply_adds(steps: int) -> tuple[Callable[[], object], int]:
    """A function that multiplies and adds in registers, and how many operations a call makes."""
    target = targets.host()
    module = ir.Module("peak")
    _emit_chains(module, target, steps)
    engine = targets.loaded(targets.object_code(str(module), target), target)
    kind = ctypes.CFUNCTYPE(ctypes.c_float, ctypes.c_float)
    run = kind(engine.get_function_address("peak"))

    def timed(kept: object = engine) -> object:
        del kept  # the code lives as long as its engine
        return run(0.5)

    return timed, 2 * target.lanes(FLOAT32) * CHAINS * steps


def _emit_chains(module: ir.Module, target: targets.Target, steps: int) -> None:
    """`peak(seed)`: some sums, each of which multiplies and adds for so many steps."""
    lanes = target.lanes(FLOAT32)
    number, kind = lanes_type(FLOAT32, 1), lanes_type(FLOAT32, lanes)
    function = ir.Function(module, ir.FunctionType(number, [number]), "peak")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    seed = b.insert_element(ir.Constant(kind, None), function.args[0], I32(0))
    chains = [b.alloca(kind) for _ in range(CHAINS)]
    for i, chain in enumerate(chains):
        start = ir.Constant(kind, [float(i)] * lanes)
        b.store(b.fadd(seed, start), chain)
    with counted(b, 0, steps):
        for chain in chains:
            total = b.load(chain, typ=kind)
            b.store(call(b, "fma", total, seed, seed), chain)
    first, *others = chains
    total = b.load(first, typ=kind)
    for chain in others:
        total = b.fadd(total, b.load(chain, typ=kind))
    b.ret(b.extract_element(total, I32(0)))

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
from pellucid.executors.native.llvm.lanes import declared, lanes_type, suffix
from pellucid.executors.native.machine import target as targets
from pellucid.primitives.base import FLOAT32

I64 = ir.IntType(64)

CHAINS = 12  # vectors side by side: each waits for its own last result alone


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
    lanes, module = target.lanes(FLOAT32), ir.Module("peak")
    function = ir.Function(module, ir.FunctionType(ir.FloatType(), [ir.FloatType()]), "peak")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    kind = lanes_type(FLOAT32, lanes)
    fma = declared(b, f"llvm.fma.{suffix(kind)}", kind, [kind] * 3)
    seed = b.insert_element(ir.Constant(kind, None), function.args[0], ir.IntType(32)(0))
    slots = [b.alloca(kind) for _ in range(CHAINS)]
    for i, slot in enumerate(slots):
        b.store(b.fadd(seed, ir.Constant(kind, [float(i)] * lanes)), slot)
    with counted(b, I64(0), I64(steps)):
        for slot in slots:
            b.store(b.call(fma, [b.load(slot, typ=kind), seed, seed]), slot)
    total = b.load(slots[0], typ=kind)
    for slot in slots[1:]:
        total = b.fadd(total, b.load(slot, typ=kind))
    b.ret(b.extract_element(total, ir.IntType(32)(0)))
    engine = targets.loaded(targets.object_code(str(module), target), target)
    run = ctypes.CFUNCTYPE(ctypes.c_float, ctypes.c_float)(engine.get_function_address("peak"))

    def call(kept: object = engine) -> object:
        del kept  # the code lives as long as its engine
        return run(0.5)

    return call, 2 * lanes * CHAINS * steps

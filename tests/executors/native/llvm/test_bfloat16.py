"""Pairs of bfloat16 in code, against the sums as the instruction is described."""

import ctypes
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from llvmlite import ir

from pellucid.executors.native.llvm.bfloat16 import DotProducts, joined, narrowed
from pellucid.executors.native.llvm.loads_and_stores import load
from pellucid.executors.native.llvm.types import POINTER, VOID
from pellucid.executors.native.machine import target as targets
from pellucid.primitives.base import FLOAT32

HOST = targets.host()
LANES = HOST.lanes(FLOAT32)
WITHOUT = replace(HOST, features=HOST.features.replace("+avx512bf16", "-avx512bf16"))


def function(target: targets.Target, *, joins: bool) -> Any:
    """`dots(total, a, b)`: vectors of pairs made of two vectors each, or of one, narrowed."""
    made = ir.Module("test")
    made_of = ir.Function(made, ir.FunctionType(VOID, [POINTER] * 3), "dots")
    b = ir.IRBuilder(made_of.append_basic_block())
    total, *sides = made_of.args

    def floats(place: ir.Value, number: int) -> ir.Value:
        address = b.gep(place, [ir.IntType(64)(number * LANES)], source_etype=ir.FloatType())
        return load(b, address, FLOAT32, LANES).value

    def pairs(place: ir.Value) -> ir.Value:
        if joins:
            return joined(b, floats(place, 0), floats(place, 1))
        halves = [narrowed(b, floats(place, i)) for i in range(2)]
        whole = b.shuffle_vector(
            *halves, ir.Constant(ir.VectorType(ir.IntType(32), 2 * LANES), list(range(2 * LANES)))
        )
        return b.bitcast(whole, ir.VectorType(ir.IntType(32), LANES))

    dots = DotProducts(b, target)
    b.store(dots.added(floats(total, 0), *map(pairs, sides)), total, align=4)
    b.ret_void()
    return targets.loaded(targets.object_code(str(made), target), target)


def called(target: targets.Target, total: Any, a: Any, b: Any, *, joins: bool) -> Any:
    engine = function(target, joins=joins)
    kind = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3)
    result = total.copy()
    kind(engine.get_function_address("dots"))(*(x.ctypes.data for x in (result, a, b)))
    return result


def bfloat16(rng: np.random.Generator) -> Any:
    """As many as two vectors hold, of very different sizes."""
    numbers = rng.normal(size=2 * LANES) * 2.0 ** rng.integers(-10, 10, 2 * LANES)
    return (numbers.astype(np.float32).view(np.uint32) & 0xFFFF0000).view(np.float32)


@pytest.mark.parametrize("joins", [True, False], ids=["joined", "narrowed"])
@pytest.mark.parametrize("target", [HOST, WITHOUT], ids=["here", "two steps"])
def test_the_second_product_is_added_first_each_rounded_once(target: Any, joins: bool) -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        a, b = bfloat16(rng), bfloat16(rng)
        total = rng.normal(size=LANES).astype(np.float32)
        found = called(target, total, a, b, joins=joins)
        first, second = ((x[:LANES], x[LANES:]) if joins else (x[::2], x[1::2]) for x in (a, b))
        (a0, a1), (b0, b1) = first, second
        wanted = (total + a1 * b1) + a0 * b0  # float32, whose products are exact
        np.testing.assert_array_equal(found.view(np.uint32), wanted.view(np.uint32))

"""Rules compiled alone: a function of lanes as a native loop over arrays.

compiled    the loop, called with arrays
text        its LLVM code
function    any code with a few pointers, to be called
WIDTHS      numbers of lanes that a test tries
"""

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir

from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.loads_and_stores import load, store
from pellucid.executors.native.machine.target import Target, host, loaded, object_code
from pellucid.executors.native.math.namespace import XP

POINTER, I64 = ir.PointerType(), ir.IntType(64)
WIDTHS = (1, 2, 16, 64)

Rule = Callable[..., Lanes]  # (xp, lanes, ...) -> lanes
Body = Callable[[ir.IRBuilder, Sequence[ir.Value], ir.Value], None]


def module_text(body: Body, pointers: int) -> str:
    """The LLVM code of a function of pointers and a count."""
    module = ir.Module()
    kind = ir.FunctionType(ir.VoidType(), [POINTER] * pointers + [I64])
    kernel = ir.Function(module, kind, "kernel")
    builder = ir.IRBuilder(kernel.append_basic_block())
    *places, count = kernel.args
    body(builder, places, count)
    builder.ret_void()
    return str(module)


def function(code: str, pointers: int, target: Target | None = None) -> Any:
    """The function of a module's text: called with addresses and a count."""
    target = host() if target is None else target
    engine = loaded(object_code(code, target), target)
    kinds = [ctypes.c_void_p] * pointers
    found = ctypes.CFUNCTYPE(None, *kinds, ctypes.c_int64)(engine.get_function_address("kernel"))
    found.engine = engine  # the code lives as long as the function
    return found


def text(rule: Rule, dtypes: Sequence[Any], width: int) -> tuple[str, Any]:
    """The LLVM code of a loop over arrays, and the dtype of what it writes."""
    found: list[Any] = []

    def at(b: ir.IRBuilder, base: ir.Value, index: ir.Value, dtype: Any) -> ir.Value:
        return b.gep(base, [b.mul(index, I64(dtype.itemsize))], source_etype=ir.IntType(8))

    def point(b: ir.IRBuilder, places: Sequence[ir.Value], index: ir.Value, lanes: int) -> None:
        given = [
            load(b, at(b, base, index, np.dtype(dtype)), np.dtype(dtype), lanes)
            for base, dtype in zip(places[:-1], dtypes, strict=True)
        ]
        result = rule(XP(b), *given)
        found.append(result.dtype)
        store(b, at(b, places[-1], index, result.dtype), result.splat(lanes))

    def body(b: ir.IRBuilder, places: Sequence[ir.Value], count: ir.Value) -> None:
        whole = b.mul(b.udiv(count, I64(width)), I64(width))
        with counted(b, I64(0), whole, width) as index:
            point(b, places, index, width)
        with counted(b, whole, count) as index:
            point(b, places, index, 1)

    return module_text(body, len(dtypes) + 1), found[0]


def compiled(
    rule: Rule, dtypes: Sequence[Any], width: int, target: Target | None = None
) -> Callable[..., Any]:
    """A function of arrays of these dtypes; what does not fill `width` lanes goes one by one."""
    code, dtype = text(rule, dtypes, width)
    call = function(code, len(dtypes) + 1, target)

    def run(*arrays: Any) -> Any:
        given = [np.ascontiguousarray(a, d) for a, d in zip(arrays, dtypes, strict=True)]
        result = np.empty(given[0].shape, dtype)
        call(*(a.ctypes.data for a in (*given, result)), result.size)
        return result

    return run

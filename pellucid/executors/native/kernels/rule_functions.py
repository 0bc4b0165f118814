"""Rules of primitives as functions that kernels call, where a program has very many of them.

Rules       the functions so far, each for the dtypes and lanes that it is called with

A hyperbolic tangent takes twenty instructions. To write them out, wherever one is computed, is the
fastest code; but where hundreds of kernels do so, LLVM works on it for longer than the program
runs. The functions have the same instructions, so the same bits.
"""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from pellucid.executors.native.llvm.builder import Builder
from pellucid.executors.native.llvm.lanes import Lanes, declared, lanes_type
from pellucid.executors.native.math.namespace import XP

PREFIX = "rule."


class Rules:
    """The functions so far."""

    def __init__(self) -> None:
        self.declarations: dict[str, None] = {}
        self.definitions: list[str] = []
        self._names: dict[Any, str] = {}

    def applied(self, builder: ir.IRBuilder, primitive: Any, operands: Sequence[Lanes]) -> Lanes:
        """The rule applied to lanes of one width: by a call, unless numbers are known now."""
        if any(x.number is not None for x in operands):
            result: Lanes = primitive.forward(XP(builder), *operands)
            return result
        width, dtypes = operands[0].width, tuple(x.dtype for x in operands)
        dtype = primitive.dtype(*dtypes)
        kinds = [x.value.type for x in operands]
        key = (primitive, dtypes, width)
        if key not in self._names:
            self._names[key] = f"{PREFIX}{primitive.name}.{len(self._names)}"
            self._define(self._names[key], primitive, operands)
        function = declared(builder, self._names[key], lanes_type(dtype, width), kinds)
        return Lanes(builder, builder.call(function, [x.value for x in operands]), dtype)

    def _define(self, name: str, primitive: Any, like: Sequence[Lanes]) -> None:
        """Write the function for operands like these."""
        kinds = [x.value.type for x in like]
        result = lanes_type(primitive.dtype(*(x.dtype for x in like)), like[0].width)
        function = ir.Function(ir.Module(name), ir.FunctionType(result, kinds), name)
        function.linkage = "internal"
        builder = Builder(function.append_basic_block("entry"))
        operands = [Lanes(builder, x, y.dtype) for x, y in zip(function.args, like, strict=True)]
        builder.ret(primitive.forward(XP(builder), *operands).value)
        lines = str(function.module).splitlines()
        self.declarations.update(dict.fromkeys(x for x in lines if x.startswith("declare ")))
        first = next(i for i, line in enumerate(lines) if line.startswith("define "))
        end = lines.index("}", first)
        self.definitions.append("\n".join(lines[first : end + 1]))

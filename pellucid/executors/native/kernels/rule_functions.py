"""Rules of primitives as functions that kernels call, where a program has very many of them.

RuleFunctions   the functions so far, each for the dtypes and lanes that it is called with

A hyperbolic tangent takes twenty instructions. To write them out, wherever one is computed, is the
fastest code; but where hundreds of kernels do so, LLVM works on it for longer than the program
runs. The functions have the same instructions, so the same bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from pellucid.executors.native.llvm.builder import Builder
from pellucid.executors.native.llvm.functions import declared
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.types import lanes_type
from pellucid.executors.native.math.namespace import XP
from pellucid.primitives.base import DType

PREFIX = "rule."


@dataclass(frozen=True)
class _Signature:
    """What a rule is called with: a function serves all calls that are alike in that."""

    primitive: Any
    dtypes: tuple[DType, ...]
    width: int

    @classmethod
    def of(cls, primitive: Any, operands: Sequence[Lanes]) -> "_Signature":
        """Of a call with some operands."""
        dtypes = tuple(x.dtype for x in operands)
        return cls(primitive, dtypes, operands[0].width)

    @property
    def dtype(self) -> DType:
        """The dtype of the result."""
        dtype: DType = self.primitive.dtype(*self.dtypes)
        return dtype

    @property
    def result(self) -> ir.Type:
        """The type of the result."""
        return lanes_type(self.dtype, self.width)


class RuleFunctions:
    """The functions so far."""

    def __init__(self) -> None:
        self.declarations: dict[str, None] = {}
        self.definitions: list[str] = []
        self._names: dict[_Signature, str] = {}

    def applied(self, builder: ir.IRBuilder, primitive: Any, operands: Sequence[Lanes]) -> Lanes:
        """The rule applied to lanes of one width: by a call, unless numbers are known now."""
        if any(x.number is not None for x in operands):
            result: Lanes = primitive.forward(XP(builder), *operands)
            return result
        signature = _Signature.of(primitive, operands)
        values = [x.value for x in operands]
        kinds = [value.type for value in values]
        name = self._name(signature, kinds)
        function = declared(builder, name, signature.result, kinds)
        return Lanes(builder, builder.call(function, values), signature.dtype)

    def _name(self, signature: _Signature, kinds: list[ir.Type]) -> str:
        """The name of a function, which is written where there is none so far."""
        if signature not in self._names:
            name = f"{PREFIX}{signature.primitive.name}.{len(self._names)}"
            self._names[signature] = name
            self._define(_function(name, signature, kinds))
        return self._names[signature]

    def _define(self, function: ir.Function) -> None:
        """Keep the text of a function, and what it calls."""
        lines = str(function.module).splitlines()
        declarations = (line for line in lines if line.startswith("declare "))
        self.declarations.update(dict.fromkeys(declarations))
        first = _first_with(lines, "define ")
        end = lines.index("}", first)
        definition = lines[first : end + 1]
        self.definitions.append("\n".join(definition))


def _function(name: str, signature: _Signature, kinds: list[ir.Type]) -> ir.Function:
    """Write the rule as a function, in a module of its own."""
    kind = ir.FunctionType(signature.result, kinds)
    function = ir.Function(ir.Module(name), kind, name)
    function.linkage = "internal"
    builder = Builder(function.append_basic_block("entry"))
    arguments = zip(function.args, signature.dtypes, strict=True)
    operands = [Lanes(builder, x, dtype) for x, dtype in arguments]
    result = signature.primitive.forward(XP(builder), *operands)
    builder.ret(result.value)
    return function


def _first_with(lines: list[str], beginning: str) -> int:
    """The number of the first line that begins so."""
    return [line.startswith(beginning) for line in lines].index(True)

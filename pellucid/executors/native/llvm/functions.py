"""Functions from elsewhere, called by name: intrinsics of LLVM, the C library, the system.

called      a call of one
declared    one that is not called here, or often
call        an intrinsic whose operands and result have one type
"""

from collections.abc import Sequence

from llvmlite import ir

from pellucid.executors.native.llvm.types import POINTER, suffix


def declared(
    builder: ir.IRBuilder, name: str, result: ir.Type, arguments: Sequence[ir.Type]
) -> ir.Function:
    """A function from elsewhere, declared once."""
    module = builder.module
    known = module.globals.get(name)
    if known is not None:
        return known
    return ir.Function(module, ir.FunctionType(result, arguments), name)


def called(builder: ir.IRBuilder, name: str, result: ir.Type, *values: ir.Value) -> ir.Value:
    """What a function from elsewhere gives."""
    kinds = [_plain(value.type) for value in values]
    function = declared(builder, name, result, kinds)
    return builder.call(function, values)


def _plain(kind: ir.Type) -> ir.Type:
    """A type as functions take it: llvmlite may know what a pointer leads to, LLVM does not."""
    return POINTER if isinstance(kind, ir.PointerType) else kind


def call(builder: ir.IRBuilder, name: str, *values: ir.Value) -> ir.Value:
    """What an intrinsic gives whose operands and result have one type."""
    kind = values[0].type
    return called(builder, f"llvm.{name}.{suffix(kind)}", kind, *values)

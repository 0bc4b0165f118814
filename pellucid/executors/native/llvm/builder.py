"""The builder of LLVM code that leaves out what needs no instruction.

Builder     llvmlite's, with sums and products of known integers computed now

Addresses are sums of indices times strides, many of which are 0 and 1. LLVM would drop such
instructions, but half of the time of making code is spent on writing and reading its text.
"""

from typing import Any

from llvmlite import ir


class Builder(ir.IRBuilder):  # type: ignore[misc]
    """llvmlite's builder; x + 0, x 1, and x 0 are no instructions, nor are sums of numbers."""

    def add(self, lhs: ir.Value, rhs: ir.Value, name: str = "", flags: Any = ()) -> ir.Value:
        """lhs + rhs."""
        a = _number(lhs)
        b = _number(rhs)
        if a is not None and b is not None:
            return lhs.type(a + b)
        if a == 0:
            return rhs
        if b == 0:
            return lhs
        return super().add(lhs, rhs, name, flags)

    def mul(self, lhs: ir.Value, rhs: ir.Value, name: str = "", flags: Any = ()) -> ir.Value:
        """lhs rhs."""
        a = _number(lhs)
        b = _number(rhs)
        if a is not None and b is not None:
            return lhs.type(a * b)
        if a == 1 or b == 0:
            return rhs
        if b == 1 or a == 0:
            return lhs
        return super().mul(lhs, rhs, name, flags)


def _number(value: ir.Value) -> int | None:
    """The integer that a value is, if it is known now."""
    if not isinstance(value, ir.Constant) or not isinstance(value.type, ir.IntType):
        return None
    number = value.constant
    return number if isinstance(number, int) else None

"""Numbers that are known while code is written.

    known               a number; the same object for the same number
    repeated_number     one in all lanes
    Repeated            what that is

To find the text of a number takes longer than to find the number: it is kept with it.
"""

import math
from functools import lru_cache

from llvmlite import ir


class Repeated(ir.Constant):  # type: ignore[misc]
    """A number known now in all lanes: short to write, and to read for LLVM."""

    def _get_reference(self) -> str:
        number = self.constant[0]
        return f"splat ({number.type} {number.get_reference()})"


def known(kind: ir.Type, number: float) -> ir.Constant:
    """A number of a type."""
    return _known(kind, number, math.copysign(1.0, number))


@lru_cache(maxsize=1024)
def _known(kind: ir.Type, number: float, sign: float) -> ir.Constant:
    """The same, told apart by `sign` too: 0 and -0 are equal as keys of a cache."""
    del sign
    return ir.Constant(kind, number)


@lru_cache(maxsize=1024)
def repeated_number(number: ir.Constant, width: int) -> Repeated:
    """A known number in `width` lanes."""
    return Repeated(ir.VectorType(number.type, width), number)

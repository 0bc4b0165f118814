"""Rounding to a narrower float, while the number stays in its dtype.

    RoundedToBfloat16   the nearest bfloat16, as a float32

bfloat16 has the range of float32 and 8 bits of precision: the upper half of its bits.
"""

from typing import Any

import numpy as np

from pellucid.primitives.base import FLOAT32, Elementwise

_UPPER_HALF = 0xFFFF0000
_BELOW_A_TIE = 0x7FFF
_SIGN = 0x80000000
_NAN = 0x7FC00000


class RoundedToBfloat16(Elementwise):
    """The nearest number that bfloat16 has, of two the even one, still as a float32.

    Beyond the largest bfloat16, 3.39e38, it is inf; denormal numbers are rounded like all others;
    nan is 0x7FC0, with its sign. Computed on the bits, so the same everywhere.

    The gradient passes as if nothing had been rounded: the true slope is 0 between two steps.

    Accuracy: 2^-8 of the number at most, exact by its definition.
    Source: bfloat16, as in Intel's BFLOAT16 Hardware Numerics Definition (2018), 1.2.
    """

    formula = "y = the bfloat16 nearest to x"
    gradient_formula = "dx = dy"
    accepts = (FLOAT32,)

    def forward(self, xp: Any, x: Any) -> Any:
        bits = x.view(np.uint32)
        is_odd = (bits >> 16) & 1
        rounded = (bits + (is_odd + _BELOW_A_TIE)) & _UPPER_HALF
        nan = (bits & _SIGN) | _NAN
        chosen = xp.where(x == x, rounded, nan)  # noqa: PLR0124 (nan alone differs from itself)
        return chosen.view(np.float32)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy,)

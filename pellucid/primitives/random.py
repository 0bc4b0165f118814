"""Random bits and counted numbers: arrays that are computed from nothing but positions.

Arange          equally spaced numbers
RandomBits      Threefry-2x32: a function of (key, position), the same on every executor
threefry_2x32   the cipher itself, on arrays of counters
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import DTypeError, ShapeError
from pellucid.primitives.base import NUMBERS, UINT32, DType, Primitive, Shape, accept, holds

_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_AT_ONCE = 2**18  # words: a megabyte stays in the cache
_PARITY = np.uint32(0x1BD11BDA)


@dataclass(frozen=True)
class Arange(Primitive):
    """`count` numbers from `start` on, `step` apart."""

    formula = "y[i] = start + i step"
    gradient_formula = "none: it has no inputs"
    accepts = NUMBERS
    start: float
    step: float
    count: int
    of: DType

    def shape(self, *shapes: Shape) -> Shape:
        if self.count < 0:
            raise ShapeError(f"arange: {self.count} numbers. The count must not be negative.")
        return (self.count,)

    def dtype(self, *dtypes: DType) -> DType:
        accept(self, self.of)
        ends = (self.start, self.step, self.start + max(self.count - 1, 0) * self.step)
        if not all(holds(self.of, number) for number in ends):
            raise DTypeError(
                f"arange: {self.count} numbers from {self.start}, {self.step} apart, as "
                f"{self.of}. All of them, and the step, must be numbers of that kind."
            )
        return self.of

    def forward(self, xp: Any, *inputs: Any) -> Any:
        # Computed from the position, not by adding up: no error accumulates.
        of = self.of.type
        return xp.astype(xp.arange(self.count), self.of) * of(self.step) + of(self.start)


@dataclass(frozen=True)
class RandomBits(Primitive):
    """Uniform random words of `bits` bits, 1 to 32, as uint32.

    Inputs: a key of two words, and the number of the draw, one word. The cipher is
    Threefry-2x32 with 20 rounds: the draw's key is the cipher of (0, draw) under the key,
    and element i, in row-major order, takes the upper bits of the first word of the cipher
    of the 64-bit counter i under the draw's key.

    Source: Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (2011).
    """

    formula = "y[i] = threefry(threefry(key, draw), i), its upper bits"
    gradient_formula = "none: bits"
    to: Shape
    bits: int

    def shape(self, *shapes: Shape) -> Shape:
        key, draw = shapes
        wrong = key != (2,) or draw != () or not 1 <= self.bits <= 32
        if wrong or min(self.to, default=0) < 0:
            raise ShapeError(
                f"random_bits: key of shape {key}, draw of shape {draw}, {self.bits} bits, to "
                f"{self.to}. A key is two words, (2,); a draw is one, (); a word has 1 to 32 bits; "
                "no size is negative."
            )
        return self.to

    def dtype(self, *dtypes: DType) -> DType:
        if dtypes != (UINT32, UINT32):
            raise DTypeError(f"random_bits: key and draw of dtype {dtypes}. Both are uint32.")
        return UINT32

    def forward(self, xp: Any, key: Any, draw: Any) -> Any:
        zero = xp.zeros(1, dtype=UINT32)
        words = threefry_2x32((key[0], key[1]), zero, xp.reshape(draw, (1,)))
        found = np.empty(math.prod(self.to), UINT32)
        # Some at a time: what is in between takes ten times the memory of the words.
        for first in range(0, found.size, _AT_ONCE):
            position = xp.arange(first, min(first + _AT_ONCE, found.size), dtype=np.uint64)
            high = xp.astype(position >> np.uint64(32), UINT32)
            low = xp.astype(position & np.uint64(0xFFFFFFFF), UINT32)
            word, _ = threefry_2x32(words, high, low)
            found[first : first + len(word)] = word >> np.uint32(32 - self.bits)
        return xp.reshape(found, self.to)


def threefry_2x32(key: tuple[Any, Any], high: Any, low: Any) -> tuple[Any, Any]:
    """Two random words for each 64-bit counter (high, low): Threefry-2x32 with 20 rounds.

    Shapes: high, low (...) uint32 -> two words (...) uint32; key: two uint32 numbers.
    Source: Salmon et al. 2011; known answers of the Random123 library are in the tests.
    """
    keys = (key[0], key[1], key[0] ^ key[1] ^ _PARITY)
    x = high + keys[0]
    y = low + keys[1]
    for group in range(5):
        for distance in _ROTATIONS[group % 2]:
            x = x + y
            y = (y << np.uint32(distance)) | (y >> np.uint32(32 - distance))
            y = y ^ x
        x = x + keys[(group + 1) % 3]
        y = y + keys[(group + 2) % 3] + np.uint32(group + 1)
    return x, y

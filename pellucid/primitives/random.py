"""Random bits and counted numbers: arrays that are computed from nothing but positions.

    Arange          equally spaced numbers
    RandomBits      Threefry-2x32: a function of (key, position), the same on every executor
    threefry_2x32   the cipher itself, on arrays of counters
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import DTypeError, ShapeError
from pellucid.primitives.base import NUMBERS, UINT32, DType, Primitive, Shape, accept

_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
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
        return self.of

    def forward(self, xp: Any, *inputs: Any) -> Any:
        # Computed from the position, not by adding up: no error accumulates.
        of = self.of.type
        return xp.astype(xp.arange(self.count), self.of) * of(self.step) + of(self.start)


@dataclass(frozen=True)
class RandomBits(Primitive):
    """Uniform 32-bit words: element i, counted in row-major order, is the first word of
    Threefry-2x32 (20 rounds) with the given key and the 64-bit counter i.

    Source: Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (2011).
    """

    formula = "y[i] = first word of threefry2x32(key, i)"
    gradient_formula = "none: bits"
    to: Shape

    def shape(self, *shapes: Shape) -> Shape:
        (key,) = shapes
        if key != (2,):
            raise ShapeError(f"random_bits: a key of shape {key}. A key is two words: (2,).")
        return self.to

    def dtype(self, *dtypes: DType) -> DType:
        (key,) = dtypes
        if key != UINT32:
            raise DTypeError(f"random_bits: a key of dtype {key}. A key is two uint32 words.")
        return UINT32

    def forward(self, xp: Any, key: Any) -> Any:
        position = xp.arange(int(np.prod(self.to, dtype=np.int64)), dtype=np.uint64)
        high = xp.astype(position >> np.uint64(32), UINT32)
        low = xp.astype(position & np.uint64(0xFFFFFFFF), UINT32)
        word, _ = threefry_2x32((key[0], key[1]), high, low)
        return xp.reshape(word, self.to)


def threefry_2x32(key: tuple[Any, Any], high: Any, low: Any) -> tuple[Any, Any]:
    """Two random words for each 64-bit counter (high, low): Threefry-2x32 with 20 rounds.

    Shapes: high, low (...) uint32 -> two words (...) uint32; key: two uint32 numbers.
    Source: Salmon et al. 2011; known answers of the Random123 library are in the tests.
    """
    keys = (key[0], key[1], key[0] ^ key[1] ^ _PARITY)
    x, y = high + keys[0], low + keys[1]
    for group in range(5):
        for distance in _ROTATIONS[group % 2]:
            x = x + y
            y = (y << np.uint32(distance)) | (y >> np.uint32(32 - distance))
            y = y ^ x
        x = x + keys[(group + 1) % 3]
        y = y + keys[(group + 2) % 3] + np.uint32(group + 1)
    return x, y

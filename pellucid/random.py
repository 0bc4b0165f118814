"""Random numbers: a function of (seed, purpose, draw, position), on every executor.

    Generator   draws uniform, normal and boolean tensors; counts its draws
    SomeRows    some samples of those that a draw is for
    at_work     those that are at work now, where a batch is taken in parts; draws so far

There is no global state. Two generators with the same seed and purpose give the same
numbers; with another purpose, independent ones. The number of draws is a variable: inside a
compiled step each call draws anew, and a restored count continues the same stream.
"""

import math
import threading
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from pellucid.capacity import active_sizes, check_room
from pellucid.errors import OptionError
from pellucid.graph import Value
from pellucid.origins import Origin
from pellucid.primitives import RandomBits
from pellucid.primitives.base import FLOAT32, UINT32, Shape, known_dtype, whole_sizes
from pellucid.primitives.random import threefry_2x32
from pellucid.recordings import is_recording
from pellucid.refusals import KINDS, Kind, Strict, require
from pellucid.tensor import Tensor, apply, holding
from pellucid.variables import Buffer

INITIAL_VALUES = 0
DROPOUT = 1
AUGMENTATION = 3  # what 2 gave is drawn otherwise now; streams keep their numbers
MIXING = 4

LARGE_BYTES = 2**28  # of a draw: before it, it is asked whether there is so much memory


class SomeRows(Protocol):
    """Some samples of an update that takes its samples in parts.

    Draws go by update and row: the numbers of a sample do not depend on its part.
    """

    def number(self, generator: "Generator") -> Tensor:
        """The number of a generator's next draw, which is counted."""

    def rows(self, draw: Callable[[Shape], Tensor], sizes: Shape, axis: int) -> Tensor:
        """What `draw` gives for all samples of the update, at those of the part."""


class _AtWork(threading.local):
    part: SomeRows | None = None
    drawn: int = 0  # how often this thread drew, or captured a draw


at_work = _AtWork()


class Generator(Strict):
    """A stream of random numbers.

    `seed`: any integer from 0 to 2^64 - 1. `purpose`: what the numbers are for, so that one
    seed serves for initial values, dropout and augmentation without sharing numbers.
    `samples`: the axis of a batch's samples, in a step that takes its batch in parts.

    >>> Generator(seed=7).uniform(0.0, 1.0, (3,))
    tensor([0.4901026 , 0.48435742, 0.16100562], float32)
    """

    def __init__(self, seed: int, purpose: int = INITIAL_VALUES) -> None:
        check_seed("Generator", seed)
        if not 0 <= purpose < 2**32 - 1:
            raise OptionError(f"Generator: purpose {purpose}. It lies between 0 and 2^32 - 2.")
        self.purpose = purpose
        self.draws = Buffer(np.zeros((), UINT32), name="draws")
        self._children = 0
        self.take_seed(seed)

    def take_seed(self, seed: int) -> None:
        """Give the numbers of another seed from now on."""
        self.seed = seed
        self._key = holding(_cipher(seed, self.purpose))

    def key(self) -> Tensor:
        """The two words that all its numbers come from."""
        return self._key

    def child(self, purpose: int | None = None) -> "Generator":
        """An independent generator; each call gives another one."""
        self._children += 1
        # Counters of children have a high word above 0, those of purposes have 0: no two meet.
        counter = (self.purpose + 1) << 32 | self._children
        high, low = _cipher(self.seed, counter).tolist()
        return Generator((high << 32) | low, self.purpose if purpose is None else purpose)

    def bits(self, shape: int | Shape, count: int = 32, *, samples: int = 0) -> Tensor:
        """Uniform words of `count` random bits (uint32), in [0, 2^count)."""
        return self._by_row(lambda sizes: self._bits(sizes, count), shape, samples)

    def uniform(
        self,
        low: float,
        high: float,
        shape: int | Shape,
        dtype: Any = FLOAT32,
        *,
        samples: int = 0,
    ) -> Tensor:
        """Uniform numbers in [low, high): 2^24 equally spaced ones in float32, 2^53 in float64."""
        return self._by_row(lambda sizes: self._uniform(low, high, sizes, dtype), shape, samples)

    def fraction(
        self,
        shape: int | Shape,
        dtype: Any = FLOAT32,
        *,
        samples: int = 0,
    ) -> Tensor:
        """Uniform numbers in [0, 1)."""
        return self._by_row(lambda sizes: self._fraction(sizes, dtype), shape, samples)

    def normal(
        self,
        mean: float,
        std: float,
        shape: int | Shape,
        dtype: Any = FLOAT32,
        *,
        samples: int = 0,
    ) -> Tensor:
        """Normal numbers, by the method of Box and Muller (1958).

        In float32 none is further than 5.8 standard deviations from the mean.
        """
        return self._by_row(lambda sizes: self._normal(sizes, dtype) * std + mean, shape, samples)

    def bernoulli(
        self,
        probability: float,
        shape: int | Shape,
        *,
        samples: int = 0,
    ) -> Tensor:
        """True with the given probability (bool)."""
        return self._by_row(lambda sizes: self._fraction(sizes) < probability, shape, samples)

    def _by_row(
        self, draw: Callable[[int | Shape], Tensor], shape: int | Shape, samples: int
    ) -> Tensor:
        """What is drawn for a shape; of a batch taken in parts, the rows of the one at work."""
        if at_work.part is None:
            return draw(shape)
        return at_work.part.rows(draw, _sizes(shape), samples)

    def _bits(self, shape: int | Shape, count: int) -> Tensor:
        sizes = _sizes(shape)
        at_work.drawn += 1
        if active_sizes() is not None and not is_recording():
            draw = holding(Value("draw", (), UINT32), Origin(None, ()))
            return apply(RandomBits(sizes, count), self.key(), draw)
        size = math.prod(sizes) * UINT32.itemsize
        if size > LARGE_BYTES:
            check_room(f"Generator: random words of shape {sizes}", size, "Draw fewer.")
        if at_work.part is not None:
            return apply(RandomBits(sizes, count), self.key(), at_work.part.number(self))
        draw = self.draws.value
        words = apply(RandomBits(sizes, count), self.key(), draw)
        self.draws.assign(draw + 1)  # only now: what was refused is not counted
        return words

    def _uniform(self, low: float, high: float, shape: int | Shape, dtype: Any) -> Tensor:
        drawn = self._fraction(shape, dtype) * (high - low) + low
        if low == 0.0 or high < low:
            return drawn
        # The sum may be rounded up to `high` itself.
        return drawn.minimum(_below(high, low, np.dtype(dtype)))

    def _fraction(self, shape: int | Shape, dtype: Any = FLOAT32) -> Tensor:
        if known_dtype("Generator", dtype) == FLOAT32:
            return self._bits(shape, 24).astype(FLOAT32) * 2.0**-24
        upper = self._bits(shape, 27)
        lower = self._bits(shape, 26)
        return upper.astype(dtype) * 2.0**-27 + lower.astype(dtype) * 2.0**-53

    def _normal(self, shape: int | Shape, dtype: Any) -> Tensor:
        radius = ((1.0 - self._fraction(shape, dtype)).log() * -2.0).sqrt()
        angle = self._fraction(shape, dtype) * (2.0 * math.pi)
        return radius * angle.cos()


def _sizes(shape: int | Shape) -> Shape:
    return whole_sizes("Generator", shape if isinstance(shape, tuple | list) else (shape,))


def _below(high: float, low: float, dtype: Any) -> float:
    """The number next to `high` on the side of `low`, as a Python number that the dtype holds."""
    kind = dtype.type
    return float(np.nextafter(kind(high), kind(low)))


def check_seed(where: str, seed: int) -> None:
    """Raise OptionError unless this is a seed."""
    require(where, "seed", seed, int)
    if not 0 <= seed < 2**64:
        raise OptionError(f"{where}: seed {seed}. A seed lies between 0 and 2^64 - 1.")


KINDS[Generator] = Kind(
    "It is a Generator, one for all that draws, so that no two draw the same numbers: "
    "rng = pellucid.Generator(seed=0)"
)


def _cipher(seed: int, counter: int) -> Any:
    """Two words: the cipher of a 64-bit counter under a 64-bit seed."""
    key = np.array([seed >> 32, seed & 0xFFFFFFFF], np.uint32)
    high, low = (np.array([n], np.uint32) for n in (counter >> 32, counter & 0xFFFFFFFF))
    return np.concatenate(threefry_2x32((key[:1], key[1:]), high, low))

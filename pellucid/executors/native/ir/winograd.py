"""The transforms of Winograd's convolutions: a kernel of 3 and some results along an axis.

    Transform               that of an axis: result = RESULT (KERNEL kernel * DATA data)
    FOUR, TWO               F(4, 3), and F(2, 3), which rounds less; BY_RESULTS: each by its number
    TILE, TAPS, REACH       results, numbers of a kernel, and data that these see, with FOUR
    PLACES                  products of a tile of 4 x 4 results
    DATA, KERNEL, RESULT    the matrices of FOUR

A polynomial is known by its values at some points, and values multiply point by point: so 4
results of a kernel of 3 take 6 multiplications instead of 12, and along two axes 36 instead of
144. The same matrices transposed give the gradients. The points are 0, 3/4, -3/4, 3/2, -3/2 and
infinity: with the usual 0, 1, -1, 2, -2 results lose twice as much (docs/decisions/0039). For 2
results they are 0, 1, -1 and infinity.

Source: Winograd, Arithmetic Complexity of Computations (1980); Lavin and Gray, Fast Algorithms for
Convolutional Neural Networks (2016); for the points Barabasz et al., Error Analysis and Improving
the Accuracy of Winograd Convolution for Deep Neural Networks (2020).
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

TAPS = 3


@dataclass(frozen=True)
class Transform:
    """That of one axis. Its points come first 0, then in pairs of opposite sign; and infinity."""

    points: tuple[float, ...]

    @property
    def tile(self) -> int:
        """How many results it gives."""
        return self.reach - TAPS + 1

    @property
    def reach(self) -> int:
        """How many numbers of data these results see, and how many products they take."""
        return len(self.points) + 1

    @cached_property
    def data(self) -> Any:
        """Coefficients of the polynomials that are 0 at all points but one: (reach, reach)."""
        rows = np.zeros((self.reach, self.reach))
        for i in range(self.reach):
            coefficients = np.poly(self._others(i))[::-1]
            rows[i, : coefficients.size] = coefficients
        return rows

    @cached_property
    def kernel(self) -> Any:
        """The values of x^0, x^1, x^2 at the points, over those of their polynomials."""
        values = self._powers(TAPS)
        for i, point in enumerate(self.points):
            values[i] /= math.prod(point - other for other in self._others(i))
        return values

    @cached_property
    def result(self) -> Any:
        """The values of x^0, x^1, ... at the points: (tile, reach)."""
        return self._powers(self.tile).T

    def _others(self, number: int) -> list[float]:
        """All points but one; all of them for infinity."""
        return [point for i, point in enumerate(self.points) if i != number]

    def _powers(self, count: int) -> Any:
        """The values of x^0, x^1, ... at the points: (reach, count)."""
        finite = np.array(self.points)[:, None] ** np.arange(count)
        infinite = np.eye(count)[-1:]
        return np.concatenate([finite, infinite])


FOUR = Transform((0.0, 0.75, -0.75, 1.5, -1.5))
TWO = Transform((0.0, 1.0, -1.0))
BY_RESULTS = {each.tile: each for each in (FOUR, TWO)}
TILE, REACH = FOUR.tile, FOUR.reach
PLACES = REACH * REACH
DATA, KERNEL, RESULT = FOUR.data, FOUR.kernel, FOUR.result

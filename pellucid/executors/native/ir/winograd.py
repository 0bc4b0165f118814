"""The transforms of Winograd's convolutions, F(4, 3): a kernel of 3 and 4 results along an axis.

    TILE, TAPS, REACH       results, numbers of a kernel, and data that these results see
    PLACES                  products of a tile of 4 x 4 results
    DATA, KERNEL, RESULT    the matrices: result = RESULT (KERNEL kernel * DATA data)

A polynomial is known by its values at some points, and values multiply point by point: so 4
results of a kernel of 3 take 6 multiplications instead of 12, and along two axes 36 instead of
144. The same matrices transposed give the gradients. The points are 0, 3/4, -3/4, 3/2, -3/2 and
infinity: with the usual 0, 1, -1, 2, -2 results lose twice as much (docs/decisions/0039).

Source: Winograd, Arithmetic Complexity of Computations (1980); Lavin and Gray, Fast Algorithms for
Convolutional Neural Networks (2016); for the points Barabasz et al., Error Analysis and Improving
the Accuracy of Winograd Convolution for Deep Neural Networks (2020).
"""

import math
from typing import Any

import numpy as np

TILE, TAPS, REACH = 4, 3, 6
PLACES = REACH * REACH
POINTS = (0.0, 0.75, -0.75, 1.5, -1.5)  # in pairs of opposite sign, and infinity


def _others(number: int) -> list[float]:
    """All points but one; all of them for infinity."""
    return [point for i, point in enumerate(POINTS) if i != number]


def _powers(count: int) -> Any:
    """The values of x^0, x^1, ... at the points: (points, count)."""
    finite = np.array(POINTS)[:, None] ** np.arange(count)
    infinite = np.eye(count)[-1:]
    return np.concatenate([finite, infinite])


def _polynomials() -> Any:
    """Coefficients of the polynomials that are 0 at all points but one: (points, reach)."""
    rows = np.zeros((REACH, REACH))
    for i in range(REACH):
        coefficients = np.poly(_others(i))[::-1]
        rows[i, : coefficients.size] = coefficients
    return rows


def _divided() -> Any:
    """The values of x^0, x^1, x^2 at the points, over those of their polynomials."""
    values = _powers(TAPS)
    for i, point in enumerate(POINTS):
        values[i] /= math.prod(point - other for other in _others(i))
    return values


DATA = _polynomials()
KERNEL = _divided()
RESULT = _powers(TILE).T

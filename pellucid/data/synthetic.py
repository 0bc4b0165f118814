"""Data sets made by formula, small and with a known answer: what a model can and cannot learn.

    flower, moons, spirals, circles, xor    points in the plane, in classes that no line parts
    parity                                  every row of bits, and whether its sum is odd
    sine                                    a curve to be predicted
    SYNTHETIC                               all of them by name

`noise` is a standard deviation, in the units of the coordinates unless said otherwise. The
samples are a function of the generator: the same seed gives the same points.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pellucid.data.building import from_arrays
from pellucid.data.datasets import Dataset
from pellucid.errors import OptionError
from pellucid.random import Generator
from pellucid.refusals import require
from pellucid.strict import strict

Numbers = NDArray[np.float64]
Make = TypeVar("Make", bound=Callable[..., Any])

MAX_SAMPLES = 10_000_000
MAX_BITS = 20


@strict
@dataclass(frozen=True)
class Synthetic:
    """A data set by formula: `make(samples, noise=, rng=)`, and what it makes where not asked."""

    make: Callable[..., Dataset]
    summary: str

    @property
    def samples(self) -> int:
        """How many samples."""
        return int(signature(self.make).parameters["samples"].default)

    @property
    def noise(self) -> float:
        """How much noise."""
        return float(signature(self.make).parameters["noise"].default)


# Each function below that says what it makes.
SYNTHETIC: dict[str, Synthetic] = {}


def _makes(summary: str) -> Callable[[Make], Make]:
    """A function in the list of data sets by formula, which the command line knows."""

    def listed(make: Make) -> Make:
        SYNTHETIC[make.__name__] = Synthetic(make, summary)
        return make

    return listed


@_makes("petals by turns of two classes")
@strict
def flower(samples: int = 400, *, noise: float = 0.2, rng: Generator) -> Dataset:
    """A flower of eight petals, of two classes by turns.

        r = 4 sin(4 t) + noise,  x = (r sin t, r cos t);  t over (0, 3.12), and (3.12, 6.24)

    `noise` moves both r and the angle t, in radians.

    Shapes: features (samples, 2). Errors: OptionError for fewer samples than classes, or
    noise below 0.
    Source: Ng, Neural Networks and Deep Learning, Coursera 2017, week 3.
    """
    labels = _turns("flower", samples, 2, noise)
    place = np.sort(labels)
    angle = 3.12 * (place + _steps(place, 2)) + _normal(rng, samples, noise)
    radius = 4 * np.sin(4 * angle) + _normal(rng, samples, noise)
    return from_arrays(_polar(radius, angle), place, name="flower", classes=2)


@_makes("two half circles that reach into each other")
@strict
def moons(samples: int = 400, *, noise: float = 0.1, rng: Generator) -> Dataset:
    """Two half circles that reach into each other.

        (cos t, sin t),  (1 - cos t, 1/2 - sin t);  t over [0, pi]

    Shapes: features (samples, 2). Errors: as `flower`.
    Source: scikit-learn, sklearn.datasets.make_moons.
    """
    place = np.sort(_turns("moons", samples, 2, noise))
    angle = math.pi * _steps(place, 2, closed=True)
    side = 1 - 2 * place
    points = np.stack([place + side * np.cos(angle), place / 2 + side * np.sin(angle)], axis=1)
    return _with_noise(points, place, noise, rng, "moons")


@_makes("three arms of a spiral")
@strict
def spirals(samples: int = 300, *, noise: float = 0.2, rng: Generator) -> Dataset:
    """Three arms of a spiral, one class each.

        r over [0, 1],  t = 4 (class + r) + noise,  x = (r sin t, r cos t)

    `noise` moves the angle t, in radians. Shapes: features (samples, 2). Errors: as `flower`.
    Source: Karpathy, CS231n, "Putting it together: minimal neural network case study".
    """
    place = np.sort(_turns("spirals", samples, 3, noise))
    radius = _steps(place, 3, closed=True)
    angle = 4 * (place + radius) + _normal(rng, samples, noise)
    return from_arrays(_polar(radius, angle), place, name="spirals", classes=3)


@_makes("one circle inside the other")
@strict
def circles(samples: int = 400, *, noise: float = 0.05, rng: Generator) -> Dataset:
    """A circle of radius 1, class 0, around one of radius 1/2, class 1.

    Shapes: features (samples, 2). Errors: as `flower`.
    Source: scikit-learn, sklearn.datasets.make_circles with factor 0.5.
    """
    place = np.sort(_turns("circles", samples, 2, noise))
    angle = 2 * math.pi * _steps(place, 2)
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1) * (1 - place / 2)[:, None]
    return _with_noise(points, place, noise, rng, "circles")


@_makes("the corners of a square, crosswise")
@strict
def xor(samples: int = 400, *, noise: float = 0.1, rng: Generator) -> Dataset:
    """Points around the corners of the unit square; class 1 where just one coordinate is 1.

    Shapes: features (samples, 2). Errors: as `flower`.
    """
    corner = _turns("xor", samples, 4, noise)
    points = np.stack([corner // 2, corner % 2], axis=1)
    return _with_noise(
        points.astype(float),
        points.sum(axis=1) % 2,
        noise,
        rng,
        "xor",
    )


@strict
def parity(bits: int = 8) -> Dataset:
    """Every row of `bits` zeros and ones, in the order of the numbers they write.

        class = (sum of the bits) mod 2

    A change of any one bit changes the answer: nearness says nothing.

    Shapes: features (2^bits, bits). Errors: OptionError for bits outside 1 to 20.

    >>> parity(2).features.tolist(), parity(2).labels.tolist()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    if not 1 <= bits <= MAX_BITS:
        raise OptionError(f"parity: {bits} bits. From 1 to {MAX_BITS}.")
    rows = np.arange(2**bits)[:, None] >> np.arange(bits - 1, -1, -1) & 1
    return from_arrays(rows, rows.sum(axis=1) % 2, name="parity", classes=2)


@_makes("the curve y = sin x: numbers to be predicted")
@strict
def sine(samples: int = 400, *, noise: float = 0.1, rng: Generator) -> Dataset:
    """The curve y = sin x, to be predicted.

        y = sin x + noise;  x over [-pi, pi]

    Shapes: features (samples, 1), targets (samples, 1). Errors: as `flower`.
    """
    _turns("sine", samples, 2, noise)
    x = np.linspace(-math.pi, math.pi, samples)[:, None]
    y = np.sin(x) + _normal(rng, samples, noise)[:, None]
    return from_arrays(x, y, name="sine", classes=0)


def _turns(name: str, samples: int, groups: int, noise: float) -> NDArray[np.int64]:
    """0, 1, ... groups - 1, over and over, once the numbers are checked."""
    if not groups <= samples <= MAX_SAMPLES:
        raise OptionError(f"{name}: {samples} samples. From {groups} to {MAX_SAMPLES:,}.")
    if not 0.0 <= noise < math.inf:
        raise OptionError(f"{name}: noise {noise}. A standard deviation: 0 or more.")
    return np.arange(samples) % groups


def _steps(place: NDArray[np.int64], groups: int, *, closed: bool = False) -> Numbers:
    """Equal steps from 0 on within each group: up to 1, or to just before it."""
    counts = np.bincount(place, minlength=groups)
    runs = [np.arange(n) / max(n - 1 if closed else n, 1) for n in counts.tolist()]
    return np.concatenate(runs)


def _normal(rng: Generator, count: int, noise: float) -> Numbers:
    require("data by formula", "rng", rng, Generator)
    drawn: Numbers = rng.normal(0.0, 1.0, (count,), "float64").numpy()
    return drawn * noise


def _polar(radius: Numbers, angle: Numbers) -> Numbers:
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)


def _with_noise(
    points: Numbers, labels: NDArray[np.int64], noise: float, rng: Generator, name: str
) -> Dataset:
    moved = points + _normal(rng, points.size, noise).reshape(points.shape)
    return from_arrays(moved, labels, name=name, classes=int(labels.max()) + 1)

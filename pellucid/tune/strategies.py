"""Strategies: which point is tried next.

    RandomSearch      at random, then at random in narrower ranges around the best
    GridSearch        every combination of a few values of each
    BayesianSearch    where a model of the scores expects most

All are functions of the trials so far and of random numbers that depend on seed and number of
the trial alone: a search that was interrupted goes on as if it had not been. No point is tried
twice: the same seed would give the same score again.
"""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Protocol

import numpy as np

from pellucid.errors import OptionError
from pellucid.optional import imported
from pellucid.refusals import Strict
from pellucid.sizes import ceil_div
from pellucid.strict import strict
from pellucid.tune.space import Point, Range, Space
from pellucid.tune.trials import Trial, best_first

FEWEST_BEST = 3  # trials around which ranges are narrowed
CANDIDATES = 1000  # random points among which the most promising is chosen
NEIGHBOURS = 100  # further ones, close to the best trial so far
DRAWS = 100  # of a point that was tried already, before it is said that there are no others


class Strategy(Protocol):
    """What proposes points."""

    def count(self, space: Space) -> int:
        """How many trials it makes."""
        ...

    def propose(
        self, space: Space, trials: Sequence[Trial], rng: np.random.Generator
    ) -> Point | None:
        """The next point; None where all there are have been tried."""
        ...


@dataclass(frozen=True)
class RandomSearch(Strict):
    """Points at random; after each round the ranges shrink around the best.

    Of few hyperparameters that matter a random search tries a new value each time, where a
    grid repeats the same few. `tries` trials in all, in `rounds` rounds of equal length; for
    the next round each range goes from the least to the largest value among the best `keep` of
    all trials so far (at least three).

    Source: Bergstra and Bengio 2012, "Random search for hyper-parameter optimization".
    """

    tries: int = 100
    rounds: int = 2
    keep: float = 0.1

    def __post_init__(self) -> None:
        _check_count("RandomSearch", "tries", self.tries)
        _check_count("RandomSearch", "rounds", self.rounds)
        if not 0 < self.keep <= 1:
            raise OptionError(
                f"RandomSearch: keep is {self.keep}. It is the part of the trials that ranges "
                "are narrowed around, above 0 and at most 1."
            )

    def count(self, space: Space) -> int:
        """How many trials it makes."""
        return self.tries

    def propose(
        self, space: Space, trials: Sequence[Trial], rng: np.random.Generator
    ) -> Point | None:
        """A random point of the ranges of this round."""
        done = len(trials) * self.rounds // self.tries
        before = trials[: ceil_div(done * self.tries, self.rounds)] if done else []
        best = best_first(before)[: max(FEWEST_BEST, round(self.keep * len(before)))]
        ranges = dict(space)
        if len(best) >= FEWEST_BEST:
            ranges = {k: r.narrowed([t.point[k] for t in best]) for k, r in space.items()}
        return _new_point(ranges, trials, rng)


@dataclass(frozen=True)
class GridSearch(Strict):
    """Every combination of `values` values of each range, and of all of each choice."""

    values: int = 3

    def __post_init__(self) -> None:
        _check_count("GridSearch", "values", self.values)

    def count(self, space: Space) -> int:
        """How many combinations there are."""
        return math.prod(len(found.grid(self.values)) for found in space.values())

    def propose(
        self,
        space: Space,
        trials: Sequence[Trial],
        rng: np.random.Generator,
    ) -> Point:
        """The next combination; the last name changes fastest."""
        combinations = product(*(found.grid(self.values) for found in space.values()))
        for number, values in enumerate(combinations):
            if number == len(trials):
                return dict(zip(space, values, strict=True))
        raise OptionError(f"GridSearch: all {len(trials)} combinations have been tried.")


@dataclass(frozen=True)
class BayesianSearch(Strict):
    """Points where a Gaussian process, fitted to the scores so far, expects most improvement.

    `tries` trials in all, the first `start` of them at random. Fewer trials are needed than at
    random, where few hyperparameters matter and a trial is dear.

    Errors: OptionError where scikit-learn, whose Gaussian process it uses, is not installed.
    Source: Jones, Schonlau and Welch 1998, "Efficient global optimization of expensive
        black-box functions"; Snoek, Larochelle and Adams 2012, "Practical Bayesian
        optimization of machine learning algorithms".
    """

    tries: int = 40
    start: int = 10

    def __post_init__(self) -> None:
        _check_count("BayesianSearch", "tries", self.tries)
        _check_count("BayesianSearch", "start", self.start)

    def count(self, space: Space) -> int:
        """How many trials it makes."""
        return self.tries

    def propose(
        self, space: Space, trials: Sequence[Trial], rng: np.random.Generator
    ) -> Point | None:
        """The most promising of many random points, some of them near the best so far."""
        best = best_first(trials)
        if len(trials) < self.start or len(best) < FEWEST_BEST:
            return _new_point(space, trials, rng)
        points = [_random_point(space, rng) for _ in range(CANDIDATES)]
        points += [_near(space, best[0].point, rng) for _ in range(NEIGHBOURS)]
        points = _without_tried(points, trials)
        if not points:
            return None
        mean, deviation = _predicted(space, trials, points)
        gains = expected_improvement(mean, deviation, best[0].score)
        return points[int(np.argmax(gains))]


@strict
def expected_improvement(mean: Any, deviation: Any, best: float) -> Any:
    """By how much a normal number is expected to lie below `best`, counting nothing above.

        E[max(best - Y, 0)] = (best - m) Phi(z) + s phi(z),  z = (best - m) / s

    Shapes: mean m and deviation s (n,) -> (n,).
    Source: Jones, Schonlau and Welch 1998, equation 15.

    >>> expected_improvement(np.array([0.0, 1.0]), np.array([1.0, 0.0]), 0.5).round(6)
    array([0.697797, 0.      ])
    """
    gain = best - mean
    spread = np.maximum(deviation, 1e-12)
    z = gain / spread
    below = np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in z])
    density = np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
    return np.maximum(gain * below + spread * density, 0.0)


def _predicted(space: Space, trials: Sequence[Trial], points: list[Point]) -> tuple[Any, Any]:
    """Mean and standard deviation of the score that a Gaussian process expects at points.

    A trial that failed counts like the worst one.
    """
    who = "BayesianSearch: scikit-learn, which models the scores"
    kernels, processes = (
        imported(f"sklearn.gaussian_process{part}", who, OptionError, package="scikit-learn")
        for part in (".kernels", "")
    )
    x = _coordinates(space, [trial.point for trial in trials])
    worst = max(trial.score for trial in trials if trial.is_done)
    y = np.array([trial.score if trial.is_done else worst for trial in trials])
    lengths = np.full(x.shape[1], 0.5)
    shape = kernels.Matern(lengths, (0.05, 20.0), nu=2.5)
    kernel = kernels.ConstantKernel(1.0, (0.01, 100.0)) * shape + kernels.WhiteKernel(
        1e-3, (1e-6, 1.0)
    )
    model = processes.GaussianProcessRegressor(
        kernel, normalize_y=True, n_restarts_optimizer=1, random_state=0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a length at its bound is no fault here
        mean, deviation = model.fit(x, y).predict(_coordinates(space, points), return_std=True)
    return mean, deviation


def _coordinates(space: Space, points: Sequence[Point]) -> Any:
    rows = [[c for k, r in space.items() for c in r.coordinates(point[k])] for point in points]
    return np.array(rows, np.float64)


def _random_point(space: Space, rng: np.random.Generator) -> Point:
    return {name: found.at(rng.random()) for name, found in space.items()}


def _new_point(space: Space, trials: Sequence[Trial], rng: np.random.Generator) -> Point | None:
    """A random point that was not tried yet; None where there seems to be none."""
    drawn = (_random_point(space, rng) for _ in range(DRAWS))
    return next((point for point in drawn if _without_tried([point], trials)), None)


def _without_tried(points: list[Point], trials: Sequence[Trial]) -> list[Point]:
    tried = [trial.point for trial in trials]
    return [point for point in points if point not in tried]


def _near(space: Space, point: Point, rng: np.random.Generator) -> Point:
    """A point like another one, each number moved a little, each choice kept mostly."""
    return {name: _moved(found, point[name], rng) for name, found in space.items()}


def _moved(found: Range, value: Any, rng: np.random.Generator) -> Any:
    where = found.coordinates(value)
    if len(where) > 1:
        return found.at(rng.random()) if rng.random() < 0.2 else value
    return found.at(min(max(where[0] + 0.05 * rng.standard_normal(), 0.0), 1.0 - 1e-9))


def _check_count(owner: str, name: str, count: int) -> None:
    if count < 1:
        raise OptionError(f"{owner}: {name} is {count}. It counts from 1.")

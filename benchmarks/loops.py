"""Loops against vectors: the same sums, number by number in Python, and as one product.

Run: python benchmarks/loops.py

A dot product of a million numbers, and five steps of logistic regression on 200 samples of 500
features. The rounds of all contenders are interleaved; printed are medians over the rounds, in
milliseconds, and how many times faster than the loop each is. Courses show about 480 ms for
the loop of the dot product and 1.5 ms for the vector.
"""

import platform
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

import pellucid as pc
from pellucid.models import by_library, by_loops, by_vectors

ROUNDS = 7
ELEMENTS = 1_000_000
FEATURES, SAMPLES, STEPS = 500, 200, 5

Contender = Callable[[], float]


def dot_products() -> dict[str, Contender]:
    """The dot product of a million numbers, by contender."""
    rng = np.random.default_rng(0)
    a, b = rng.random(ELEMENTS), rng.random(ELEMENTS)
    numbers = a.tolist(), b.tolist()
    x, y = pc.tensor(a), pc.tensor(b)
    product = pc.compile(lambda p, q: p @ q)

    def loop() -> float:
        total = 0.0
        for p, q in zip(*numbers, strict=True):
            total += p * q
        return total

    return {
        "loop in Python": loop,
        "NumPy": lambda: float(np.dot(a, b)),
        "pellucid, eager": lambda: float(x @ y),
        "pellucid, compiled": lambda: float(product(x, y)),
    }


def regressions() -> dict[str, Contender]:
    """The last cost of a short logistic regression, by contender."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(FEATURES, SAMPLES))
    y = (rng.random((1, SAMPLES)) < 0.5).astype(np.int64)
    ways = {"by loops": by_loops, "by vectors": by_vectors, "by the library": by_library}

    def contender(way: Callable[..., object]) -> Contender:
        return lambda: way(x, y, learning_rate=0.1, iterations=STEPS).costs[-1]  # type: ignore[attr-defined]

    return {name: contender(way) for name, way in ways.items()}


def milliseconds(contenders: dict[str, Contender]) -> dict[str, float]:
    """The median time of each, with interleaved rounds; all must find the same."""
    answers = [run() for run in contenders.values()]
    np.testing.assert_allclose(answers, answers[0], rtol=1e-5)
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, run in contenders.items():
            start = time.perf_counter()
            run()
            times[name].append(1e3 * (time.perf_counter() - start))
    return {name: statistics.median(taken) for name, taken in times.items()}


def main() -> None:
    print(f"{datetime.now(UTC):%Y-%m-%d}  {platform.processor() or platform.machine()}")
    print(f"Python {platform.python_version()}, NumPy {np.__version__}\n")
    for title, contenders in (
        (f"dot product of {ELEMENTS:,} numbers", dot_products()),
        (f"logistic regression, {SAMPLES} x {FEATURES}, {STEPS} steps", regressions()),
    ):
        found = milliseconds(contenders)
        slowest = next(iter(found.values()))
        print(title)
        for name, taken in found.items():
            print(f"  {name:20}{taken:10.3f} ms{slowest / taken:9.0f} x")


if __name__ == "__main__":
    main()

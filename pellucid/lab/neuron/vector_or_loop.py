"""One call for a million products.

Question: How much faster is a product of two vectors as one call than as a loop in Python?
Do: Multiply vectors of growing length number by number and add up, once in a loop and once by one
    call of NumPy. Time both, the best of several tries.
See: The loop takes as much longer as there are more numbers. The call starts with the price of a
    call, and for a million numbers it is hundreds of times faster. The sums are the same, to
    rounding.
Learn: Python decides anew for each number what to do with it; NumPy decides once and lets the
    processor run. Write what is done to all samples as one operation on arrays: np.dot, np.exp,
    np.maximum, and so on. The loop does not go away, it goes where it is fast.
Source: The course's week on logistic regression, on vectorisation; Harris and others 2020, "Array
    programming with NumPy", Nature 585.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    digits: Annotated[int, Integers(1, 7), "", "the longest vector has 1 and so many zeros"] = 6
    tries: Annotated[int, Integers(1, 50), "tries", "the best of which counts"] = 2
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Seconds and sums of both ways for each length."""
    sizes = 10 ** np.arange(settings.digits + 1)
    rng = pc.Generator(settings.seed)
    found: dict[str, list[float]] = {name: [] for name in ("loop", "call")}
    sums: dict[str, list[float]] = {name: [] for name in found}
    for size in sizes.tolist():
        a, b = (rng.child().uniform(0.0, 1.0, size, pc.float64).numpy() for _ in "ab")
        for name, way in (("loop", by_loop), ("call", by_call)):
            sums[name].append(float(way(a, b)))
            found[name].append(seconds(partial(way, a, b), settings.tries))
    return {
        "sizes": sizes,
        **{f"seconds_{name}": np.array(times) for name, times in found.items()},
        **{f"sum_{name}": np.array(totals) for name, totals in sums.items()},
    }


def by_loop(a: Any, b: Any) -> Any:
    """The product of two vectors, number by number."""
    total = 0.0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


def by_call(a: Any, b: Any) -> Any:
    """The same by one call."""
    return np.dot(a, b)


def seconds(action: Callable[[], Any], tries: int) -> float:
    """How long it takes at best."""
    times = []
    for _ in range(tries):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return max(min(times), 1e-9)


def figure(series: Series) -> Any:
    """Times over length, and how many times faster the call is."""
    drawn, (times, ratio) = panels(1, 2)
    draw_times(times, series)
    draw_ratio(ratio, series)
    return drawn


def draw_times(axes: Any, series: Series) -> None:
    """Times over length."""
    axes.plot(
        series["sizes"],
        series["seconds_loop"],
        "o-",
        label=said("loop in Python"),
    )
    axes.plot(
        series["sizes"],
        series["seconds_call"],
        "s--",
        label=said("one call"),
    )
    axes.set(
        xscale="log",
        yscale="log",
        xlabel=said("numbers"),
        ylabel=said("time (s)"),
    )
    axes.legend(loc="upper left")


def draw_ratio(axes: Any, series: Series) -> None:
    """How many times faster the call is."""
    axes.plot(
        series["sizes"],
        series["seconds_loop"] / series["seconds_call"],
        "o-",
        color="C2",
    )
    axes.set(xscale="log", yscale="log", xlabel=said("numbers"))
    axes.set_title(said("times faster"))


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """The call is far faster and gives the same."""
    runs = repeated(run, settings, seeds)
    faster = [found["seconds_loop"][-1] / found["seconds_call"][-1] for found in runs]
    apart = max(np.abs(found["sum_loop"] / found["sum_call"] - 1.0).max() for found in runs)
    return (
        at_least("times faster one call is for the longest vector", np.median(faster), 10.0),
        at_most("largest relative difference of the sums", apart, 1e-10),
    )

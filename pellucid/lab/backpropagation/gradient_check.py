"""Two slow derivatives prove one fast one.

Question: How does one know that backpropagation computes the right gradient?
Do: Take the gradient of a small network by backpropagation. Then move each of its weights a little
    up and down, and take the slope from the two losses. Compare, with steps of every size, in
    double and in single precision, and with steps to one side alone. Last, make one number of the
    gradient wrong by one percent.
See: Errors draw a U. Large steps miss the curve, by the square of the step, and to one side by the
    step itself. Small ones drown in rounding. Around 1e-5 double precision agrees to ten digits;
    single precision never gets beyond four or five. With one number wrong the error is many
    thousand times larger, as the verdict says.
Learn: Check with central differences, in double precision, with a step near 1e-5, and where the
    function has no kink. It takes two losses for each weight: so one checks with it, and learns
    with backpropagation, which has all weights at once.
Source: The course's week on regularisation, on gradient checking; Saito, Deep Learning from
    Scratch, O'Reilly 2016, sections 4.3 and 5.7; Goodfellow, Bengio and Courville, Deep Learning,
    MIT Press 2016, section 11.5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid.functional import cross_entropy
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers, LogUniform, Uniform

STEPS = np.logspace(-12.0, 0.0, 13)


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    samples: Annotated[int, Integers(1, 500), "samples", "that the loss is the mean of"] = 8
    hidden: Annotated[int, Integers(1, 50), "units", "width of the hidden layer"] = 5
    h: Annotated[float, LogUniform(1e-12, 1.0), "", "step of the check"] = 1e-4
    fault: Annotated[float, Uniform(0.0, 1.0), "", "share by which one number is wrong"] = 0.01
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Errors over the step, three ways; those of a right and of a faulty gradient at one step."""
    loss, weights = network(settings)
    gradient = pc.grad(loss)(pc.tensor(weights, pc.float64)).numpy()
    faulty = gradient.copy()
    largest = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
    faulty[largest] *= 1.0 + settings.fault
    numerical = pc.numerical_gradient(loss, weights, h=settings.h)
    return {
        "steps": STEPS,
        "central": errors(loss, weights, gradient, np.float64, central),
        "one_sided": errors(loss, weights, gradient, np.float64, one_sided),
        "single": errors(loss, weights, gradient, np.float32, central),
        "error": np.array(distance(gradient, numerical)),
        "error_faulty": np.array(distance(faulty, numerical)),
        "gradient": gradient.ravel(),
        "numerical": numerical.ravel(),
    }


def network(settings: Settings) -> tuple[Any, Any]:
    """The loss as a function of the first layer's weights, and those weights."""
    rng = pc.Generator(settings.seed)
    x = rng.normal(0.0, 1.0, (settings.samples, 4), pc.float64).numpy()
    classes = np.arange(settings.samples) % 3
    w1 = rng.normal(0.0, 0.5, (4, settings.hidden), pc.float64).numpy()
    w2 = rng.normal(0.0, 0.5, (settings.hidden, 3), pc.float64).numpy()

    def loss(w1: Any) -> pc.Tensor:
        hidden = pc.tanh(pc.tensor(x, w1.dtype) @ w1)
        return cross_entropy(hidden @ pc.tensor(w2, w1.dtype), classes)

    return loss, w1


def errors(loss: Any, weights: Any, gradient: Any, dtype: Any, slope: Any) -> Any:
    """How far a numerical gradient is off, for each step: computed in this type, number by number.

    Every place of the array is visited, whatever its axes: a loop over `range(w.size)` with
    `w[i]` would be one over rows.
    """
    found = []
    for h in STEPS:
        numerical = np.zeros(weights.shape)
        for place in np.ndindex(weights.shape):
            numerical[place] = slope(loss, weights, place, h, dtype)
        found.append(distance(gradient, numerical))
    return np.array(found)


def moved(loss: Any, weights: Any, place: tuple[int, ...], by: float, dtype: Any) -> float:
    """The loss with one weight moved."""
    others = weights.copy()
    others[place] += by
    return float(loss(pc.tensor(others.astype(dtype))).item())


def central(
    loss: Any,
    weights: Any,
    place: tuple[int, ...],
    h: float,
    dtype: Any,
) -> float:
    """(f(w + h) - f(w - h)) / 2h."""
    up, down = (moved(loss, weights, place, by, dtype) for by in (h, -h))
    return (up - down) / (2.0 * h)


def one_sided(
    loss: Any,
    weights: Any,
    place: tuple[int, ...],
    h: float,
    dtype: Any,
) -> float:
    """(f(w + h) - f(w)) / h."""
    up, here = (moved(loss, weights, place, by, dtype) for by in (h, 0.0))
    return (up - here) / h


def distance(a: Any, b: Any) -> float:
    """The length of the difference over the sum of lengths: 0 for equal, 1 for nothing alike."""
    norm = np.linalg.norm
    return float(norm(a - b) / (norm(a) + norm(b)))


def figure(series: Series) -> Any:
    """Errors over the step at the left, both gradients against each other at the right."""
    drawn, (curves, pairs) = panels(1, 2)
    draw_errors(curves, series)
    draw_pairs(pairs, series)
    return drawn


def draw_errors(axes: Any, series: Series) -> None:
    """Relative errors over the step, one line for each way."""
    for line, way, label in (
        ("-", "central", said("central, double")),
        ("--", "one_sided", said("one-sided, double")),
        (":", "single", said("central, single")),
    ):
        axes.plot(series["steps"], series[way], line, label=label)
    faulty = float(series["error_faulty"])
    axes.axhline(
        max(faulty, 1e-13),
        color="C3",
        linewidth=1.0,
        label=said("one number wrong"),
    )
    axes.set(
        xscale="log",
        yscale="log",
        xlabel=said("step h"),
        ylim=(1e-13, 1e8),
    )
    axes.set_title(said("relative error"))
    axes.legend(loc="upper right")


def draw_pairs(axes: Any, series: Series) -> None:
    """The derivative of each weight, by both ways."""
    ends = [series["gradient"].min(), series["gradient"].max()]
    axes.plot(ends, ends, color="C5", linewidth=1.0)
    axes.plot(series["gradient"], series["numerical"], "o", markersize=5)
    axes.set(xlabel=said("by backpropagation"), ylabel=said("by differences"))
    axes.set_title(said("each weight's derivative"))


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """Both gradients agree, a fault is seen, and precision decides how well."""
    runs = repeated(run, settings, seeds)
    error = max(found["error"] for found in runs)
    seen = min(found["error_faulty"] / found["error"] for found in runs)
    best = max(found["central"].min() for found in runs)
    coarse = min(found["single"].min() for found in runs)
    ends = min(min(found["central"][0], found["central"][-1]) for found in runs)
    return (
        at_most("relative error of the gradient at the step of the check", error, 1e-6),
        at_least("times as large with one number wrong", seen, 100.0),
        at_most("relative error with the best step, double precision", best, 1e-8),
        at_least("the same in single precision", coarse, 1e-6),
        at_least("relative error with the smallest and the largest step", ends, 1e-6),
    )

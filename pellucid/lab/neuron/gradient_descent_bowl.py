"""Downhill is against the gradient.

Question: How does gradient descent find the lowest place of a cost that it cannot see, and where
    does it come to rest?
Do: Roll down a bowl of one weight and one of two by w := w - learning rate * dJ/dw. At one place
    of the bowl try a small step in each direction. Climb once, by following the gradient instead
    of going against it. Then let two starts roll down a cost with two valleys.
See: Steps shorten by themselves as the slope does. Of all directions the one against the gradient
    falls most, at right angles to the contour; along the gradient the cost rises. With two valleys
    the start decides in which one the descent ends.
Learn: The gradient points to where the cost rises fastest, so that one goes against it. A bowl,
    such as the cost of logistic regression, has one lowest place. The cost of a network has many
    valleys: gradient descent needs no bowl, but it only promises a place where the slope is zero.
Source: The course's week on logistic regression, on gradient descent; Goodfellow, Bengio and
    Courville, Deep Learning, MIT Press 2016, sections 4.3 and 8.2.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid.lab.experiment import Series
from pellucid.lab.films import Film
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers, Uniform

CURVATURES = (1.0, 3.0)  # of the bowl of two weights, along w1 and along w2
RADIUS = 2.5  # how far from the lowest place the descent begins
UPHILL = 10  # steps of the climb at most: it has no end
VALLEY_RATE = 0.02  # learning rate with two valleys, whose sides are steep


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    learning_rate: Annotated[float, Uniform(0.0, 1.0), "", "step of gradient descent"] = 0.1
    steps: Annotated[int, Integers(1, 200), "updates", "length of the descent"] = 40
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Where each descent went, and the direction that falls most at the start."""
    angle = pc.Generator(settings.seed).uniform(0.0, 2.0 * np.pi, 1).numpy()[0]
    start = RADIUS * np.array([np.cos(angle), np.sin(angle)])
    series: dict[str, Any] = {"steps": np.arange(settings.steps + 1)}
    rate = settings.learning_rate
    steps = settings.steps
    for name, cost, first, by, count in (
        ("line", square, np.array(RADIUS), -rate, steps),
        ("bowl", bowl, start, -rate, steps),
        ("climb", bowl, start, rate, min(steps, UPHILL)),
        ("left", valleys, np.array(-1.7), -VALLEY_RATE, steps),
        ("right", valleys, np.array(1.7), -VALLEY_RATE, steps),
    ):
        path, costs = follow(cost, first, by, count)
        series |= {f"path_{name}": path, f"cost_{name}": costs}
    series["off"] = off_steepest(start)
    return series


def square(w: Any) -> Any:
    """The bowl of one weight: lowest at 0."""
    return w * w


def bowl(w: Any) -> Any:
    """The bowl of two weights, w: (2,) -> (); also of many places at once, (2, n) -> (n,)."""
    return (CURVATURES[0] * w[0] ** 2.0 + CURVATURES[1] * w[1] ** 2.0) / 2.0


def valleys(w: Any) -> Any:
    """Two valleys, the left one deeper."""
    return (w * w - 1.0) ** 2.0 + 0.4 * w + 1.0


def follow(cost: Callable[[Any], Any], w: Any, by: float, steps: int) -> tuple[Any, Any]:
    """Places and costs on a way that goes by so much of the gradient in each step."""
    value_and_slope = pc.value_and_grad(cost)
    path = []
    costs = []
    for _ in range(steps + 1):
        value, slope = value_and_slope(pc.tensor(w, pc.float64))
        path.append(w)
        costs.append(value.item())
        w = w + by * slope.numpy()
    return np.array(path), np.array(costs)


def off_steepest(place: Any) -> Any:
    """Degrees between minus the gradient and the direction of 3,600 in which the bowl falls most.

    Each direction is tried with a step of a thousandth.
    """
    angles = np.deg2rad(np.arange(0.0, 360.0, 0.1))
    tried = place[:, None] + 1e-3 * np.stack([np.cos(angles), np.sin(angles)])
    steepest = angles[np.argmin(bowl(tried))]
    down = -pc.grad(bowl)(pc.tensor(place, pc.float64)).numpy()
    turned = np.rad2deg(np.arctan2(down[1], down[0]) - steepest)
    return np.abs((turned + 180.0) % 360.0 - 180.0)


def figure(series: Series) -> Any:
    """The bowl of one weight, that of two, the two valleys, and costs."""
    drawn, (line, plane, two, costs) = panels(2, 2, height=3.0)
    draw_line(line, series, slice(None))
    draw_bowl(plane, series, slice(None))
    draw_valleys(two, series)
    draw_costs(costs, series)
    return drawn


def draw_valleys(axes: Any, series: Series) -> None:
    """Two valleys, with the ways from two starts."""
    w = np.linspace(-2.0, 2.0, 201)
    axes.plot(w, valleys(w), color="C5")
    axes.plot(
        series["path_left"],
        series["cost_left"],
        "o-",
        markersize=4,
        linewidth=1,
    )
    axes.plot(series["path_right"], series["cost_right"], "s--", markersize=4, linewidth=1)
    axes.set(
        xlabel="w",
        ylabel=said("cost"),
        title=said("two valleys, two starts"),
        ylim=(0.0, 6.0),
    )


def draw_costs(axes: Any, series: Series) -> None:
    """Costs in the bowl."""
    axes.plot(series["steps"], series["cost_bowl"], label=said("against the gradient"))
    axes.plot(series["cost_climb"], "--", label=said("along it"))
    axes.set(
        yscale="log",
        xlabel=said("updates"),
        title=said("cost in the bowl"),
    )
    axes.legend(loc="best")


def draw_line(axes: Any, series: Series, shown: slice) -> None:
    """The bowl of one weight with the steps that are shown."""
    w = np.linspace(-2.8, 2.8, 201)
    axes.plot(w, square(w), color="C5")
    axes.plot(
        series["path_line"][shown],
        series["cost_line"][shown],
        "o-",
        markersize=4,
    )
    axes.set(
        xlabel="w",
        ylabel=said("cost"),
        title=said("bowl of one weight"),
        xlim=(-2.9, 2.9),
    )


def draw_bowl(axes: Any, series: Series, shown: slice) -> None:
    """The contours of the bowl of two weights with the steps that are shown, and one uphill."""
    w = np.meshgrid(np.linspace(-3.6, 3.6, 145), np.linspace(-3.0, 3.0, 121))
    axes.contour(
        *w,
        bowl(np.stack(w)),
        np.geomspace(0.1, 18.0, 9),
        colors="C5",
        linewidths=0.8,
    )
    path = series["path_bowl"][shown]
    axes.plot(
        *path.T,
        "o-",
        markersize=4,
        label=said("against the gradient"),
    )
    axes.plot(
        *series["path_climb"][:2].T,
        "s--",
        markersize=4,
        label=said("along it"),
    )
    axes.plot(0.0, 0.0, "+", color="C2", markersize=10)
    axes.set(xlabel="w1", ylabel="w2", title=said("bowl of two weights"))
    axes.set(
        xlim=(-3.6, 3.6),
        ylim=(-3.0, 3.0),
        aspect="equal",
    )  # right angles look like it


def film(series: Series) -> Film:
    """Both descents, step by step."""
    drawn, (left, right) = panels(1, 2)
    pictures = min(len(series["steps"]), 60)

    def draw(i: int) -> None:
        for axes, paint in ((left, draw_line), (right, draw_bowl)):
            axes.clear()
            paint(axes, series, slice(0, i + 1))

    return Film(drawn, draw, pictures, pause=120)


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """The descent ends at the lowest place, straight down at first; two starts end apart."""
    runs = repeated(run, settings, seeds)
    left_over = max(np.linalg.norm(found["path_bowl"][-1]) for found in runs)
    off = max(found["off"] for found in runs)
    rises = min(np.diff(found["cost_climb"]).min() for found in runs)
    apart = min(abs(found["path_right"][-1] - found["path_left"][-1]) for found in runs)
    return (
        at_most("distance to the lowest place at the end", left_over, 0.1),
        at_most("between minus the gradient and the steepest fall (degrees)", off, 0.1),
        at_least("least rise of the cost in a step along the gradient", rises, 1e-6),
        at_least("distance between the ends of two starts with two valleys", apart, 1.0),
    )

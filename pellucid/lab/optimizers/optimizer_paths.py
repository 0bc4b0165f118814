"""Five ways down a valley.

Question: What do momentum and adaptive steps do that plain gradient descent does not?
Do: Let five optimizers go down a long valley, steep across and flat along, from the same start.
See: Plain descent goes to and fro across the valley and hardly along it. Momentum runs on like a
    ball and swings round the end. AdaGrad, RMSProp and Adam make steep directions slow and flat
    ones fast, and go along the valley almost straight.
Learn: The gradient is a poor guide where directions differ in steepness. Momentum adds up what
    stays the same from step to step and lets the rest cancel; adaptive steps divide by the size
    that gradients have had in each direction. Which is best depends on the ground, and on the rate.
Source: Saito, Deep Learning from Scratch, O'Reilly Japan 2016, section 6.1; Kingma and Ba 2015,
    "Adam: a method for stochastic optimization", arXiv 1412.6980.
"""

from collections.abc import Sequence
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

NAMES = ("SGD", "Momentum", "AdaGrad", "RMSProp", "Adam")


@dataclass(frozen=True)
class Settings:
    """What may be changed; the rates are those of the book."""

    sgd: Annotated[float, Uniform(0.0, 10.0), "", "learning rate of SGD"] = 0.95
    momentum: Annotated[float, Uniform(0.0, 10.0), "", "learning rate of Momentum"] = 0.1
    adagrad: Annotated[float, Uniform(0.0, 10.0), "", "learning rate of AdaGrad"] = 1.5
    rmsprop: Annotated[float, Uniform(0.0, 10.0), "", "learning rate of RMSProp"] = 0.3
    adam: Annotated[float, Uniform(0.0, 10.0), "", "learning rate of Adam"] = 0.3
    spread: Annotated[float, Uniform(0.0, 5.0), "", "how far starts lie round (-7, 2)"] = 0.0
    steps: Annotated[int, Integers(1, 500), "updates", "of each optimizer"] = 30
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """The places of each optimizer on x^2 / 20 + y^2, the start first: (steps + 1, 2)."""
    optimizers = {
        "SGD": lambda w: pc.optim.SGD(w, settings.sgd),
        "Momentum": lambda w: pc.optim.Momentum(w, settings.momentum, momentum=0.9),
        "AdaGrad": lambda w: pc.optim.AdaGrad(w, settings.adagrad),
        "RMSProp": lambda w: pc.optim.RMSProp(w, settings.rmsprop),
        "Adam": lambda w: pc.optim.Adam(w, settings.adam),
    }
    off = settings.spread * np.random.default_rng(settings.seed).standard_normal(2)
    start = np.array([-7.0, 2.0]) + off
    return {
        name: path(make, long_valley, start, settings.steps) for name, make in optimizers.items()
    }


def long_valley(w: pc.Tensor) -> pc.Tensor:
    """x^2 / 20 + y^2: steep across, flat along."""
    height: pc.Tensor = w[0] ** 2.0 / 20.0 + w[1] ** 2.0
    return height


def path(make: Any, surface: Any, start: Any, steps: int) -> Any:
    """Where an optimizer goes on a surface, the start first: (steps + 1, numbers)."""
    w = pc.Parameter(start)
    optimizer = make({"w": w})

    @pc.compile
    def step() -> pc.Tensor:
        loss: pc.Tensor = surface(w)
        optimizer.minimize(loss)
        return loss

    places = [start]
    for _ in range(steps):
        step()
        places.append(w.numpy())
    return np.array(places)


def figure(series: Series) -> Any:
    """A panel for each optimizer, and their heights in the last one."""
    drawn, axes = panels(2, 3, height=2.2)
    for i, (panel, name) in enumerate(zip(axes, NAMES, strict=False)):
        valley(panel, name)
        panel.plot(
            *series[name].T,
            "o-",
            color=f"C{i}",
            markersize=2.5,
            linewidth=1.0,
        )
    draw_heights(axes[5], series)
    return drawn


def draw_heights(axes: Any, series: Series) -> None:
    """The height of each over updates."""
    lines = ("-", "--", "-.", ":", (0, (5, 1)))
    for line, name in zip(lines, NAMES, strict=True):
        axes.plot(
            height(series[name]) + 1e-12,
            linestyle=line,
            linewidth=1.3,
            label=name,
        )
    axes.set(
        yscale="log",
        ylim=(1e-6, 10.0),
        xlabel=said("updates"),
        title=said("height"),
    )
    axes.legend(fontsize=7, loc="lower left", ncols=2)


def valley(axes: Any, title: str) -> None:
    """The contours of the valley, and its bottom."""
    x, y = np.meshgrid(np.linspace(-8.5, 8.5, 86), np.linspace(-3.2, 3.2, 65))
    axes.contour(
        x,
        y,
        x**2 / 20.0 + y**2,
        (0.1, 0.5, 1.5, 3, 5, 8),
        colors="C5",
        linewidths=0.5,
    )
    axes.plot(0.0, 0.0, "+", color="C5", markersize=9)
    axes.set(
        title=title,
        xlim=(-8.5, 8.5),
        ylim=(-3.2, 3.2),
    )
    axes.grid(visible=False)


def height(places: Any) -> Any:
    """The function at places: (n, 2) -> (n,)."""
    return places[:, 0] ** 2 / 20.0 + places[:, 1] ** 2


def film(series: Series) -> Film:
    """All five on their way, in one valley."""
    drawn, (axes,) = panels()
    count = len(series["SGD"])

    def draw(i: int) -> None:
        axes.clear()
        valley(axes, said("update {step}", step=i))
        for marker, name in zip("os^Dv", NAMES, strict=True):
            line = axes.plot(*series[name][: i + 1].T, linewidth=1.2, label=name, marker=marker)[0]
            line.set(markevery=[i], markersize=7)
        axes.set(
            xlabel="x",
            ylabel="y",
            ylim=(-3.2, 4.2),
        )  # room for the legend above
        axes.legend(loc="upper right", ncols=5)

    return Film(drawn, draw, count, pause=200)


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """From starts round that of the book: SGD crosses the valley, the others get on."""
    spread = max(settings.spread, 0.5)
    runs = repeated(run, settings, seeds, spread=spread)
    crossings = min(crossed(found["SGD"]) for found in runs)
    heights = {name: max(height(found[name])[-1] for found in runs) for name in NAMES}
    return (
        at_least("times that SGD crosses the valley", crossings, min(25, settings.steps - 1)),
        at_most("height that AdaGrad ends at", heights["AdaGrad"], 0.05),
        at_most("height that Adam ends at", heights["Adam"], 0.3),
        at_most("share of the height of SGD that is left to AdaGrad", share(runs), 0.5),
    )


def crossed(places: Any) -> int:
    """How often y changes its sign."""
    return int((np.diff(np.sign(places[:, 1])) != 0).sum())


def share(runs: Sequence[Series]) -> float:
    """The height of AdaGrad, in units of that of SGD, at the end."""
    return float(max(height(found["AdaGrad"])[-1] / height(found["SGD"])[-1] for found in runs))

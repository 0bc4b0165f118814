"""Corners make weights vanish.

Question: Why does an L1 penalty make weights exactly zero, and an L2 penalty only make them small?
Do: Fit a line through data in which only some features count, with both penalties from weak to
    strong. Draw the balls that each penalty keeps weights in. Then find the L1 solution twice: by
    plain steps along the gradient, and by steps that shrink weights towards zero and stop there.
See: The cost touches the diamond of L1 at a corner, where a weight is zero, and the circle of L2
    beside the axes. Along the path L1 switches features off one by one; L2 shrinks all together.
    Plain steps swing round zero and never meet it; shrinking steps land on it.
Learn: L1 selects, because its ball has corners on the axes: it is what a Laplace prior with its
    peak at zero says, and L2 what a normal one says. It takes a soft threshold to reach the zero
    that the theory promises: the gradient of |w| has no value there, and jumps.
Source: Tibshirani 1996, "Regression shrinkage and selection via the lasso", Journal of the Royal
    Statistical Society B 58, sections 2 and 3; Bishop, Pattern Recognition and Machine Learning,
    Springer 2006, section 3.1.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers, LogUniform, Uniform

TRUE = np.array([1.5, -1.0, 0.5, 0.0, 0.0, 0.0])
CURVATURE = np.array([[1.0, 0.3], [0.3, 0.6]])
BEST = np.array([1.9, 0.9])


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    samples: Annotated[int, Integers(20, 5000), "samples", "to fit the line through"] = 100
    noise: Annotated[float, Uniform(0.0, 5.0), "", "standard deviation of what is added"] = 0.5
    penalty: Annotated[float, LogUniform(1e-3, 2.0), "", "at which weights are counted"] = 0.2
    steps: Annotated[int, Integers(10, 5000), "updates", "of plain and of shrinking steps"] = 200
    learning_rate: Annotated[float, Uniform(0.0, 1.0), "", "size of these steps"] = 0.1
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Weights along both paths, and one weight that should vanish under both kinds of steps."""
    draw = np.random.default_rng(settings.seed)
    x = draw.standard_normal((settings.samples, len(TRUE)))
    y = x @ TRUE + settings.noise * draw.standard_normal(settings.samples)
    penalties = np.append(np.geomspace(1e-2, 2.0, 11), settings.penalty)
    series: dict[str, Any] = {"penalties": penalties[:-1]}
    for name, kind in (("l1", "lasso"), ("l2", "ridge")):
        weights = pc.plot.penalty_path(x, y, penalties, kind)
        series |= {f"weights_{name}": weights[:-1], f"chosen_{name}": weights[-1]}
    plain = pc.optim.Penalty(l1=settings.penalty, to=pc.optim.every)
    shrinking = pc.optim.Proximal(l1=settings.penalty)
    series["steps"] = np.arange(settings.steps)
    series["plain"] = descent(settings, x, y, plain)
    series["shrinking"] = descent(settings, x, y, shrinking)
    return series


def descent(settings: Settings, x: Any, y: Any, rule: pc.optim.Rule) -> Any:
    """The last weight, whose true value is zero, after each step."""
    w = pc.Parameter(np.full((len(TRUE), 1), 0.5))
    optimizer = pc.optim.SGD({"w": w}, settings.learning_rate, rules=(rule,))

    @pc.compile
    def step() -> pc.Tensor:
        loss: pc.Tensor = ((x @ w - y[:, None]) ** 2.0).mean() / 2.0
        optimizer.minimize(loss)
        return loss

    found = []
    for _ in range(settings.steps):
        step()
        found.append(float(w.numpy()[-1, 0]))
    return np.array(found)


def figure(series: Series) -> Any:
    """Balls, paths, priors, and the two kinds of steps."""
    drawn, axes = panels(2, 3, height=2.9)
    draw_ball(axes[0], "L1", lambda w1, w2: np.abs(w1) + np.abs(w2))
    draw_ball(axes[1], "L2", np.hypot)
    draw_priors(axes[2], series)
    for panel, name in ((axes[3], "l1"), (axes[4], "l2")):
        title = said("path of {name}", name=name.upper())
        panel.plot(series["penalties"], series[f"weights_{name}"])
        panel.set(xscale="log", xlabel=said("penalty"), title=title)
    axes[3].set_ylabel(said("weights"))
    draw_vanishing(axes[5], series)
    return drawn


def draw_priors(axes: Any, series: Series) -> None:
    """The densities that both penalties stand for."""
    z = np.linspace(-4.0, 4.0, 401)
    axes.plot(z, np.exp(-np.abs(z)) / 2.0, label=said("Laplace: L1"))
    axes.plot(
        z,
        np.exp(-(z**2) / 2.0) / np.sqrt(2.0 * np.pi),
        "--",
        label=said("normal: L2"),
    )
    axes.set(
        title=said("priors"),
        xlabel=said("weight"),
        ylabel=said("density"),
        ylim=(0, 0.75),
    )
    axes.legend(loc="upper center")


def draw_vanishing(axes: Any, series: Series) -> None:
    """A weight that should vanish, under both kinds of steps."""
    axes.plot(series["steps"], series["plain"], label=said("plain step"))
    axes.plot(series["steps"], series["shrinking"], "--", label=said("soft threshold"))
    axes.set(title=said("a weight to vanish"), xlabel=said("updates"))
    axes.set(xlim=(0, 80), ylim=(-0.05, 0.15))
    axes.legend(loc="upper right")


def draw_ball(axes: Any, title: str, size: Any) -> None:
    """The ball of radius 1, the contours of a cost, and the best point inside."""
    w1, w2 = np.meshgrid(np.linspace(-1.5, 2.6, 206), np.linspace(-1.5, 2.1, 181))
    away = np.stack([w1 - BEST[0], w2 - BEST[1]])
    cost = np.einsum("iyx,ij,jyx->yx", away, CURVATURE, away)
    inside = np.where(size(w1, w2) <= 1.0 + 1e-9, cost, np.inf)
    place = np.unravel_index(np.argmin(inside), cost.shape)
    levels = sorted([0.15, 0.6, float(inside[place]), 4.0, 7.0])
    axes.contour(w1, w2, cost, levels, colors="C5", linewidths=0.8)
    axes.contourf(
        w1,
        w2,
        size(w1, w2),
        [0.0, 1.0],
        colors=["C0"],
        alpha=0.3,
    )
    axes.plot(
        w1[place],
        w2[place],
        "o",
        color="C1",
    )
    axes.plot(*BEST, "x", color="C1")
    axes.set(
        title=said("ball of {name}", name=title),
        xlabel="w1",
        ylabel="w2",
    )
    axes.set_aspect("equal", adjustable="datalim")


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """L1 gives exact zeros where the truth has them, L2 and plain steps none."""
    runs = repeated(run, settings, seeds)
    zeros = min(int((found["chosen_l1"][3:] == 0.0).sum()) for found in runs)
    others = max(int((found["chosen_l2"] == 0.0).sum()) for found in runs)
    landed = min(int((found["shrinking"][-50:] == 0.0).sum()) for found in runs)
    swinging = max(int((found["plain"] == 0.0).sum()) for found in runs)
    return (
        at_least("of three needless weights, exactly zero under L1", zeros, 3),
        at_most("weights that are exactly zero under L2", others, 0),
        at_least("of the last 50 shrinking steps, at exactly zero", landed, 50),
        at_most("plain steps that meet zero exactly", swinging, 0),
    )

"""An optimizer that never forgets grows tired.

Question: AdaGrad adds up all squared gradients for ever. What does that cost, and what happens
    where the sum is begun anew at each step?
Do: Send RMSProp, and AdaGrad with ten times its rate, down a steep wall, over a plateau that falls
    gently, into a hole. Then send AdaGrad, and a faulty AdaGrad whose sum is set to zero at each
    step, down the valley x^2 / 20 + y^2 from (-7, 2).
See: The wall makes the sum of AdaGrad so large that it creeps over the plateau. RMSProp forgets the
    wall after about a hundred steps and arrives. The faulty AdaGrad steps by its full rate in the
    sign of each slope and ends beside the minimum, swinging; the right one is there.
Learn: Dividing by the size of past gradients is good as long as the past resembles the present. A
    mean that forgets repairs it. A sum that is reset says nothing about the past at all: g / |g| is
    the sign of g.
Source: Duchi, Hazan and Singer 2011, "Adaptive subgradient methods for online learning and
    stochastic optimization", Journal of Machine Learning Research 12; Tieleman and Hinton 2012,
    Neural networks for machine learning, lecture 6e.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid.lab.experiment import Series
from pellucid.lab.optimizers.optimizer_paths import long_valley, path
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers, Uniform


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    rate: Annotated[float, Uniform(0.0, 5.0), "", "on the plateau; AdaGrad's is ten times it"] = 0.1
    rho: Annotated[float, Uniform(0.0, 0.9999), "", "what RMSProp keeps of its mean"] = 0.9
    steps: Annotated[int, Integers(1, 2000), "updates", "on the plateau"] = 200
    valley_rate: Annotated[float, Uniform(0.0, 5.0), "", "of AdaGrad in the valley"] = 1.5
    valley_steps: Annotated[int, Integers(1, 500), "updates", "in the valley"] = 30
    spread: Annotated[float, Uniform(0.0, 1.0), "", "how far starts lie round the first"] = 0.0
    seed: Seed = 0


@dataclass(eq=False)
class ForgetfulAdaGrad(pc.optim.Optimizer):
    """AdaGrad as it is often printed: h begins anew in each step, so that sqrt(h) is |g|."""

    learning_rate: Any = 0.01

    def update(self, w: Any, g: Any, state: Any, step: Any) -> Any:
        """One step: w - rate g / (sqrt(g^2) + 1e-7)."""
        return w - step.learning_rate * g / ((g * g).sqrt() + 1e-7), {}


def run(settings: Settings) -> Series:
    """Places over the plateau, and the ways of both AdaGrads in the valley."""
    off = settings.spread * np.random.default_rng(settings.seed).standard_normal(3)
    high = np.array([-5.0 + off[0]])
    start = np.array([-7.0, 2.0]) + off[1:]
    rate = settings.rate
    valley_rate = settings.valley_rate

    def on_plateau(make: Any) -> Any:
        return path(make, wall, high, settings.steps)[:, 0]

    def in_valley(make: Any) -> Any:
        return path(make, long_valley, start, settings.valley_steps)

    x = np.linspace(-5.5, 7.0, 251)
    return {
        "adagrad": on_plateau(lambda w: pc.optim.AdaGrad(w, 10.0 * rate)),
        "rmsprop": on_plateau(lambda w: pc.optim.RMSProp(w, rate, rho=settings.rho)),
        "way_right": in_valley(lambda w: pc.optim.AdaGrad(w, valley_rate)),
        "way_faulty": in_valley(lambda w: ForgetfulAdaGrad(w, valley_rate)),
        "x": x,
        "height": np.array([wall(pc.tensor([place])).item() for place in x]),
    }


def wall(w: pc.Tensor) -> pc.Tensor:
    """A wall left of -3, a plateau that falls gently, and a hole at 4."""
    x = w[0]
    return 4.0 * pc.maximum(-3.0 - x, 0.0) ** 2.0 - 0.05 * x - 4.0 * pc.exp(-((x - 4.0) ** 2.0))


def figure(series: Series) -> Any:
    """The wall with where both end, their places over time, and the valley."""
    drawn, (ground, places, ways) = panels(1, 3, height=3.2)
    ground.plot(series["x"], series["height"], color="C5", linewidth=1.2)
    for marker, name, label in (("s", "rmsprop", "RMSProp"), ("o", "adagrad", "AdaGrad")):
        x = series[name]
        heights = np.interp(x, series["x"], series["height"])
        ground.plot(x[::5], heights[::5], marker, markersize=4, label=label)
        places.plot(x, "--" if marker == "o" else "-", label=label)
    ground.set(
        xlabel="x",
        ylabel=said("height"),
        ylim=(-5.0, 12.0),
        title=said("wall and plateau"),
    )
    ground.legend(loc="upper right")
    places.axhline(4.0, color="C5", linewidth=0.8)
    places.set(
        xlabel=said("updates"),
        ylabel="x",
        title=said("place"),
    )
    draw_valley(ways, series)
    return drawn


def draw_valley(axes: Any, series: Series) -> None:
    """Ways in the valley."""
    for line, name, label in (
        ("o-", "right", "AdaGrad"),
        ("s--", "faulty", said("h set to 0 each step")),
    ):
        axes.plot(*series[f"way_{name}"].T, line, markersize=3, linewidth=1.0, label=label)
    axes.plot(0.0, 0.0, "+", color="C5", markersize=10)
    axes.set(xlabel="x", ylabel="y", ylim=(-1.5, 3.2), title=said("in the valley"))
    axes.legend(loc="upper right", fontsize=8)


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """RMSProp arrives and AdaGrad does not; the faulty sum steps by its rate for ever."""
    spread = max(settings.spread, 0.2)
    runs = repeated(run, settings, seeds, spread=spread)
    arrives = max(abs(found["rmsprop"][-1] - 4.0) for found in runs)
    left = min(4.0 - found["adagrad"][-1] for found in runs)
    strides = [np.abs(np.diff(found["way_faulty"][-10:], axis=0)).max() for found in runs]
    rest = max(np.hypot(*found["way_right"][-1]) for found in runs)
    return (
        at_most("distance of RMSProp from the hole", arrives, 0.5),
        at_least("distance that is left to AdaGrad", left, 2.0),
        at_least("last strides of the faulty AdaGrad", min(strides), 1.0),
        at_most("distance of the right one from the minimum", rest, 0.5),
    )

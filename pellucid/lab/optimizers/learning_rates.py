"""Too small a step stalls, too large a one flies off.

Question: How large should a learning rate be?
Do: Go down a bowl with steps of four sizes: far too small, right, nearly too large, and too large.
    Then train a classifier of digits with rates over eight powers of ten.
See: Small steps hardly leave the start. Right ones arrive. Nearly too large ones jump over the
    minimum and back again, each time a little lower; too large ones climb out of the bowl. For the
    classifier the losses form a valley: flat at the left, steep at the right.
Learn: In a bowl of curvature c a step w - rate c w shrinks w where the rate is below 2 / c, and is
    best at 1 / c. A network has many curvatures at once: the steepest one forbids large rates, the
    flattest one wants them. So one looks for the largest rate that does not yet break.
Source: LeCun, Bottou, Orr and Mueller 1998, "Efficient BackProp", in Neural Networks: Tricks of the
    Trade, section 5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import legend, panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers, Uniform

RATES = ("small", "right", "large", "too_large")


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    curvature: Annotated[float, Uniform(0.1, 10.0), "", "of the bowl"] = 2.0
    small: Annotated[float, Uniform(0.0, 20.0), "", "a rate far too small"] = 0.01
    right: Annotated[float, Uniform(0.0, 20.0), "", "a rate that arrives"] = 0.3
    large: Annotated[float, Uniform(0.0, 20.0), "", "a rate nearly too large"] = 0.95
    too_large: Annotated[float, Uniform(0.0, 20.0), "", "a rate that is too large"] = 1.05
    steps: Annotated[int, Integers(1, 200), "updates", "in the bowl"] = 15
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """The way of each rate in the bowl, and the losses of a classifier over all rates."""
    series: dict[str, Any] = {"curvature": np.array(settings.curvature)}
    for name in RATES:
        series[f"way_{name}"] = way(settings, vars(settings)[name])
    rates = np.logspace(-5, 3, 17)
    return series | {"rates": rates, "losses": losses(settings, rates)}


def way(settings: Settings, rate: float) -> Any:
    """The places of gradient descent on curvature / 2 w^2 from w = 1."""
    w = pc.Parameter(np.ones(1))
    optimizer = pc.optim.SGD({"w": w}, rate)
    places = [1.0]
    for _ in range(settings.steps):
        optimizer.minimize((settings.curvature / 2.0 * w**2.0).sum())
        places.append(float(w.numpy()[0]))
    return np.array(places)


def losses(settings: Settings, rates: Any) -> Any:
    """Loss of a softmax regression after 20 steps with each rate; at most 10."""
    digits = pc.data.digits()
    model = pc.nn.Linear(64, 10, rng=pc.Generator(settings.seed))
    start = model.state_dict()
    optimizer = pc.optim.SGD(model.parameters(), 1.0)

    @pc.compile
    def step() -> pc.Tensor:
        loss = pc.functional.cross_entropy(model(digits.features), digits.labels)
        optimizer.minimize(loss)
        return loss

    found = []
    for rate in rates:
        model.load_state_dict(start)
        optimizer.learning_rate = float(rate)
        found.append(min([step().item() for _ in range(21)][-1], 10.0))
    return np.array(found)


def figure(series: Series) -> Any:
    """Ways in the bowl, and the losses over the rate."""
    names = {
        "small": said("too small"),
        "right": said("right"),
        "large": said("nearly too large"),
        "too_large": said("too large"),
    }
    drawn, (bowl, valley) = panels(1, 2, height=3.6)
    w = np.linspace(-2.7, 2.7, 201)
    bowl.plot(w, series["curvature"] / 2.0 * w**2, color="C5", linewidth=1.0)
    for marker, name in zip("osD^", RATES, strict=True):
        places = series[f"way_{name}"]
        heights = series["curvature"] / 2.0 * places**2
        bowl.plot(places, heights, f"{marker}-", markersize=4, linewidth=0.8, label=names[name])
    bowl.set(
        xlim=(-2.3, 2.3),
        ylim=(-0.1, 5.0),
        xlabel=said("weight"),
        ylabel=said("loss"),
    )
    bowl.set_title(said("a bowl"))
    legend(drawn, bowl, columns=4)
    draw_rates(valley, series)
    return drawn


def draw_rates(axes: Any, series: Series) -> None:
    """Losses over the learning rate."""
    axes.plot(series["rates"], series["losses"], "o-")
    axes.set(
        xscale="log",
        xlabel=said("learning rate"),
        ylim=(0.0, None),
    )
    axes.set(ylabel=said("loss after 20 updates (nats)"), title=said("a classifier of digits"))


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """What is left of the way in the bowl, and the depth of the valley."""
    runs = repeated(run, settings, seeds)
    left = {name: abs(runs[0][f"way_{name}"][-1]) for name in RATES}
    sides = [min(found["losses"][0], found["losses"][-1]) - found["losses"].min() for found in runs]
    return (
        at_least("what is left of the way with too small a rate", left["small"], 0.5),
        at_most("with the right one", left["right"], 0.01),
        at_least("with too large a rate, which began at 1", left["too_large"], 1.5),
        at_least("depth of the valley of a classifier (nats)", min(sides), 1.0),
    )

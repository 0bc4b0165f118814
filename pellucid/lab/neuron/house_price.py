"""A price is one neuron of an area.

Question: What does a single neuron do that a straight line does not?
Do: Draw houses of different sizes. Below some size nobody pays for one, above it the price grows
    with the area. Fit a straight line to area and price by gradient descent, and a neuron: the same
    line, cut off at zero.
See: The line asks for money to take a small house, and is dragged down by it for the others too.
    The neuron is zero there, bends, and follows the prices.
Learn: A neuron is a weighted sum with a bias, and an activation on top: here max(0, z), called
    ReLU. A network is many of them, each fed by those before it, and nothing else.
Source: The course's first week, section 1.2; Nair and Hinton 2010, "Rectified linear units improve
    restricted Boltzmann machines", International Conference on Machine Learning.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid.functional import mean_squared_error, relu
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers, Uniform

KINDS = ("line", "neuron")
SLOPE = 4.0  # thousands that a square metre more is worth
AREAS = np.linspace(20.0, 150.0, 131, dtype=np.float32)


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    houses: Annotated[int, Integers(10, 5000), "houses", "to learn from"] = 80
    useless: Annotated[float, Uniform(0.0, 100.0), "m²", "area for which nobody pays"] = 60.0
    noise: Annotated[float, Uniform(0.0, 100.0), "thousands", "spread of the prices"] = 20.0
    learning_rate: Annotated[float, Uniform(0.0, 1.0), "", "step of gradient descent"] = 0.3
    steps: Annotated[int, Integers(1, 10_000), "updates", "length of the training"] = 1500
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Houses, what line and neuron say of every area, and how far off they are on average."""
    area, price = houses(settings)
    series: dict[str, Any] = {"area": area, "price": price, "areas": AREAS}
    for kind in KINDS:
        predict = fit(settings, kind, area, price)
        series[f"price_{kind}"] = predict(AREAS)
        series[f"error_{kind}"] = np.sqrt(np.mean((predict(area) - price) ** 2.0))
    return series


def houses(settings: Settings) -> tuple[Any, Any]:
    """Areas in square metres and prices in thousands: no price is below zero."""
    rng = pc.Generator(settings.seed)
    area = rng.uniform(AREAS[0], AREAS[-1], settings.houses).numpy()
    noise = rng.normal(0.0, settings.noise, settings.houses).numpy()
    worth = SLOPE * (area - settings.useless)
    return area, np.where(worth > 0.0, np.maximum(worth + noise, 0.0), 0.0).astype(np.float32)


def fit(settings: Settings, kind: str, area: Any, price: Any) -> Callable[[Any], Any]:
    """What gives the price for an area, once line or neuron has learned."""
    w = pc.Parameter(np.float32(1.0))
    b = pc.Parameter(np.float32(0.0))
    optimizer = pc.optim.SGD({"w": w, "b": b}, settings.learning_rate)

    def predict(area: Any) -> pc.Tensor:
        z: pc.Tensor = w * (area / 100.0) + b  # numbers near 1 are learned from most easily
        return relu(z) if kind == "neuron" else z

    @pc.compile
    def step() -> pc.Tensor:
        loss = mean_squared_error(predict(area), price / 100.0)
        optimizer.minimize(loss)
        return loss

    for _ in range(settings.steps):
        step()
    return lambda area: 100.0 * predict(area).numpy()


def figure(series: Series) -> Any:
    """Prices over areas, with what line and neuron say."""
    drawn, (axes,) = panels()
    axes.plot(
        series["area"],
        series["price"],
        "o",
        markersize=4,
        color="C5",
        label=said("houses"),
    )
    axes.plot(
        series["areas"],
        series["price_line"],
        "--",
        color="C1",
        label=said("line"),
    )
    axes.plot(
        series["areas"],
        series["price_neuron"],
        color="C0",
        label=said("neuron"),
    )
    axes.axhline(0.0, color="C5", linewidth=0.8)
    axes.set(xlabel=said("area (m²)"), ylabel=said("price (thousands)"))
    axes.legend(loc="upper left")
    return drawn


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """The line goes below zero, the neuron does not and errs less."""
    runs = repeated(run, settings, seeds)
    lowest = max(found["price_line"].min() for found in runs)
    zero = min(found["price_neuron"].min() for found in runs)
    ratio = min(found["error_line"] / found["error_neuron"] for found in runs)
    return (
        at_most("lowest price of the line (thousands)", lowest, -20.0),
        at_least("lowest price of the neuron (thousands)", zero, 0.0),
        at_least("error of the line over that of the neuron", ratio, 1.5),
    )

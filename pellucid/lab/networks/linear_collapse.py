"""Layers without an activation between them are one layer.

Question: What are activations for: why not stack plain linear layers?
Do: Let three networks learn to tell an inner ring of points from an outer one: a single linear
    layer, three linear layers without anything between them, and three with an activation. Then
    multiply the three matrices of the second.
See: Without activations three layers draw a straight line, as one layer does, and fail as badly.
    The product of their matrices gives the same outputs. With an activation the border closes
    round the inner ring.
Learn: A line of a line is a line: W3 (W2 (W1 x)) is (W3 W2 W1) x, as c times c times c times x is
    one number times x. Depth without bends buys nothing.
Source: Saito, Deep Learning from Scratch, O'Reilly Japan 2016, section 3.2.6; the course's week on
    shallow networks, on why non-linear activation functions are needed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid import nn
from pellucid.lab.experiment import Series
from pellucid.lab.films import Film
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Choice, Integers, Uniform

NETS = ("one", "three", "bent")
BENDS = {"tanh": nn.Tanh, "relu": nn.ReLU, "identity": nn.Identity}
SIDE = np.linspace(-1.6, 1.6, 81, dtype=np.float32)
COARSE = SIDE[::4]  # for what moves
PICTURES = 41
Bend = Annotated[str, Choice(tuple(BENDS)), "", "activation of the third network"]


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    activation: Bend = "tanh"
    hidden: Annotated[int, Integers(1, 100), "units", "width of both hidden layers"] = 8
    samples: Annotated[int, Integers(20, 2000), "samples", "points to learn from"] = 200
    learning_rate: Annotated[float, Uniform(0.0, 1.0), "", "step of Adam"] = 0.05
    steps: Annotated[int, Integers(1, 5000), "updates", "length of each training"] = 200
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """The points, what each network says on a grid, its accuracy, and how far it is from one map.

    `apart`: the largest difference between the three linear layers and their product; `border`:
    what the third network says while it learns, on a coarser grid.
    """
    points = pc.data.circles(settings.samples, rng=pc.Generator(settings.seed))
    x = points.features
    series: dict[str, Any] = {"x": x, "labels": points.labels}
    for name in NETS:
        model = network(settings, name)
        border = [says(model, COARSE) for _ in train(settings, model, points)]
        series[f"grid_{name}"] = says(model, SIDE)
        told = model(x).numpy().argmax(axis=1) == points.labels
        series[f"accuracy_{name}"] = np.array(told.mean())
        if name == "three":
            weight, bias = product(model)
            series["apart"] = np.array(np.abs(model(x).numpy() - (x @ weight + bias)).max())
    pictures = np.linspace(0, settings.steps, PICTURES).round().astype(int)
    return series | {"updates": pictures, "border": np.stack(border)}


def network(settings: Settings, name: str) -> nn.Sequential:
    """One linear layer, or three with or without something between them."""
    rng = pc.Generator(settings.seed)
    width = settings.hidden
    if name == "one":
        return nn.Sequential(nn.Linear(2, 2, rng=rng))
    bend = BENDS[settings.activation] if name == "bent" else nn.Identity
    return nn.Sequential(
        nn.Linear(2, width, rng=rng),
        bend(),
        nn.Linear(width, width, rng=rng),
        bend(),
        nn.Linear(width, 2, rng=rng),
    )


def says(model: nn.Module, side: Any) -> Any:
    """By how much the network prefers the inner ring, over a square with this side."""
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    return np.diff(model(grid).numpy(), axis=1).reshape(len(side), len(side))


def train(settings: Settings, model: nn.Module, points: pc.data.Dataset) -> Iterator[int]:
    """Train the network; the updates done, whenever it is time for a picture."""
    optimizer = pc.optim.Adam(model.parameters(), settings.learning_rate)

    @pc.compile
    def step() -> pc.Tensor:
        loss = pc.functional.cross_entropy(model(points.features), points.labels)
        optimizer.minimize(loss)
        return loss

    done = 0
    for picture in np.linspace(0, settings.steps, PICTURES).round().astype(int):
        while done < picture:
            step()
            done += 1
        yield done


def product(model: nn.Module) -> tuple[Any, Any]:
    """The weight and the bias of the one layer that linear layers make."""
    weight = np.eye(2)
    bias = np.zeros(2)
    for layer in model.children().values():
        if isinstance(layer, nn.Linear):
            w, b = (parameter.numpy().astype(float) for parameter in layer.parameters().values())
            weight = weight @ w
            bias = bias @ w + b
    return weight, bias


def figure(series: Series) -> Any:
    """What each network takes for the inner ring."""
    titles = {
        "one": said("one linear layer"),
        "three": said("three linear layers"),
        "bent": said("three, with activations"),
    }
    drawn, axes = panels(1, 3, height=3.0, sharey=True)
    for panel, name in zip(axes, NETS, strict=True):
        plane(panel, series, SIDE, series[f"grid_{name}"])
        right = float(series[f"accuracy_{name}"])
        panel.set_title(said("{net}\naccuracy {right:.2f}", net=titles[name], right=right))
    axes[0].set_ylabel("x2")
    return drawn


def plane(panel: Any, series: Series, side: Any, told: Any) -> None:
    """The points, and what a network takes for the outer ring."""
    if told.min() < 0.0:
        panel.contourf(
            side,
            side,
            told,
            [told.min() - 1.0, 0.0],
            colors=["C0"],
            alpha=0.25,
        )
    if told.min() < 0.0 < told.max():
        panel.contour(
            side,
            side,
            told,
            [0.0],
            colors="C5",
            linewidths=1.2,
        )
    for kind, marker in enumerate("os"):
        of_kind = series["x"][series["labels"] == kind]
        panel.plot(*of_kind.T, marker, color=f"C{kind}", markersize=2.5)
    panel.set(
        xlabel="x1",
        aspect="equal",
        xlim=(-1.6, 1.6),
        ylim=(-1.6, 1.6),
    )


def film(series: Series) -> Film:
    """The border of the third network while it learns."""
    drawn, (panel,) = panels(height=3.6)

    def draw(i: int) -> None:
        panel.clear()
        plane(panel, series, COARSE, series["border"][i])
        panel.set_title(said("border after {count} updates", count=series["updates"][i]))
        panel.set_ylabel("x2")

    return Film(drawn, draw, PICTURES)


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """Three linear layers are one, and cannot do what they can with an activation."""
    runs = repeated(run, settings, seeds)
    apart = max(found["apart"] for found in runs)
    straight = max(found[f"accuracy_{name}"] for found in runs for name in ("one", "three"))
    bent = min(found["accuracy_bent"] for found in runs)
    return (
        at_most("largest difference of three linear layers from their product", apart, 1e-4),
        at_most("accuracy of any linear network", straight, 0.7),
        at_least("accuracy with activations", bent, 0.95),
    )

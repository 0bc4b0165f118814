"""A network computed by hand.

Question: What does a network with three layers compute, number by number?
Do: Take the network of the book, with two inputs, hidden layers of three and two units, and two
    outputs. Compute it neuron by neuron with loops, layer by layer with matrices where a sample is
    a row, again where a sample is a column, and by the library.
See: The picture has every weight on its line and every result in its circle. All four ways give the
    same two outputs. Without the activation between the layers, they are others.
Learn: A neuron adds up its inputs, each times a weight, and a bias; an activation bends the sum. A
    layer is that for many neurons, which is one matrix product. Rows write it x W + b, columns
    W x + b with W transposed: two spellings of one thing. The last layer here bends nothing: its
    outputs may be any number.
Source: Saito, Deep Learning from Scratch, O'Reilly Japan 2016, section 3.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid import nn
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Choice, Uniform

WEIGHTS = (
    np.array([[0.1, 0.3, 0.5], [0.2, 0.4, 0.6]]),
    np.array([[0.1, 0.4], [0.2, 0.5], [0.3, 0.6]]),
    np.array([[0.1, 0.3], [0.2, 0.4]]),
)
BIASES = np.array([0.1, 0.2, 0.3]), np.array([0.1, 0.2]), np.array([0.1, 0.2])
BENDS: dict[str, Any] = {
    "sigmoid": lambda a: 1.0 / (1.0 + np.exp(-a)),
    "tanh": np.tanh,
    "relu": lambda a: np.maximum(a, 0.0),
    "identity": lambda a: a,
}
LAYERS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}
Bend = Annotated[str, Choice(tuple(BENDS)), "", "activation between the layers"]


@dataclass(frozen=True)
class Settings:
    """What may be changed; the weights are those of the book."""

    x1: Annotated[float, Uniform(-10.0, 10.0), "", "first input"] = 1.0
    x2: Annotated[float, Uniform(-10.0, 10.0), "", "second input"] = 0.5
    activation: Bend = "sigmoid"
    spread: Annotated[float, Uniform(0.0, 5.0), "", "how far other inputs lie round them"] = 0.0
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Sums a and results z of each layer, and the outputs y of every way."""
    off = settings.spread * np.random.default_rng(settings.seed).standard_normal(2)
    x = np.array([settings.x1, settings.x2]) + off
    bend = BENDS[settings.activation]
    *hidden, last = by_rows(x, bend)
    series: dict[str, Any] = {"x": x, "y_rows": last, "activation": np.array(settings.activation)}
    for i, a in enumerate(hidden, 1):
        series |= {f"a{i}": a, f"z{i}": bend(a)}
    series["y_loops"] = by_loops(x, bend)
    series["y_columns"] = by_columns(x, bend)
    series["y_library"] = network(settings.activation)(x[None].astype(np.float32)).numpy()[0]
    series["y_straight"] = by_rows(x, BENDS["identity"])[-1]
    return series


def by_loops(x: Any, bend: Any) -> Any:
    """The outputs, one neuron after the other."""
    z = list(x)
    for i, (weights, biases) in enumerate(zip(WEIGHTS, BIASES, strict=True)):
        sums = []
        for j in range(len(biases)):
            total = biases[j]
            for k in range(len(z)):
                total += z[k] * weights[k, j]
            sums.append(total)
        z = sums if i == len(WEIGHTS) - 1 else [bend(total) for total in sums]
    return np.array(z)


def by_rows(x: Any, bend: Any) -> list[Any]:
    """The sums of each layer, the outputs last: a = z W + b, a sample being a row."""
    sums = []
    z = x
    for weights, biases in zip(WEIGHTS, BIASES, strict=True):
        sums.append(z @ weights + biases)
        z = bend(sums[-1])
    return sums


def by_columns(x: Any, bend: Any) -> Any:
    """The outputs once more: a = W z + b, a sample being a column and W having a row a neuron."""
    z = x[:, None]
    for weights, biases in zip(WEIGHTS, BIASES, strict=True):
        a = weights.T @ z + biases[:, None]
        z = bend(a)
    return a[:, 0]


def network(activation: str) -> nn.Sequential:
    """The same of layers, with the weights of the book in them."""
    layers: list[nn.Module] = []
    for weights, biases in zip(WEIGHTS, BIASES, strict=True):
        linear = nn.Linear(*weights.shape, rng=pc.Generator(0))
        for parameter, values in zip(linear.parameters().values(), (weights, biases), strict=True):
            parameter.assign(values.astype(np.float32))
        bend = LAYERS.get(activation)
        layers += [linear, bend()] if bend else [linear]
    is_bent = activation in LAYERS
    return nn.Sequential(*layers[:-1] if is_bent else layers)


def figure(series: Series) -> Any:
    """The network as circles and lines, with every number."""
    drawn, (axes,) = panels(height=4.2)
    columns = [series["x"], series["z1"], series["z2"], series["y_rows"]]
    for i, weights in enumerate(WEIGHTS):
        connect(axes, i, weights)
    for i, values in enumerate(columns):
        for j, value in enumerate(values):
            y = height(j, len(values))
            draw_unit(axes, i, y, value)
            if i > 0:
                told = f"a = {sums(series, i)[j]:.3f}\nb = {BIASES[i - 1][j]:g}"
                axes.text(i, y - 0.36, told, ha="center", va="top", fontsize=7.5)
    names = said("input"), said("hidden layer 1"), said("hidden layer 2"), said("output")
    for i, name in enumerate(names):
        axes.text(i, 1.75, name, ha="center", fontsize=10)
    axes.set(xlim=(-0.35, 3.35), ylim=(-1.95, 2.0))
    axes.set_axis_off()
    return drawn


def sums(series: Series, layer: int) -> Any:
    """What the neurons of a layer add up."""
    return series["y_rows"] if layer == len(WEIGHTS) else series[f"a{layer}"]


def height(j: int, count: int) -> float:
    """Where neuron j of so many is drawn."""
    return 1.2 * ((count - 1) / 2.0 - j)


def connect(axes: Any, layer: int, weights: Any) -> None:
    """The lines into a layer, each with its weight."""
    for (k, j), weight in np.ndenumerate(weights):
        start, end = (height(n, count) for n, count in zip((k, j), weights.shape, strict=True))
        axes.plot(
            [layer, layer + 1],
            [start, end],
            color="C5",
            linewidth=0.4 + 3.0 * weight,
        )
        at = 0.26 + 0.09 * j
        box = {"facecolor": axes.get_facecolor(), "edgecolor": "none", "pad": 0.8}
        place = (layer + at, start + at * (end - start))
        axes.text(
            *place,
            f"{weight:g}",
            ha="center",
            va="center",
            fontsize=7.5,
            bbox=box,
        )


def diagram(series: Series) -> str:
    """The same network as the library sees it, with values and gradients."""
    model = network(str(series["activation"]))
    return pc.explain(model, series["x"][None].astype(np.float32)).graph().svg


def draw_unit(axes: Any, layer: int, y: float, value: float) -> None:
    """A ring in the colour of inputs, hidden units or outputs, with its value inside."""
    is_hidden_or_last = min(layer, 1)
    is_last = layer == len(WEIGHTS)
    axes.plot(layer, y, "o", color=f"C{is_hidden_or_last + is_last}", markersize=34)
    axes.plot(layer, y, "o", color=axes.get_facecolor(), markersize=30)
    axes.text(layer, y, f"{value:.3f}", ha="center", va="center", fontsize=8.5)


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """All ways agree, for the input of the book and for others; the activation matters."""
    spread = max(settings.spread, 1.0)
    runs = repeated(run, settings, seeds, spread=spread)
    ways = [np.stack([f["y_loops"], f["y_rows"], f["y_columns"], f["y_library"]]) for f in runs]
    apart = max(np.ptp(outputs, axis=0).max() for outputs in ways)
    bent = np.mean([np.abs(found["y_rows"] - found["y_straight"]) for found in runs])
    return (
        at_most("largest difference between outputs by loops, rows, columns, library", apart, 1e-5),
        at_least("what the activation changes in an output, on average", bent, 0.02),
    )

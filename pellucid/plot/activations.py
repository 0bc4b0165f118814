"""Activations as curves, and what a start of the weights makes of them, layer by layer.

activations       functions and their derivatives
layer_outputs     what comes out of each layer of a fresh network
start_histograms  the same as histograms, one row for each start
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pellucid import functional, nn
from pellucid.derivatives import grad
from pellucid.errors import OptionError, closest
from pellucid.plot.figure import new_figure
from pellucid.plot.style import BLUE, VERMILION, calm
from pellucid.random import Generator
from pellucid.strict import strict
from pellucid.tensor import tensor

CURVES = {
    "step": functional.step,
    "sigmoid": functional.sigmoid,
    "tanh": functional.tanh,
    "relu": functional.relu,
    "leaky_relu": functional.leaky_relu,
    "elu": functional.elu,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "softplus": functional.softplus,
}
STARTS = {
    "normal, 1": nn.init.Normal(1.0),
    "normal, 0.01": nn.init.Normal(0.01),
    "1 / sqrt(n)": nn.init.LeCunNormal(),
    "He: sqrt(2 / n)": nn.init.HeNormal(),
}
BINS = 30


@strict
def activations(names: Sequence[str] = ("step", "sigmoid", "tanh", "relu", "leaky_relu")) -> Any:
    """A panel for each function from -5 to 5 by a tenth: the curve, and its derivative dashed.

    Shapes: -> a Matplotlib Figure.
    Errors: OptionError for an unknown name, or where Matplotlib is not installed.
    """
    for name in names:
        if name not in CURVES:
            raise OptionError(f"activations: {name!r} is not known. {closest(name, CURVES)}")
    figure = new_figure(1, len(names), (2.4 * len(names), 2.6))
    x = np.round(np.arange(-5.0, 5.05, 0.1), 1)
    for axes, name in zip(figure.axes, names, strict=True):
        curve = CURVES[name]
        axes.plot(x, curve(tensor(x)).numpy(), color=BLUE, label="function")
        if name != "step":  # whose derivative is 0 wherever it has one
            slope = grad(lambda z, f=curve: f(z).sum())(tensor(x))
            axes.plot(
                x,
                slope.numpy(),
                color=VERMILION,
                linestyle="--",
                label="derivative",
            )
        if name in ("step", "sigmoid"):
            axes.set_ylim(-0.1, 1.1)
        axes.set_title(name.replace("_", " "))
        axes.set_xlabel("x")
        calm(axes)
    figure.axes[-1].legend(loc="best", frameon=False, fontsize=8)
    return figure


@strict
def layer_outputs(
    start: nn.init.Initializer,
    activation: str = "sigmoid",
    *,
    layers: int = 5,
    units: int = 100,
    samples: int = 1000,
    seed: int = 0,
) -> list[Any]:
    """What comes out of each layer of a fresh dense network, for normal inputs.

    Where outputs pile up at the ends, or are all alike, or fade to 0, gradients do too and
    nothing is learned: a start is judged by the spread from layer to layer.

    Shapes: -> `layers` arrays (samples, units).
    Source: Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward
        neural networks"; He et al. 2015, "Delving deep into rectifiers".

    >>> he, small = nn.init.HeNormal(), nn.init.Normal(0.01)
    >>> [bool(layer_outputs(start, "relu")[4].std() > 0.5) for start in (he, small)]
    [True, False]
    """
    if activation not in CURVES:
        raise OptionError(
            f"layer_outputs: activation {activation!r} is not known. {closest(activation, CURVES)}"
        )
    rng = Generator(seed)
    x = rng.normal(0.0, 1.0, (samples, units))
    found = []
    for _ in range(layers):
        x = CURVES[activation](x @ start((units, units), rng))
        found.append(x.numpy())
    return found


@strict
def start_histograms(
    activation: str = "sigmoid",
    starts: Mapping[str, nn.init.Initializer] = STARTS,
    *,
    seed: int = 0,
) -> Any:
    """Histograms of `layer_outputs`: a row for each start, a panel for each layer, 30 bins.

    Shapes: -> a Matplotlib Figure.
    Errors: OptionError as in `layer_outputs`.
    """
    rows = {n: layer_outputs(start, activation, seed=seed) for n, start in starts.items()}
    depth = len(next(iter(rows.values())))
    figure = new_figure(len(rows), depth, (2.0 * depth, 1.6 * len(rows)))
    panels = iter(figure.axes)
    for name, outputs in rows.items():
        for layer, out in enumerate(outputs, 1):
            axes = next(panels)
            ends = (0.0, 1.0) if activation in ("sigmoid", "step") else None
            axes.hist(out.reshape(-1), BINS, range=ends, color=BLUE)
            axes.set_title(f"layer {layer}: std {out.std():.2g}", fontsize=9)
            axes.set_yticks([])
            if layer == 1:
                axes.set_ylabel(name, fontsize=9)
            calm(axes)
    return figure

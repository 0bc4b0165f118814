"""How large the first weights are decides what arrives.

Question: From which normal distribution should the first weights of a deep network be drawn?
Do: Send 1,000 random samples through five layers of 100 units, with weights of standard deviation
    1, of 0.01, and by the rules of Xavier and He; once with sigmoid, once with relu. Look at what
    each layer gives.
See: With 1 all sigmoids are at 0 or at 1, where their slope is nothing. With 0.01 all units of a
    layer say nearly the same. By Xavier's rule values stay spread over all layers. Relu cuts half
    away: with 0.01 nothing is left after four layers, with Xavier it shrinks, with He's rule it
    stays.
Learn: A sum of n terms is sqrt(n) times as wide as one of them, so weights of 1 / sqrt(n) keep the
    width, and relu, which passes half, wants sqrt(2 / n). The point is that signals neither die nor
    blow up on their way; against overfitting the start does nothing.
Source: Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural
    networks"; He, Zhang, Ren and Sun 2015, "Delving deep into rectifiers", arXiv 1502.01852; Saito,
    Deep Learning from Scratch, O'Reilly Japan 2016, section 6.2.
"""

from collections.abc import Sequence
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
from pellucid.tune import Integers, LogUniform

ARMS = (
    ("sigmoid", "large"),
    ("sigmoid", "small"),
    ("sigmoid", "xavier"),
    ("relu", "small"),
    ("relu", "xavier"),
    ("relu", "he"),
)


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    samples: Annotated[int, Integers(10, 5000), "samples", "sent through the layers"] = 1000
    units: Annotated[int, Integers(2, 500), "units", "in each layer"] = 100
    layers: Annotated[int, Integers(2, 20), "layers", "one after the other"] = 5
    large: Annotated[float, LogUniform(1e-4, 100.0), "", "a standard deviation too large"] = 1.0
    small: Annotated[float, LogUniform(1e-4, 100.0), "", "a standard deviation too small"] = 0.01
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """What each layer gives: a histogram and the standard deviation, for each arm."""
    rules = {
        "large": nn.init.Normal(settings.large),
        "small": nn.init.Normal(settings.small),
        "xavier": nn.init.XavierNormal(),
        "he": nn.init.HeNormal(),
    }
    series: dict[str, Any] = {"layers": np.arange(1, settings.layers + 1)}
    for activation, rule in ARMS:
        values = forward(settings, activation, rules[rule])
        most = 1.0 if activation == "sigmoid" else 3.0
        name = f"{activation}_{rule}"
        counts = [np.histogram(layer, 30, (0.0, most))[0] for layer in values]
        series[f"counts_{name}"] = np.array(counts)
        series[f"std_{name}"] = np.array([layer.std() for layer in values])
    return series


def forward(settings: Settings, activation: str, rule: Any) -> list[Any]:
    """The values of all layers: each (samples, units)."""
    rng = pc.Generator(settings.seed)
    function = {"sigmoid": pc.functional.sigmoid, "relu": pc.functional.relu}[activation]
    x = rng.normal(0.0, 1.0, (settings.samples, settings.units))
    values = []
    for _ in range(settings.layers):
        layer = nn.Linear(
            settings.units,
            settings.units,
            initializer=rule,
            rng=rng,
        )
        x = function(layer(x))
        values.append(x.numpy())
    return values


def titles() -> dict[str, str]:
    """What is written above the arms."""
    return {
        "sigmoid_large": said("sigmoid, std 1"),
        "sigmoid_small": said("sigmoid, std 0.01"),
        "sigmoid_xavier": said("sigmoid, Xavier"),
        "relu_small": said("relu, std 0.01"),
        "relu_xavier": said("relu, Xavier"),
        "relu_he": said("relu, He"),
    }


def figure(series: Series) -> Any:
    """A row for each arm, a panel for each of the first five layers."""
    names = titles()
    count = min(len(series["layers"]), 5)
    drawn, axes = panels(len(names), count, height=1.05)
    for row, (name, title) in enumerate(names.items()):
        for i in range(count):
            panel = axes[row * count + i]
            histogram(panel, series, name, i)
            spread = f"{series[f'std_{name}'][i]:.2g}"
            panel.set_title(
                said("std {spread}", spread=spread),
                fontsize=8,
                loc="right",
                pad=2,
            )
        side = {"rotation": 0, "ha": "right", "va": "center", "fontsize": 9}
        axes[row * count].set_ylabel(title.replace(", ", "\n").replace("，", "\n"), **side)
    for i in range(count):
        axes[-count + i].set_xlabel(said("layer {i}", i=i + 1))
    return drawn


def histogram(axes: Any, series: Series, name: str, layer: int) -> None:
    """The values of one layer as bars."""
    counts = series[f"counts_{name}"][layer]
    most = 1.0 if name.startswith("sigmoid") else 3.0
    places = (np.arange(30) + 0.5) * most / 30
    axes.bar(
        places,
        counts / counts.sum().clip(1),
        most / 30,
        color="C0",
    )
    axes.set(
        xlim=(0.0, most),
        yticks=[],
        ylim=(0.0, 0.35),
    )
    axes.tick_params(labelsize=7)


def film(series: Series) -> Film:
    """Layer after layer, all arms drifting apart."""
    names = titles()
    drawn, axes = panels(2, 3, height=2.0)
    count = len(series["layers"])

    def draw(i: int) -> None:
        for panel, (name, title) in zip(axes, names.items(), strict=True):
            panel.clear()
            histogram(panel, series, name, i)
            panel.set_title(title, fontsize=9)
            panel.set_xlabel(said("layer {i}", i=i + 1), fontsize=9)

    return Film(drawn, draw, count, pause=900)


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """Spreads in the last layer, by the rules and without."""
    runs = repeated(run, settings, seeds)
    last = {f"{a}_{r}": [found[f"std_{a}_{r}"][-1] for found in runs] for a, r in ARMS}
    return (
        at_least("spread of sigmoids from std 1: at their ends", min(last["sigmoid_large"]), 0.35),
        at_most("spread from std 0.01: all alike", max(last["sigmoid_small"]), 0.03),
        at_least("spread by Xavier's rule", min(last["sigmoid_xavier"]), 0.08),
        at_most("spread of relu from std 0.01: dead", max(last["relu_small"]), 1e-3),
        at_least("spread of relu by He's rule", min(last["relu_he"]), 0.4),
    )

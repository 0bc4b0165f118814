"""Batch norm forgives a bad start.

Question: What does batch normalisation change about learning?
Do: Train a deep network on digits from weights of eight sizes, from far too small to far too large,
    with batch norm before each activation and without.
See: Without it the network learns from one or two sizes only, and the others stand still or break.
    With it all of them learn, and faster.
Learn: Each unit is brought to mean 0 and spread 1 over the batch, whatever the weights are, and
    then to a mean and a spread that are learned. Signals keep their size from layer to layer, so
    that the start matters little and larger steps are safe.
Source: Ioffe and Szegedy 2015, "Batch normalization", arXiv 1502.03167; Saito, Deep Learning from
    Scratch, O'Reilly Japan 2016, section 6.3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid import nn
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import legend, panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers, LogUniform, Uniform

ARMS = ("without", "with")
CORNER = {"ha": "right", "va": "top", "fontsize": 8}


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    smallest: Annotated[float, LogUniform(1e-6, 1.0), "", "least std of the first weights"] = 1e-3
    largest: Annotated[float, LogUniform(1e-2, 100.0), "", "largest std of them"] = 1.0
    sizes: Annotated[int, Integers(2, 16), "sizes", "between both, by equal factors"] = 8
    layers: Annotated[int, Integers(1, 10), "layers", "hidden ones"] = 4
    units: Annotated[int, Integers(1, 200), "units", "in each"] = 50
    learning_rate: Annotated[float, Uniform(0.0, 5.0), "", "step of gradient descent"] = 0.1
    steps: Annotated[int, Integers(1, 500), "updates", "with 100 samples each"] = 100
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Losses after each step, for each size, with and without batch norm: (sizes, steps)."""
    sizes = np.geomspace(settings.smallest, settings.largest, settings.sizes)
    series: dict[str, Any] = {"sizes": sizes, "steps": np.arange(1, settings.steps + 1)}
    for arm in ARMS:
        series[f"loss_{arm}"] = np.array([losses(settings, arm, float(size)) for size in sizes])
    return series


def losses(settings: Settings, arm: str, size: float) -> Any:
    """Losses of a training from weights of that standard deviation."""
    model = network(settings, arm, nn.init.Normal(size)).train()
    optimizer = pc.optim.SGD(model.parameters(), settings.learning_rate)
    digits = pc.data.digits()
    draw = np.random.default_rng(settings.seed)

    @pc.compile
    def step(x: pc.Tensor, t: pc.Tensor) -> pc.Tensor:
        loss = pc.functional.cross_entropy(model(x), t)
        optimizer.minimize(loss)
        return loss

    found = []
    for _ in range(settings.steps):
        batch = draw.integers(0, len(digits), 100)
        found.append(step(digits.features[batch], digits.labels[batch]).item())
    return np.array(found)


def network(settings: Settings, arm: str, start: Any) -> nn.Sequential:
    """Hidden layers with or without batch norm, and a layer of ten outputs."""
    rng = pc.Generator(settings.seed)
    hidden = [settings.units] * settings.layers
    widths = [64, *hidden]
    parts: list[nn.Module] = []
    for before, width in pairwise(widths):
        parts.append(nn.Linear(before, width, initializer=start, rng=rng))
        if arm == "with":
            parts.append(nn.BatchNorm(width))
        parts.append(nn.ReLU())
    outputs = nn.Linear(widths[-1], 10, initializer=start, rng=rng)
    return nn.Sequential(*parts, outputs)


def figure(series: Series) -> Any:
    """A panel for each size: both losses."""
    rows = -(-len(series["sizes"]) // 4)
    drawn, axes = panels(
        rows,
        4,
        height=1.9,
        sharex=True,
        sharey=True,
    )
    for panel, size, i in zip(axes, series["sizes"], range(len(axes)), strict=False):
        draw_losses(panel, series, i)
        panel.set_title(said("std {size}", size=f"{size:.2g}"), fontsize=9.5)
        panel.set_ylim(0.0, 4.0)
    for panel in axes[-4:]:
        panel.set_xlabel(said("updates"))
    drawn.supylabel(said("loss (nats)"), size=10)
    legend(drawn, axes[0], columns=2)
    return drawn


def draw_losses(axes: Any, series: Series, i: int) -> None:
    """Both losses from the weights of one size."""
    names = {"without": said("without batch norm"), "with": said("with batch norm")}
    broken = {"without": said("without: nan"), "with": said("with: nan")}
    for line, arm in (("-", "without"), ("--", "with")):
        loss = series[f"loss_{arm}"][i]
        shown = np.minimum(np.nan_to_num(loss, nan=9.9), 9.9)
        axes.plot(series["steps"], shown, line, label=names[arm])
        if np.isnan(loss).any():
            axes.text(0.95, 0.9, broken[arm], **CORNER, transform=axes.transAxes)


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """How many sizes learn with batch norm, and how many without."""
    runs = repeated(run, settings, seeds)
    return (
        at_least("share of the sizes that learn with batch norm", share(runs, "with"), 0.9),
        at_most("share of them that learn without", share(runs, "without"), 0.5),
    )


def share(runs: Sequence[Series], arm: str) -> float:
    """The share of the sizes whose last losses are below half of a guess, ln 10 nats."""
    limit = np.log(10.0) / 2.0
    shares = []
    for found in runs:
        last = found[f"loss_{arm}"][:, -5:]
        learned = last.mean(axis=1) < limit
        shares.append(learned.mean())
    return float(np.mean(shares))

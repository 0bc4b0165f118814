"""Accuracy is no training target.

Question: If accuracy is what we want, why does a network learn by a loss?
Do: Take a hundred points of two kinds and a line between them. Turn the line, and measure accuracy
    and cross-entropy at every angle. Then let a neuron learn twice: along the gradient of the loss,
    and along the gradient of the accuracy, both by central differences.
See: The loss is a smooth valley. Accuracy goes in steps: flat nearly everywhere, with a jump where
    a point changes sides. Its gradient is zero, and the neuron that follows it stays where it is.
Learn: A gradient needs something that changes a little when a weight does. Accuracy counts: it does
    not see that a point has come nearer to the right side. For the same reason an activation may
    not be a step. Train by the loss, and judge by the accuracy.
Source: Saito, Deep Learning from Scratch, O'Reilly Japan 2016, section 4.2.5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from pellucid.lab.experiment import Series
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers, LogUniform, Uniform

NEAR = 10.0  # degrees to each side that are drawn larger


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    samples: Annotated[int, Integers(4, 1000), "samples", "points of both kinds"] = 100
    apart: Annotated[float, Uniform(0.0, 5.0), "", "distance of each kind from the middle"] = 1.0
    h: Annotated[float, LogUniform(1e-6, 1.0), "", "step of the central differences"] = 1e-4
    learning_rate: Annotated[float, Uniform(0.0, 5.0), "", "step of gradient descent"] = 0.5
    steps: Annotated[int, Integers(1, 500), "updates", "length of each training"] = 60
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Accuracy and loss over angles of the line; accuracies while learning by either."""
    x, labels = points(settings)
    angles = np.linspace(-180.0, 180.0, 721)
    weights = turned(np.deg2rad(angles))
    start = np.array([-1.0, 0.3, 0.2])
    series: dict[str, Any] = {"angle": angles}
    for name, judge in (("accuracy", accuracy), ("loss", loss)):
        series[name] = np.array([judge(w, x, labels) for w in weights])
        slopes = [gradient(judge, w, x, labels, settings.h) for w in weights[::4]]
        series[f"flat_{name}"] = np.mean([not slope.any() for slope in slopes])
        sign = 1.0 if name == "accuracy" else -1.0
        series[f"learned_by_{name}"] = learn(settings, judge, sign, start, x, labels)
    return series


def points(settings: Settings) -> tuple[Any, Any]:
    """Points of two kinds, each with a 1 for the bias, and their labels."""
    draw = np.random.default_rng(settings.seed)
    labels = np.arange(settings.samples) % 2
    sides = 2.0 * labels - 1.0
    centres = settings.apart * sides[:, None] / np.sqrt(2.0)
    places = centres + draw.standard_normal((settings.samples, 2))
    return np.column_stack([places, np.ones(len(places))]), labels


def turned(angles: Any) -> Any:
    """The weights of a line through 0 at each angle, without bias."""
    lines = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.column_stack([2.0 * lines, np.zeros(len(lines))])


def accuracy(w: Any, x: Any, labels: Any) -> Any:
    """The share of points on the side of the line where they belong."""
    return ((x @ w > 0.0) == labels).mean()


def loss(w: Any, x: Any, labels: Any) -> Any:
    """Cross-entropy of a neuron with these weights."""
    z = x @ w
    return np.logaddexp(0.0, z).mean() - (labels * z).mean()


def gradient(judge: Any, w: Any, x: Any, labels: Any, h: float) -> Any:
    """The gradient by central differences."""
    steps = h * np.eye(len(w))
    ahead = np.array([judge(w + step, x, labels) for step in steps])
    behind = np.array([judge(w - step, x, labels) for step in steps])
    return (ahead - behind) / (2.0 * h)


def learn(
    settings: Settings,
    judge: Any,
    sign: float,
    w: Any,
    x: Any,
    labels: Any,
) -> Any:
    """The accuracy after each step, up along a gradient or down."""
    found = [accuracy(w, x, labels)]
    for _ in range(settings.steps):
        w = w + sign * settings.learning_rate * gradient(judge, w, x, labels, settings.h)
        found.append(accuracy(w, x, labels))
    return np.array(found)


def figure(series: Series) -> Any:
    """Both over the angle of the line, and what is learned by each."""
    drawn, (left, middle, right) = panels(1, 3)
    draw_angles(left, series)
    draw_steps(middle, series)
    draw_learning(right, series)
    return drawn


def draw_angles(axes: Any, series: Series) -> None:
    """Accuracy and loss over the angle of the line."""
    axes.plot(series["angle"], series["accuracy"], color="C1", label=said("accuracy"))
    axes.plot(
        series["angle"],
        series["loss"],
        "--",
        color="C0",
        label=said("loss (nats)"),
    )
    axes.set(xlabel=said("angle (degrees)"), xticks=(-180, -90, 0, 90, 180))
    axes.set(ylim=(0.0, None))
    axes.legend(loc="upper right", fontsize=8)


def draw_steps(axes: Any, series: Series) -> None:
    """The accuracy close up: it goes in steps."""
    near = np.abs(series["angle"] - 45.0) <= NEAR
    axes.step(
        series["angle"][near],
        series["accuracy"][near],
        color="C1",
        where="mid",
    )
    axes.set(xlabel=said("angle (degrees)"), title=said("accuracy, close up"))


def draw_learning(axes: Any, series: Series) -> None:
    """What is learned by each."""
    by = {"loss": said("by the loss"), "accuracy": said("by the accuracy")}
    for name, line in (("loss", "--"), ("accuracy", "-")):
        colour = "C0" if name == "loss" else "C1"
        axes.plot(series[f"learned_by_{name}"], line, color=colour, label=by[name])
    axes.set(xlabel=said("updates"), title=said("accuracy while learning"), ylim=(0.0, 1.05))
    axes.legend(loc="lower right")


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """Accuracy is flat nearly everywhere and teaches nothing; the loss is not and does."""
    runs = repeated(run, settings, seeds)
    flat = min(found["flat_accuracy"] for found in runs)
    flat_loss = max(found["flat_loss"] for found in runs)
    taught = [found["learned_by_loss"][-1] - found["learned_by_loss"][0] for found in runs]
    stuck = [np.ptp(found["learned_by_accuracy"]) for found in runs]
    return (
        at_least("share of angles where the gradient of accuracy is zero", flat, 0.9),
        at_most("share of angles where the gradient of the loss is zero", flat_loss, 0.0),
        at_least("accuracy that learning by the loss adds", min(taught), 0.2),
        at_most("accuracy that learning by accuracy changes, on average", np.mean(stuck), 0.05),
    )

"""One line makes AND, NAND and OR; XOR takes two layers.

Question: What can a unit compute that adds up weighted inputs and fires above a threshold, and
    what can it not?
Do: Let the perceptron rule find weights for AND, NAND and OR from their tables, and try the same
    for XOR. Count how many of the four inputs of XOR the best of many thousand lines gets right.
    Then feed what NAND and OR say to AND.
See: Weights and bias are a line: the unit fires on one side of it, which is shaded. Points are
    filled where the gate says 1. For AND, NAND and OR the line turns until no input is on the
    wrong side. For XOR it never comes to rest, and no line does better than three of four. Two
    lines, joined by a second layer, enclose what XOR wants.
Learn: A single layer splits its inputs by one line into two half-planes. XOR is not to be had so:
    from w1 + b > 0, w2 + b > 0 and b <= 0 follows w1 + w2 + b > 0, which XOR forbids. With a
    second layer it is, and since all circuits can be built of NAND, so is all that a computer
    does.
Source: Rosenblatt 1958, "The perceptron", Psychological Review 65; Minsky and Papert, Perceptrons,
    MIT Press 1969; Saito, Deep Learning from Scratch, O'Reilly 2016, chapter 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid.lab.experiment import Series
from pellucid.lab.films import Film
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers, Uniform

INPUTS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
GATES = {"AND": (0, 0, 0, 1), "NAND": (1, 1, 1, 0), "OR": (0, 1, 1, 1), "XOR": (0, 1, 1, 0)}
BY_ONE_LINE = ("AND", "NAND", "OR")
SHOWN = 12  # epochs whose mistakes are drawn


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    learning_rate: Annotated[float, Uniform(0.0, 1.0), "", "step of the perceptron rule"] = 0.2
    epochs: Annotated[int, Integers(1, 500), "epochs", "how often the table is gone through"] = 40
    start: Annotated[float, Uniform(0.0, 5.0), "", "standard deviation of first weights"] = 0.5
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Weights while each gate is learned, mistakes of each epoch, and what XOR comes to."""
    series: dict[str, Any] = {}
    for gate, targets in GATES.items():
        path, mistakes = learn(settings, targets)
        series |= {f"weights_{gate}": path, f"mistakes_{gate}": mistakes}
    last = {gate: series[f"weights_{gate}"][-1] for gate in GATES}
    series["best_line"], series["most_right"] = best_line(GATES["XOR"])
    series["two_layers"] = two_layers(
        INPUTS,
        last["NAND"],
        last["OR"],
        last["AND"],
    )
    return series


def fires(x: Any, weights: Any) -> Any:
    """A unit: 1 where w1 x1 + w2 x2 + bias > 0, else 0. x: (..., 2), weights: (w1, w2, bias)."""
    return (x @ weights[:2] + weights[2] > 0.0).astype(float)


def two_layers(x: Any, nand: Any, either: Any, both: Any) -> Any:
    """XOR: that both units of the first layer fire, NAND and OR."""
    hidden = np.stack([fires(x, nand), fires(x, either)], axis=-1)
    return fires(hidden, both)


def learn(settings: Settings, targets: Sequence[int]) -> tuple[Any, Any]:
    """The weights before the first input and after each, and how many were missed in each epoch."""
    weights = pc.Generator(settings.seed).normal(0.0, settings.start, (3,)).numpy()
    path = [weights]
    mistakes = []
    for _ in range(settings.epochs):
        missed = 0
        for x, target in zip(INPUTS, targets, strict=True):
            error = target - fires(x, weights)
            weights = weights + settings.learning_rate * error * np.append(x, 1.0)
            path.append(weights)
            missed += error != 0.0
        mistakes.append(missed)
    return np.array(path), np.array(mistakes)


def best_line(targets: Sequence[int]) -> tuple[Any, Any]:
    """Of lines of every direction and place, the one with the most inputs right, and how many."""
    angles = np.deg2rad(np.arange(360.0))
    biases = np.linspace(-2.0, 2.0, 161)
    angle, bias = (grid.ravel() for grid in np.meshgrid(angles, biases))
    lines = np.stack([np.cos(angle), np.sin(angle), bias])
    right = (fires(INPUTS, lines) == np.array(targets)[:, None]).sum(axis=0)
    nearest = np.abs(INPUTS @ lines[:2] + lines[2]).min(axis=0)
    best = np.where(right == right.max(), nearest, -1.0).argmax()  # the clearest of the best
    return lines[:, best], right[best]


def figure(series: Series) -> Any:
    """The plane of each gate with its line, XOR by one line and by two layers, and mistakes."""
    drawn, axes = panels(2, 3, height=2.7)
    last = {gate: series[f"weights_{gate}"][-1] for gate in GATES}
    for panel, gate in zip(axes, BY_ONE_LINE, strict=False):
        plane(panel, gate, lambda x, gate=gate: fires(x, last[gate]))
        panel.set_title(gate)
    plane(axes[3], "XOR", lambda x: fires(x, series["best_line"]))
    axes[3].set_title(said("XOR: no line does better"))
    plane(axes[4], "XOR", lambda x: two_layers(x, last["NAND"], last["OR"], last["AND"]))
    axes[4].set_title(said("XOR: two layers"))
    draw_mistakes(axes[5], series)
    return drawn


def draw_mistakes(axes: Any, series: Series) -> None:
    """Mistakes over epochs, a line for each gate."""
    for style, gate in zip(("-", "--", ":", "-."), GATES, strict=True):
        mistakes = series[f"mistakes_{gate}"][:SHOWN]
        axes.plot(
            np.arange(1, len(mistakes) + 1),
            mistakes,
            style,
            label=gate,
        )
    axes.set(
        xlabel=said("epochs"),
        title=said("mistakes of four"),
        ylim=(-0.2, 6.4),
    )
    axes.legend(ncols=2, loc="upper center")


def plane(axes: Any, gate: str, answer: Any) -> None:
    """Where a unit fires, and the four inputs: filled where the gate is 1, open where it is 0."""
    grid = np.linspace(-0.5, 1.5, 401)
    x1, x2 = np.meshgrid(grid, grid)
    axes.contourf(
        x1,
        x2,
        answer(np.stack([x1, x2], axis=-1)),
        [0.5, 1.5],
        colors=["C0"],
        alpha=0.3,
    )
    for (a, b), target in zip(INPUTS, GATES[gate], strict=True):
        face = "C1" if target else "none"
        axes.plot(
            a,
            b,
            "o",
            color="C1",
            markerfacecolor=face,
            markersize=8,
            markeredgewidth=1.8,
        )
    axes.set(
        xlim=(-0.5, 1.5),
        ylim=(-0.5, 1.5),
        xticks=(0, 1),
        yticks=(0, 1),
        aspect="equal",
    )
    axes.set(xlabel="x1", ylabel="x2")


def film(series: Series) -> Film:
    """The line while it learns NAND, where it comes to rest, and XOR, where it never does."""
    drawn, pair = panels(1, 2)

    def draw(i: int) -> None:
        for axes, gate in zip(pair, ("NAND", "XOR"), strict=True):
            axes.clear()
            path = series[f"weights_{gate}"]
            weights = path[min(i, len(path) - 1)]
            plane(axes, gate, lambda x, weights=weights: fires(x, weights))
            axes.set_title(said("{gate}, after {count} inputs", gate=gate, count=i))

    return Film(drawn, draw, pictures=61, pause=120)


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """Three gates are learned without a mistake; XOR by no line, and by two layers."""
    runs = repeated(run, settings, seeds)
    missed = max(found[f"mistakes_{gate}"][-1] for found in runs for gate in BY_ONE_LINE)
    restless = min(found["mistakes_XOR"].min() for found in runs)
    most = max(found["most_right"] for found in runs)
    layered = max(np.abs(found["two_layers"] - GATES["XOR"]).sum() for found in runs)
    return (
        at_most("mistakes of AND, NAND and OR in the last epoch", missed, 0),
        at_least("mistakes of one unit in its best epoch of XOR", restless, 1),
        at_most("inputs of XOR, of four, that the best line gets right", most, 3),
        at_most("mistakes of XOR by two layers", layered, 0),
    )

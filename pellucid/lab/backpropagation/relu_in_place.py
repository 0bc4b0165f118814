"""What is handed back is not yours to write on.

Question: Why must a layer on its way back not write into the gradient that it is given?
Do: Build a network of blocks that add to their input what a ReLU makes of it: y = x + relu(x W).
    Compute the gradient of its input by hand, once with a ReLU that makes a new array for what it
    hands back, once with one that sets numbers to zero in place. Compare with the library.
See: In place the gradient is wrong, and the more so the more blocks there are. No error is raised.
    The other branch of the sum was to get the same gradient, and finds zeros in it.
Learn: An addition hands one and the same array to both of its inputs. Whoever writes into it
    changes what others have yet to read. Make a new array: dx = np.where(x > 0, dout, 0). A ReLU
    is a switch: where it was open the gradient passes, where it was closed none does.
Source: Saito, Deep Learning from Scratch, O'Reilly 2016, section 5.5.1; He, Zhang, Ren and Sun
    2016, "Deep residual learning for image recognition", Computer Vision and Pattern Recognition.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.models import ReluLayer
from pellucid.tune import Integers


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    blocks: Annotated[int, Integers(1, 30), "blocks", "of the deepest network"] = 8
    width: Annotated[int, Integers(1, 100), "units", "of each block"] = 10
    handed_on: Annotated[bool, "", "whether a block adds its input to what it makes"] = True
    seed: Seed = 0


class ReluInPlace:
    """A switch for each number, open where the input is above zero; with the mistake."""

    def forward(self, x: Any) -> Any:
        """The input, with zeros where it is not above zero."""
        self.closed = x <= 0.0
        return np.where(self.closed, 0.0, x)

    def backward(self, dout: Any) -> Any:
        """Writes into what it was given; right is `np.where(self.closed, 0.0, dout)`."""
        dout[self.closed] = 0.0
        return dout


def run(settings: Settings) -> Series:
    """The gradient by the input for networks of each depth, three ways, and how far off it is."""
    rng = pc.Generator(settings.seed)
    x = rng.normal(0.0, 1.0, (1, settings.width), pc.float64).numpy()
    shape = settings.blocks, settings.width, settings.width
    weights = rng.normal(0.0, (2.0 / settings.width) ** 0.5, shape, pc.float64).numpy()
    wrong = []
    right = []
    for depth in range(1, settings.blocks + 1):
        library = by_library(settings, x, weights[:depth])
        copied = by_hand(settings, x, weights[:depth], ReluLayer)
        in_place = by_hand(settings, x, weights[:depth], ReluInPlace)
        right.append(error(copied, library))
        wrong.append(error(in_place, library))
    return {
        "depths": np.arange(1, settings.blocks + 1),
        "error_right": np.array(right),
        "error_wrong": np.array(wrong),
        "library": by_library(settings, x, weights[:1])[0],
        "right": by_hand(settings, x, weights[:1], ReluLayer)[0],
        "wrong": by_hand(settings, x, weights[:1], ReluInPlace)[0],
    }


def error(gradient: Any, true: Any) -> Any:
    """How far a gradient is from the true one, as a share of that one's length."""
    return np.linalg.norm(gradient - true) / np.linalg.norm(true)


def by_hand(settings: Settings, x: Any, weights: Any, kind: type[Any]) -> Any:
    """The gradient of the sum of the outputs by the input, layer by layer."""
    layers = [kind() for _ in weights]
    y = x
    for layer, w in zip(layers, weights, strict=True):
        y = layer.forward(y @ w) + y * settings.handed_on
    dy = np.ones_like(y)
    for layer, w in zip(reversed(layers), reversed(weights), strict=True):
        dx = layer.backward(dy) @ w.T
        dy = dx + dy * settings.handed_on  # dy again: is it still what was handed back?
    return dy


def by_library(settings: Settings, x: Any, weights: Any) -> Any:
    """The same by automatic differentiation."""

    def total(y: pc.Tensor) -> pc.Tensor:
        for w in weights:
            y = pc.functional.relu(y @ w) + y * float(settings.handed_on)
        return y.sum()

    return pc.grad(total)(pc.tensor(x, pc.float64)).numpy()


def figure(series: Series) -> Any:
    """The gradient of each input of one block, and errors over the number of blocks."""
    drawn, (inputs, depths) = panels(1, 2)
    draw_inputs(inputs, series)
    draw_depths(depths, series)
    return drawn


def draw_inputs(axes: Any, series: Series) -> None:
    """The gradient of each input of one block."""
    place = np.arange(len(series["library"]))
    axes.bar(
        place,
        series["library"],
        width=0.7,
        color="C5",
        alpha=0.5,
        label=said("library"),
    )
    axes.plot(place, series["right"], "o", color="C0", label=said("new array"))
    axes.plot(
        place,
        series["wrong"],
        "x",
        color="C1",
        markersize=8,
        label=said("in place"),
    )
    axes.set(xlabel=said("input"), title=said("gradient of one block"))
    axes.margins(y=0.35)
    axes.legend(ncols=3, loc="upper center", columnspacing=1.0, handletextpad=0.3)


def draw_depths(axes: Any, series: Series) -> None:
    """Errors over the number of blocks."""
    axes.plot(series["depths"], series["error_right"], "o-", label=said("new array"))
    axes.plot(series["depths"], series["error_wrong"], "x--", label=said("in place"))
    axes.set(xlabel=said("blocks"), title=said("relative error"), ylim=(-0.05, 1.4))
    axes.legend(ncols=2, loc="upper center")


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """The gradient is right with a new array, and far off in place."""
    runs = repeated(run, settings, seeds)
    right = max(found["error_right"].max() for found in runs)
    wrong = min(found["error_wrong"][-1] for found in runs)
    return (
        at_most("relative error of the gradient with a new array", right, 1e-12),
        at_least("relative error in place, of the deepest network", wrong, 0.3),
    )

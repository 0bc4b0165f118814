"""What a model answers: over the plane, along a line, and beside what is true.

decision_boundary    the class of every place in the plane, and the samples
fitted_curve         the numbers predicted along one feature, and the samples
predicted_and_true   predicted numbers beside the true ones
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.arrays import ArrayLike
from pellucid.data import Dataset
from pellucid.errors import ShapeError
from pellucid.plot.figure import new_figure
from pellucid.plot.fonts import can_be_written
from pellucid.plot.style import BLUE, CYCLE, GREY, VERMILION, calm
from pellucid.strict import strict

MOST = 500  # samples that are drawn: more hide each other
SIDE = 160  # places of the plane along each axis
PLACES = 400  # along a line
MARKERS = "os^Dv"
MARGIN = 0.06  # of the range, on each side of the samples

Answer = Callable[[Any], Any]


@strict
def decision_boundary(decide: Answer, data: Dataset) -> Any:
    """The class that a model chooses at every place in the plane, and the samples in it.

    `decide` gives the class numbers (n,) of places (n, 2) float32, such as
    `lambda x: predict(x).argmax(axis=1).numpy()`. Samples of another class than that of their place
    have a dark edge. Of many samples some, evenly spread, are drawn.

    Shapes: data of samples (2,) with one class each -> a Matplotlib Figure.
    Errors: ShapeError for other data; OptionError where Matplotlib is not installed.
    """
    if data.features.shape[1:] != (2,) or not data.classes or data.labels.ndim != 1:
        raise ShapeError(
            f"decision_boundary: {data.name!r} has samples of shape {data.features.shape[1:]} and "
            f"{data.classes} classes. A plane has samples of shape (2,), with a class each."
        )
    x, labels = _some(data.features, data.labels)
    lines = [_line(data.features[:, i], SIDE) for i in (0, 1)]
    places = np.stack(np.meshgrid(*lines), axis=-1).reshape(-1, 2)
    chosen = np.asarray(decide(np.concatenate([places, x]))).reshape(-1)
    wrong = chosen[SIDE * SIDE :] != labels
    figure = new_figure(1, 1, (4.4, 3.9), who="decision_boundary: Matplotlib, which draws")
    (axes,) = figure.axes
    ends = [end for line in lines for end in (line[0], line[-1])]
    ground = np.array([_tint(kind) for kind in range(data.classes)])[chosen[: SIDE * SIDE]]
    ground = ground.reshape(SIDE, SIDE, 4)
    axes.imshow(ground, extent=ends, origin="lower", aspect="auto", interpolation="nearest")
    for kind in range(data.classes):
        for which, edge in ((~wrong, "none"), (wrong, "black")):
            here = x[(labels == kind) & which]
            label = _name(data, kind) if edge == "none" else None
            form = {"marker": MARKERS[kind % len(MARKERS)], "edgecolors": edge, "label": label}
            axes.scatter(*here.T, 14, _colour(kind), **form)
    axes.set(xlabel="feature 0", ylabel="feature 1")
    axes.locator_params(nbins=6)
    calm(axes)
    figure.legend(loc="outside lower center", ncols=5, frameon=False, fontsize=9)
    return figure


@strict
def fitted_curve(predict: Answer, data: Dataset) -> Any:
    """The numbers that a model predicts along its one feature, over the samples.

    `predict` gives numbers (n, outputs) for places (n, 1) float32, such as `model.predictor()`.

    Shapes: data of samples (1,), targets (outputs,) -> a Matplotlib Figure.
    Errors: ShapeError for other data; OptionError where Matplotlib is not installed.
    """
    if data.features.shape[1:] != (1,) or data.classes:
        raise ShapeError(
            f"fitted_curve: {data.name!r} has samples of shape {data.features.shape[1:]} and "
            f"{data.classes} classes. A curve has samples of shape (1,), and numbers as targets."
        )
    x, t = _some(data.features[:, 0], data.labels.reshape(len(data), -1))
    line = _line(data.features[:, 0], PLACES)
    y = np.asarray(predict(line[:, None])).reshape(PLACES, -1)
    figure = new_figure(1, 1, (4.4, 3.4), who="fitted_curve: Matplotlib, which draws")
    (axes,) = figure.axes
    for i in range(min(t.shape[1], len(CYCLE))):
        named = f" {i}" if t.shape[1] > 1 else ""
        colour = VERMILION if t.shape[1] == 1 else CYCLE[i]
        dots = BLUE if t.shape[1] == 1 else CYCLE[i]
        axes.scatter(
            x,
            t[:, i],
            9,
            dots,
            alpha=0.5,
            linewidths=0,
            label=f"samples{named}",
        )
        axes.plot(line, y[:, i], color=colour, linewidth=2, label=f"predicted{named}")
    axes.set(xlabel="feature 0", ylabel="target")
    calm(axes)
    axes.legend(loc="best", frameon=False, fontsize=9)
    return figure


@strict
def predicted_and_true(true: ArrayLike, predicted: ArrayLike) -> Any:
    """Predicted numbers beside the true ones; on the dashed line they are equal.

    Of several outputs the first five are drawn, each in a colour.

    Shapes: true, predicted both (samples,) or (samples, outputs) -> a Matplotlib Figure.
    Errors: ShapeError where they differ; OptionError where Matplotlib is not installed.
    """
    t = np.asarray(true, np.float64)
    y = np.asarray(predicted, np.float64)
    if t.shape != y.shape or t.ndim not in (1, 2):
        raise ShapeError(
            f"predicted_and_true: shapes {t.shape} and {y.shape}. Both are the same, (samples,) "
            "or (samples, outputs)."
        )
    t, y = _some(t.reshape(len(t), -1), y.reshape(len(y), -1))
    figure = new_figure(1, 1, (4.4, 3.9), who="predicted_and_true: Matplotlib, which draws")
    (axes,) = figure.axes
    ends = [t.min(), t.max()]
    axes.plot(ends, ends, color=GREY, linestyle="--", linewidth=1, label="equal")
    for i in range(min(t.shape[1], len(CYCLE))):
        label = f"output {i}" if t.shape[1] > 1 else "samples"
        axes.scatter(
            t[:, i],
            y[:, i],
            9,
            CYCLE[i],
            alpha=0.6,
            linewidths=0,
            label=label,
        )
    axes.set(xlabel="true", ylabel="predicted")
    calm(axes)
    axes.legend(loc="best", frameon=False, fontsize=9)
    return figure


def _name(data: Dataset, kind: int) -> str:
    """The name of a class, or its number where no font here has the signs of its name."""
    name = data.name_of(kind)
    return name if can_be_written(name) else f"class {kind}"


def _some(*arrays: Any) -> Any:
    """At most `MOST` rows of each array, evenly spread, the same of all."""
    count = len(arrays[0])
    rows = np.linspace(0, count - 1, min(MOST, count)).round().astype(int)
    return tuple(array[rows] for array in arrays)


def _line(values: Any, count: int) -> Any:
    """`count` evenly spaced numbers from the least value to the largest, and a little beyond."""
    least = float(values.min())
    most = float(values.max())
    margin = MARGIN * (most - least) or 1.0
    return np.linspace(least - margin, most + margin, count, dtype=np.float32)


def _colour(kind: int) -> Any:
    return CYCLE[kind % len(CYCLE)]


def _tint(kind: int) -> tuple[float, float, float, float]:
    """The colour of a class, for the ground behind its samples."""
    from matplotlib.colors import to_rgba

    red, green, blue, _ = to_rgba(_colour(kind))
    return red, green, blue, 0.3

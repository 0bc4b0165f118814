"""Five numbers are no column.

Question: What goes wrong when an array has the shape (5,) where a column, (5, 1), was meant?
Do: Multiply an array by its transpose, as (5,) and as (5, 1). Then fit a line to points with a
    squared error written by hand, once with targets of shape (n, 1) like the predictions, and once
    with targets of shape (n,).
See: Transposing (5,) changes nothing: the product is one number and not a table. Predictions of
    shape (n, 1) less targets of shape (n,) are a table too, every prediction compared with every
    target. No error is raised, the loss falls, and the line comes out flat.
Learn: Broadcasting lines up shapes from the right, and sizes match where they are equal or one of
    them is 1. Give arrays two axes and look at their shapes. A loss that knows its shapes refuses:
    mean_squared_error says what to reshape.
Source: The course's week on logistic regression, on NumPy vectors; NumPy's manual, the chapter on
    broadcasting.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid.functional import mean_squared_error
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers, Uniform

KINDS = ("column", "rank_one")


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    samples: Annotated[int, Integers(2, 2000), "samples", "points of the line"] = 60
    slope: Annotated[float, Uniform(-10.0, 10.0), "", "of the line that is to be found"] = 2.0
    noise: Annotated[float, Uniform(0.0, 10.0), "", "standard deviation of what is added"] = 0.3
    learning_rate: Annotated[float, Uniform(0.0, 1.0), "", "step of gradient descent"] = 0.3
    steps: Annotated[int, Integers(1, 2000), "updates", "length of the training"] = 100
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Products of an array with its transpose, and lines fitted with both kinds of targets."""
    a = np.arange(1.0, 6.0)
    column = a.reshape(5, 1)
    x, targets = points(settings)
    series: dict[str, Any] = {
        "product_rank_one": a @ a.T,
        "product_column": column @ column.T,
        "difference": column - a,
        "x": x[:, 0],
        "targets": targets[:, 0],
        "refused": np.array(refused(x, targets[:, 0])),
    }
    for kind, given in (("column", targets), ("rank_one", targets[:, 0])):
        line, losses = fit(settings, x, given)
        series |= {f"line_{kind}": line, f"losses_{kind}": losses}
    return series


def points(settings: Settings) -> tuple[Any, Any]:
    """Points round a line, x and targets: (samples, 1) each."""
    rng = pc.Generator(settings.seed)
    shape = settings.samples, 1
    x = rng.uniform(-1.0, 1.0, shape).numpy()
    return x, settings.slope * x + 1.0 + rng.normal(0.0, settings.noise, shape).numpy()


def fit(settings: Settings, x: Any, targets: Any) -> tuple[Any, Any]:
    """Slope and height of the line after the last step, and the loss of each."""
    w = pc.Parameter(np.float32(0.0))
    b = pc.Parameter(np.float32(0.0))
    optimizer = pc.optim.SGD({"w": w, "b": b}, settings.learning_rate)

    @pc.compile
    def step() -> pc.Tensor:
        loss: pc.Tensor = ((w * x + b - targets) ** 2.0).mean()  # by hand: whatever the shapes
        optimizer.minimize(loss)
        return loss

    losses = [step().item() for _ in range(settings.steps)]
    return np.array([w.numpy(), b.numpy()]), np.array(losses)


def refused(predictions: Any, targets: Any) -> bool:
    """Whether the library's loss refuses predictions and targets of these shapes."""
    try:
        mean_squared_error(predictions, targets)
    except ValueError:  # the shape error that it raises is one
        return True
    return False


def figure(series: Series) -> Any:
    """The table that a difference becomes, both lines, and both losses."""
    drawn, (table, lines, losses) = panels(1, 3)
    draw_table(table, series)
    names = {"column": said("targets (n, 1)"), "rank_one": said("targets (n,)")}
    lines.plot(series["x"], series["targets"], "o", markersize=3, color="C5")
    for style, colour, kind in zip(("-", "--"), ("C0", "C1"), KINDS, strict=True):
        slope, height = series[f"line_{kind}"]
        ends = np.array([-1.0, 1.0])
        lines.plot(ends, slope * ends + height, style, color=colour, label=names[kind])
        losses.plot(series[f"losses_{kind}"], style, color=colour, label=names[kind])
    lines.set(xlabel="x", ylabel="y", title=said("fitted lines"))
    losses.set(xlabel=said("updates"), title=said("squared error"), ylim=(0.0, None))
    losses.legend(loc="upper right")
    return drawn


def draw_table(axes: Any, series: Series) -> None:
    """The table that the difference becomes."""
    difference = series["difference"]
    axes.imshow(difference, cmap="RdBu_r", vmin=-7.0, vmax=7.0)
    for (row, place), number in np.ndenumerate(difference):
        axes.text(
            place,
            row,
            f"{number:g}",
            ha="center",
            va="center",
            color="black",
            fontsize=9,
        )
    axes.set_title(said("(5, 1) less (5,)"))
    axes.set_axis_off()


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """A column finds the slope, a rank-one array none, and the library's loss refuses it."""
    runs = repeated(run, settings, seeds)
    missed = max(abs(found["line_column"][0] - settings.slope) for found in runs)
    slope = max(abs(found["line_rank_one"][0]) for found in runs)
    fallen = min(found["losses_rank_one"][0] - found["losses_rank_one"][-1] for found in runs)
    refusals = min(found["refused"] for found in runs)
    return (
        at_most("error of the slope with targets (n, 1)", missed, 0.3),
        at_most("slope of the line with targets (n,)", slope, 0.01),
        at_least("by how much its loss falls all the same", fallen, 0.3),
        at_least("whether mean_squared_error refuses these shapes (1: yes)", refusals, 1),
    )

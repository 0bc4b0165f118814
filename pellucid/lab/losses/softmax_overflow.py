"""Softmax without a care gives nan.

Question: Why does the formula of softmax, typed as it stands, fail for large numbers?
Do: Take three scores and add the same constant to all, which should change nothing. Compute softmax
    as the formula says, and with the largest score taken away first. Then take a batch of rows, and
    make two mistakes: the sum over the whole batch, and the largest score of the whole batch.
See: From a certain size on, the formula gives nan: e to the 1000 is more than a number can hold,
    and infinite by infinite is nothing. With the largest score taken away it is right everywhere.
    Summed over the batch, rows do not add up to 1 any more.
Learn: A constant cancels between the top and the bottom of the fraction, so take the one that makes
    the largest exponent 0. For a batch both the largest score and the sum belong to a row. A sum
    over the batch gives wrong numbers and no error; the largest score of the batch is right until a
    row lies far below it, and then divides zero by zero.
Source: Saito, Deep Learning from Scratch, O'Reilly Japan 2016, section 3.5.2; Goodfellow, Bengio
    and Courville, Deep Learning, MIT Press 2016, section 4.1.
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
from pellucid.tune import Integers, Uniform

SCORES = np.array([10.0, 0.0, -10.0])  # with 1000 added, those of the book


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    shift: Annotated[float, Uniform(0.0, 2000.0), "", "largest constant that is added"] = 1000.0
    rows: Annotated[int, Integers(1, 20), "rows", "size of the batch"] = 4
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """The first probability over shifts; those of the last shift; sums of the rows of a batch."""
    shifts = np.linspace(0.0, settings.shift, 101)
    shifted = SCORES + shifts[:, None]
    draw = np.random.default_rng(settings.seed)
    batch = 2.0 * draw.standard_normal((settings.rows, 3))
    far = batch - settings.shift * (np.arange(settings.rows) > 0)[:, None]
    return {
        "shift": shifts,
        "naive": naive(shifted),
        "right": right(shifted),
        "library": pc.functional.softmax(shifted.astype(np.float32)).numpy(),
        "rows_right": right(batch).sum(axis=1),
        "rows_whole_sum": whole_sum(batch).sum(axis=1),
        "rows_whole_top": whole_top(far).sum(axis=1),
        "rows_far_right": right(far).sum(axis=1),
    }


def naive(x: Any) -> Any:
    """The formula as it stands; what NumPy warns of is what this is about."""
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(x)
        return e / e.sum(axis=-1, keepdims=True)


def right(x: Any) -> Any:
    """With the largest score of each row taken away."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def whole_sum(x: Any) -> Any:
    """A mistake: the largest and the sum of the whole batch."""
    e = np.exp(x - x.max())
    return e / e.sum()


def whole_top(x: Any) -> Any:
    """A smaller one: the sum of each row, but the largest score of the whole batch."""
    with np.errstate(invalid="ignore"):
        e = np.exp(x - x.max())
        return e / e.sum(axis=-1, keepdims=True)


def figure(series: Series) -> Any:
    """Where the formula ends, and what rows add up to."""
    drawn, (left, axes) = panels(1, 2)
    draw_largest(left, series)
    draw_sums(axes, series)
    return drawn


def draw_largest(axes: Any, series: Series) -> None:
    """The largest probability, and where the formula ends."""
    axes.plot(series["shift"], series["right"][:, 0], label=said("largest taken away"))
    axes.plot(
        series["shift"],
        series["naive"][:, 0],
        "--",
        linewidth=3.0,
        label=said("formula"),
    )
    lost = series["shift"][np.isnan(series["naive"]).any(axis=1)]
    if len(lost):
        axes.axvspan(
            lost[0],
            series["shift"][-1],
            color="C3",
            alpha=0.25,
            label="nan",
        )
    axes.set(xlabel=said("constant added to all scores"), ylim=(0.0, 1.3))
    axes.set_title(said("probability of the largest score"))
    axes.legend(loc="lower left")


def draw_sums(axes: Any, series: Series) -> None:
    """What rows add up to."""
    places = np.arange(len(series["rows_right"]))
    axes.bar(places - 0.2, series["rows_right"], 0.36, label=said("each row by itself"))
    axes.bar(places + 0.2, series["rows_whole_sum"], 0.36, label=said("over the whole batch"))
    axes.axhline(1.0, color="C5", linewidth=0.8)
    axes.set_xticks(places, [str(place + 1) for place in places])
    axes.set(xlabel=said("row of the batch"), title=said("sum of the row"), ylim=(0.0, 1.6))
    axes.legend(loc="upper right")


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """The formula fails, the careful one never, and a row is summed by itself."""
    runs = repeated(run, settings, seeds)
    failed = min(np.isnan(found["naive"][-1]).sum() for found in runs)
    moved = max(np.abs(found["right"] - found["right"][0]).max() for found in runs)
    apart = max(np.abs(found["library"] - found["right"]).max() for found in runs)
    whole = min(np.abs(found["rows_whole_sum"] - 1.0).max() for found in runs)
    lost = min(np.isnan(found["rows_whole_top"]).sum() for found in runs)
    return (
        at_least("probabilities of three that the formula makes nan", failed, 1),
        at_most("change of the careful softmax by the constant", moved, 1e-12),
        at_most("largest difference of the library from it", apart, 1e-4),
        at_least("how far a row summed over the batch is from 1", whole, 0.1),
        at_least("rows that the largest score of the batch makes nan", lost, 1),
    )

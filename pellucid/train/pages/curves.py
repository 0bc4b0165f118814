"""Learning curves: loss and metrics, of training and validation set.

    can_draw       whether Matplotlib is installed
    draw_curves    a figure with a panel for each measure
    save_curves    curves.png and curves.svg in a folder
    curve_svgs     one picture per measure as SVG text, in the colours of the page around it

Blue and vermilion are told apart with every kind of colour vision, and by their markers and
dashes without any. The same history always gives the same bytes.
"""

import importlib.util
import os
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.disk import expanded
from pellucid.io import write_atomic
from pellucid.plot.figure import new_figure
from pellucid.plot.style import BLUE, GREY, VERMILION, spread_out
from pellucid.sizes import ceil_div
from pellucid.strict import strict
from pellucid.train.measurements.measured import TRAIN, VALIDATION, Measured
from pellucid.train.pages.svg import INK, element, saved

STYLES = {
    TRAIN: {"color": BLUE, "marker": "o", "linestyle": "-", "label": "training"},
    VALIDATION: {"color": VERMILION, "marker": "s", "linestyle": "--", "label": "validation"},
}
DASHES = (":", "-.", (0, (1, 3)), (0, (5, 1, 1, 1)))  # of further validation sets


def can_draw() -> bool:
    """Whether Matplotlib, which draws the curves, is installed."""
    return importlib.util.find_spec("matplotlib") is not None


def measures(history: Measured) -> list[str]:
    """The measures that were taken after epochs: `loss` first.

    >>> measures(Measured(epochs={"epoch": [1], "train_loss": [1.0], "train_accuracy": [0.5]}))
    ['loss', 'accuracy']
    """
    return [name.removeprefix(TRAIN) for name in history.epochs if name.startswith(TRAIN)]


@strict
def save_curves(history: Measured, folder: str | os.PathLike[str]) -> Path:
    """Draw `curves.png` and `curves.svg`; the path of the PNG.

    Errors: FileError; OptionError where Matplotlib is not installed.
    """
    png = Path(expanded(folder)) / "curves.png"
    figure = draw_curves(history)
    write_atomic(png, saved(figure, "png"))
    write_atomic(png.with_suffix(".svg"), saved(figure, "svg"))
    return png


def draw_curves(history: Measured) -> Any:
    """A figure with a panel for each measure. Errors: OptionError without Matplotlib."""
    names = measures(history) or ["loss"]
    figure = _figure(len(names), width=5.5 * len(names))
    for axes, name in zip(figure.axes, names, strict=True):
        _draw(axes, history, name, "black")
    return figure


def curve_svgs(history: Measured) -> dict[str, str]:
    """For each measure an `<svg>` element that takes the text colour of its page."""
    pictures = {}
    for name in measures(history) or ["loss"]:
        figure = _figure(1, width=4.4)
        _draw(figure.axes[0], history, name, INK)
        pictures[name] = element(figure, name, f"{name} by epoch")
    return pictures


def _figure(columns: int, width: float) -> Any:
    return new_figure(1, columns, (width, 3.4), who="curves: Matplotlib, which draws them")


def _draw(axes: Any, history: Measured, name: str, ink: str) -> None:
    """One measure: every epoch of both sets and, thin and grey, every step's batch."""
    epochs = history.epochs.get("epoch", [])
    ends = history.epochs.get("step", [])
    _draw_steps(axes, history, name)
    for prefix, style in STYLES.items():
        if prefix + name in history.epochs:
            every = max(1, len(ends) // 12)
            values = history.epochs[prefix + name]
            axes.plot(ends, values, markersize=4, markevery=every, **style)
    between = history.validations.get(VALIDATION + name, [])
    if between:
        steps = history.validations["step"]
        dots = STYLES[VALIDATION] | {"linestyle": "", "marker": ".", "label": "within epochs"}
        axes.plot(steps, between, markersize=4, **dots)
    _draw_further(axes, history, name)
    shown = history.restored_epoch or history.best_epoch
    if shown in epochs:
        word = "kept" if history.restored_epoch else "best"
        axes.axvline(
            ends[epochs.index(shown)],
            color=ink,
            linewidth=1,
            linestyle=":",
            label=f"{word}: epoch {shown}",
        )
    _spread_out(axes, history, name)
    _label(axes, name, ink)
    _count_epochs(axes, epochs, ends)


def _draw_further(axes: Any, history: Measured, name: str) -> None:
    """The same measure of further validation sets, whose names stand before its own."""
    alone = {VALIDATION + measure for measure in measures(history)}
    columns = [c for c in history.epochs if c.startswith(VALIDATION) and c not in alone]
    of_measure = [c for c in columns if c.endswith(f"_{name}")]
    for dashes, column in zip(cycle(DASHES), of_measure, strict=False):
        label = column.removeprefix(VALIDATION).removesuffix(f"_{name}").replace("_", " ")
        values = history.epochs[column]
        axes.plot(history.epochs["step"], values, color=VERMILION, linestyle=dashes, label=label)


def _draw_steps(axes: Any, history: Measured, name: str) -> None:
    """The batches' values, thinned to their range where there are more than pixels."""
    values = np.array(history.steps.get(name, []), dtype=float)
    steps = np.array(history.steps.get("step", []))
    if values.size == 0:
        return
    group = ceil_div(values.size, 400)
    starts = np.arange(0, values.size, group)
    low = np.fmin.reduceat(values, starts)
    high = np.fmax.reduceat(values, starts)
    axes.fill_between(
        steps[starts], low, high, color=GREY, alpha=0.35, linewidth=0.6, label="batches (range)"
    )


def _spread_out(axes: Any, history: Measured, name: str) -> None:
    """Powers of ten where the epochs' values are far apart; of one epoch, those of batches."""
    columns = [history.epochs.get(prefix + name, []) for prefix in STYLES]
    if len(history.epochs.get("epoch", [])) < 2:
        columns = [history.steps.get(name, [])]
    spread_out(axes, *columns)


def _label(axes: Any, name: str, ink: str) -> None:
    axes.set_title(name.replace("_", " "), color=ink, fontsize=11)
    axes.set_facecolor("none")
    axes.grid(visible=True, color=GREY, alpha=0.3, linewidth=0.6)
    axes.tick_params(colors=ink)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(ink)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="best", frameon=False, labelcolor=ink, fontsize=9)


def _count_epochs(axes: Any, epochs: list[int], ends: list[int]) -> None:
    """Ticks under round epochs, at most about eight of them."""
    if not epochs:
        axes.set_xlabel("step", color=axes.title.get_color())
        return
    every = _round(ceil_div(len(epochs), 8))
    chosen = [i for i, epoch in enumerate(epochs) if epoch % every == 0]
    axes.set_xticks([ends[i] for i in chosen], [str(epochs[i]) for i in chosen])
    axes.set_xlabel("epoch", color=axes.title.get_color())


def _round(least: int) -> int:
    """The first of 1, 2, 5, 10, 20, 50 and so on that is not below a number."""
    power = 1
    while 5 * power < least:
        power *= 10
    return next(lead * power for lead in (1, 2, 5) if lead * power >= least)

"""Learning curves: loss and metrics, of training and validation set.

    can_draw       whether Matplotlib is installed
    draw_curves    a figure with a panel for each measure
    save_curves    curves.png and curves.svg in a folder
    curve_svgs     one picture per measure as SVG text, in the colours of the page around it

Blue and vermilion are told apart with every kind of colour vision, and by their markers and
dashes without any. The same history always gives the same bytes.
"""

import importlib.util
import io
import os
import re
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.disk import expanded
from pellucid.io import write_atomic
from pellucid.plot.figure import new_figure
from pellucid.plot.style import BLUE, GREY, VERMILION, spread_out
from pellucid.strict import strict
from pellucid.train.history import TRAIN, VALIDATION, History

# Stands for the colour of the page's text until the SVG is put into a page.
INK = "#010203"

STYLES = {
    TRAIN: {"color": BLUE, "marker": "o", "linestyle": "-", "label": "training"},
    VALIDATION: {"color": VERMILION, "marker": "s", "linestyle": "--", "label": "validation"},
}


def can_draw() -> bool:
    """Whether Matplotlib, which draws the curves, is installed."""
    return importlib.util.find_spec("matplotlib") is not None


def measures(history: History) -> list[str]:
    """The measures that were taken after epochs: `loss` first.

    >>> measures(History(epochs={"epoch": [1], "train_loss": [1.0], "train_accuracy": [0.5]}))
    ['loss', 'accuracy']
    """
    return [name.removeprefix(TRAIN) for name in history.epochs if name.startswith(TRAIN)]


@strict
def save_curves(history: History, folder: str | os.PathLike[str]) -> Path:
    """Draw `curves.png` and `curves.svg`; the path of the PNG.

    Errors: FileError; OptionError where Matplotlib is not installed.
    """
    png = Path(expanded(folder)) / "curves.png"
    figure = draw_curves(history)
    write_atomic(png, _saved(figure, "png"))
    write_atomic(png.with_suffix(".svg"), _saved(figure, "svg"))
    return png


def draw_curves(history: History) -> Any:
    """A figure with a panel for each measure. Errors: OptionError without Matplotlib."""
    names = measures(history) or ["loss"]
    figure = _figure(len(names), width=5.5 * len(names))
    for axes, name in zip(figure.axes, names, strict=True):
        _draw(axes, history, name, "black")
    return figure


def curve_svgs(history: History) -> dict[str, str]:
    """For each measure an `<svg>` element that takes the text colour of its page."""
    pictures = {}
    for name in measures(history) or ["loss"]:
        figure = _figure(1, width=4.4)
        _draw(figure.axes[0], history, name, INK)
        figure.patch.set_alpha(0.0)
        text = _saved(figure, "svg").decode()
        pictures[name] = _as_element(text, name)
    return pictures


def _figure(columns: int, width: float) -> Any:
    return new_figure(1, columns, (width, 3.4), who="curves: Matplotlib, which draws them")


def _draw(axes: Any, history: History, name: str, ink: str) -> None:
    """One measure: every epoch of both sets and, thin and grey, every step's batch."""
    epochs = history.epochs.get("epoch", [])
    ends = history.epochs.get("step", [])
    _draw_steps(axes, history, name)
    for prefix, style in STYLES.items():
        if prefix + name in history.epochs:
            every = max(1, len(ends) // 12)
            values = history.epochs[prefix + name]
            axes.plot(ends, values, markersize=4, markevery=every, **style)
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


def _draw_steps(axes: Any, history: History, name: str) -> None:
    """The batches' values, thinned to their range where there are more than pixels."""
    values = np.array(history.steps.get(name, []), dtype=float)
    steps = np.array(history.steps.get("step", []))
    if values.size == 0:
        return
    group = -(-values.size // 400)
    starts = np.arange(0, values.size, group)
    low, high = np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)
    axes.fill_between(
        steps[starts], low, high, color=GREY, alpha=0.35, linewidth=0.6, label="batches (range)"
    )


def _spread_out(axes: Any, history: History, name: str) -> None:
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
        axes.legend(frameon=False, labelcolor=ink, fontsize=9)


def _count_epochs(axes: Any, epochs: list[int], ends: list[int]) -> None:
    """Ticks under whole epochs, at most about ten of them."""
    if not epochs:
        axes.set_xlabel("step", color=axes.title.get_color())
        return
    every = -(-len(epochs) // 8)
    chosen = range(every - 1, len(epochs), every)
    axes.set_xticks([ends[i] for i in chosen], [str(epochs[i]) for i in chosen])
    axes.set_xlabel("epoch", color=axes.title.get_color())


def _saved(figure: Any, kind: str) -> bytes:
    from matplotlib import rc_context

    buffer = io.BytesIO()
    # Without a date and with a fixed salt for ids, equal pictures are equal bytes.
    with rc_context({"svg.hashsalt": "pellucid", "svg.fonttype": "none"}):
        metadata = {"Date": None} if kind == "svg" else {}
        figure.savefig(buffer, format=kind, dpi=144, metadata=metadata)
    return buffer.getvalue()


def _as_element(text: str, name: str) -> str:
    """The SVG without the file's prologue, of the page's width and ink, with ids of its own."""
    element = text[text.index("<svg") :]
    element = re.sub(r" *<metadata>.*?</metadata>\n", "", element, flags=re.DOTALL)
    element = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", element, count=1)
    element = re.sub(r'(<svg[^>]*?) width="[^"]*"', r'\1 width="100%"', element, count=1)
    element = element.replace("<svg", f'<svg role="img" aria-label="{name} by epoch"', 1)
    # Several pictures stand in one page, where an id must be unique.
    element = re.sub(r'(\bid="|href="#|url\(#)', rf"\1{name}-", element)
    return element.replace(INK, "currentColor")

"""Figures that show themselves: in a notebook as its last value, elsewhere by `show`.

new_figure   a figure with panels, without any global state
"""

import functools
import io
import os
import sys
import tempfile
from typing import Any

from pellucid.displays import in_notebook
from pellucid.errors import OptionError
from pellucid.optional import imported
from pellucid.plot.fonts import written

SHARPNESS = 2  # pixels of a picture for one on the page, as good screens have them


def new_figure(
    rows: int,
    columns: int,
    size: tuple[float, float],
    *,
    who: str = "plot: Matplotlib, which draws",
    **shared: Any,
) -> Any:
    """A Matplotlib figure with rows by columns panels; `figure.axes` lists them row by row.

    Errors: OptionError where Matplotlib is not installed.
    """
    # Imported on use: Matplotlib takes a second. Without pyplot there is no global state.
    figure = _kind(imported("matplotlib.figure", who, OptionError).Figure)(
        figsize=size, layout="constrained"
    )
    figure.subplots(rows, columns, squeeze=False, **shared)
    return figure


@functools.cache
def _kind(base: Any) -> Any:
    """Matplotlib's Figure, which shows itself only where pyplot has made it."""

    class Figure(base):  # type: ignore[misc]
        def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
            width, height = _pixels(self)
            return _png(self), {"width": width, "height": height}

        def __repr__(self) -> str:
            width, height = _pixels(self)
            return f"Figure, {width} x {height}: .show() shows it, .savefig('name.png') writes it"

        def draw(self, renderer: Any) -> None:
            written(self)
            super().draw(renderer)

        def show(self, warn: bool = True) -> None:
            _show(self)

    return Figure


def _show(figure: Any) -> None:
    """In a notebook below the cell; else in a window; where there is none, as a file, named."""
    if in_notebook():
        imported("IPython.display", "show: IPython", OptionError).display(figure)
        return
    manager = _window(figure)
    if manager is not None:
        manager.show()
        manager.start_main_loop()
        return
    number, path = tempfile.mkstemp(prefix="pellucid-", suffix=".png")
    with os.fdopen(number, "wb") as file:
        file.write(_png(figure))
    sys.stdout.write(f"There is no screen here; the picture is {path}\n")


def _window(figure: Any) -> Any:
    """A window with the figure; None where Matplotlib finds no screen."""
    pyplot = imported("matplotlib.pyplot", "show: Matplotlib, which draws", OptionError)
    trial = pyplot.figure()  # finds out what windows are made of here
    canvas = type(trial.canvas)
    pyplot.close(trial)
    if canvas.required_interactive_framework is None:
        return None
    return canvas.new_manager(figure, 1)


def _pixels(figure: Any) -> tuple[int, int]:
    width, height = figure.get_size_inches() * figure.dpi
    return round(width), round(height)


def _png(figure: Any) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=SHARPNESS * figure.dpi)
    return buffer.getvalue()

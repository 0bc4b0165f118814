"""How pictures look: colours that everyone can tell apart, and little else.

new_figure   a figure with panels, without any global state
calm         a panel with a light grid and two spines
"""

from typing import Any

from pellucid.errors import OptionError
from pellucid.optional import imported

# Okabe and Ito, Color Universal Design (2008).
BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
ORANGE = "#E69F00"
PURPLE = "#CC79A7"
GREY = "#808080"
CYCLE = (BLUE, VERMILION, GREEN, ORANGE, PURPLE)


def new_figure(rows: int, columns: int, size: tuple[float, float], **shared: Any) -> Any:
    """A Matplotlib figure with rows by columns panels; `figure.axes` lists them row by row.

    Errors: OptionError where Matplotlib is not installed.
    """
    # Imported on use: Matplotlib takes a second. Without pyplot there is no global state.
    who = "plot: Matplotlib, which draws"
    figure = imported("matplotlib.figure", who, OptionError).Figure(
        figsize=size, layout="constrained"
    )
    figure.subplots(rows, columns, squeeze=False, **shared)
    return figure


def calm(axes: Any) -> None:
    """A light grid, and spines at the left and below only."""
    axes.grid(visible=True, color=GREY, alpha=0.3, linewidth=0.6)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)

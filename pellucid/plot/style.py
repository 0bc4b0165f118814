"""How pictures look: colours that everyone can tell apart, and little else.

calm    a panel with a light grid and two spines
"""

from typing import Any

# Okabe and Ito, Color Universal Design (2008).
BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
ORANGE = "#E69F00"
PURPLE = "#CC79A7"
GREY = "#808080"
CYCLE = (BLUE, VERMILION, GREEN, ORANGE, PURPLE)


def calm(axes: Any) -> None:
    """A light grid, and spines at the left and below only."""
    axes.grid(visible=True, color=GREY, alpha=0.3, linewidth=0.6)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)

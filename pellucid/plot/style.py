"""How pictures look: colours that everyone can tell apart, and little else.

calm         a panel with a light grid and two spines
spread_out   powers of ten on an axis where values are that far apart
"""

from typing import Any

import numpy as np

# Okabe and Ito, Color Universal Design (2008).
BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
ORANGE = "#E69F00"
PURPLE = "#CC79A7"
GREY = "#808080"
CYCLE = (BLUE, VERMILION, GREEN, ORANGE, PURPLE)

FAR_APART = 100.0  # times the least: on a plain axis two thirds of it would be a flat line


def calm(axes: Any) -> None:
    """A light grid, and spines at the left and below only."""
    axes.grid(visible=True, color=GREY, alpha=0.3, linewidth=0.6)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def spread_out(axes: Any, *lines: Any, far: float = FAR_APART) -> None:
    """Have the y axis count powers of ten where the largest value is `far` times the least.

    Negative values stay on a plain axis, and so do shares, such as an accuracy: at most 1, and
    not falling to a tenth. Where some values are 0, the axis is plain from there to the least of
    the others.
    """
    arrays = [np.asarray(line, float) for line in lines]
    arrays = [array[np.isfinite(array)] for array in arrays]
    values = np.concatenate(arrays)
    above = values[values > 0]
    if above.size == 0 or values.min() < 0 or above.max() < far * above.min():
        return
    falls = any(array.size and array[-1] <= array[0] / 10 for array in arrays)
    if above.max() <= 1 and not falls:
        return
    if above.size == values.size:
        axes.set_yscale("log")
    else:
        least = float(above.min())
        most = float(above.max())
        height = max(1.0, np.log10(most / least) / 6)  # of the plain part: labels need as much
        axes.set_yscale("symlog", linthresh=least, linscale=height)
        axes.set_ylim(0.0, 2.0 * most)

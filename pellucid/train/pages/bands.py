"""Curves of the same training several times: their mean after epochs, with a band of the spread.

draw_bands    a figure with a panel for each measure
"""

import statistics
from collections.abc import Sequence
from typing import Any

from pellucid.errors import OptionError
from pellucid.plot.figure import new_figure
from pellucid.plot.style import calm, spread_out
from pellucid.train.measurements.measured import TRAIN, VALIDATION, Curves
from pellucid.train.pages.curves import STYLES


def draw_bands(curves: Sequence[Curves]) -> Any:
    """The mean over the runs that have an epoch, and a sample standard deviation to either side.

    Errors: OptionError where no run has ended an epoch, or Matplotlib is not installed.
    """
    names = _measured_names(curves)
    if not names:
        raise OptionError("plot: none of these runs has ended an epoch. There are no curves.")
    who = "plot: Matplotlib, which draws curves"
    figure = new_figure(1, len(names), (5.5 * len(names), 3.6), who=who)
    for axes, name in zip(figure.axes, names, strict=True):
        _draw(axes, curves, name)
    return figure


def _draw(axes: Any, curves: Sequence[Curves], name: str) -> None:
    shown = []
    for prefix in (TRAIN, VALIDATION):
        values = _series(curves, prefix + name)
        if values:
            shown.append(_line(axes, values, STYLES[prefix]))
    axes.set_title(name.replace("_", " "), fontsize=11)
    axes.set_xlabel("epoch")
    axes.xaxis.get_major_locator().set_params(integer=True)
    calm(axes)
    spread_out(axes, *shown)
    axes.legend(loc="best", frameon=False, fontsize=9)


def _line(axes: Any, values: Sequence[Sequence[float]], style: Any) -> list[float]:
    """The mean, and its band where there are several runs; the mean."""
    epochs = range(1, len(values) + 1)
    means = [statistics.fmean(each) for each in values]
    spreads = [statistics.stdev(each) if len(each) > 1 else 0.0 for each in values]
    every = max(1, len(values) // 12)
    axes.plot(epochs, means, markersize=4, markevery=every, **style)
    pairs = list(zip(means, spreads, strict=True))
    low = [m - s for m, s in pairs]
    high = [m + s for m, s in pairs]
    axes.fill_between(epochs, low, high, color=style["color"], alpha=0.2, linewidth=0)
    return means


def _series(curves: Sequence[Curves], name: str) -> list[list[float]]:
    """For each epoch that some run has, the values of those that have it."""
    length = max((len(each.get(name, ())) for each in curves), default=0)
    found = []
    for i in range(length):
        those = [each[name] for each in curves if i < len(each.get(name, ()))]
        found.append([float(values[i]) for values in those])
    return found


def _measured_names(curves: Sequence[Curves]) -> list[str]:
    """What was measured on the training set, without its prefix."""
    known = dict.fromkeys(name for each in curves for name in each)
    return [name.removeprefix(TRAIN) for name in known if name.startswith(TRAIN)]

"""The reliability diagram: how often what is given a probability happens.

reliability_diagram    before and after probabilities were calibrated
"""

from typing import Any

from pellucid.measures import calibration
from pellucid.plot.figure import new_figure
from pellucid.plot.style import BLUE, GREY, VERMILION


def reliability_diagram(name: str, true: Any, before: Any, after: Any) -> Any:
    """How often the class is right, by its probability; a bin's dot grows with its samples.

    Shapes: true (samples,), before and after (samples, classes).
    Source: DeGroot and Fienberg 1983; Guo et al. 2017, figure 1.
    """
    figure = new_figure(1, 1, (4.4, 4.0), who="reliability: Matplotlib, which draws it")
    axes = figure.axes[0]
    axes.plot(
        [0, 1],
        [0, 1],
        color=GREY,
        linestyle="--",
        linewidth=1,
    )
    kinds = (("as it is", before, VERMILION, "s"), ("calibrated", after, BLUE, "o"))
    for label, p, color, marker in kinds:
        curve = calibration(true, p)
        error = f"{label}: error {curve.error:.3f}"
        axes.plot(curve.confidence, curve.frequency, color=color, linewidth=1, label=error)
        sizes = 8 + 120 * curve.count / curve.count.sum()
        axes.scatter(curve.confidence, curve.frequency, s=sizes, color=color, marker=marker)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("probability of the class that is chosen")
    axes.set_ylabel("how often it is right")
    axes.set_title(name, fontsize=11)
    axes.grid(visible=True, color=GREY, alpha=0.3, linewidth=0.6)
    axes.legend(loc="best", frameon=False, fontsize=9)
    return figure

"""Pictures to learn from; each function gives a Matplotlib figure.

In a notebook a figure is shown where it is a cell's last value. `figure.show()` shows it there
anywhere in a cell, and in a window elsewhere; `figure.savefig("a.png")` writes it.

Activations   activations, layer_outputs, start_histograms
Penalties     penalty_path, penalty_balls, penalty_paths
Images        images, filters
Predictions   decision_boundary, fitted_curve, predicted_and_true
"""

from typing import TYPE_CHECKING

from pellucid.on_use import on_use
from pellucid.plot.activations import (
    activations as activations,
    layer_outputs as layer_outputs,
    start_histograms as start_histograms,
)
from pellucid.plot.images import (
    filters as filters,
    images as images,
)

if TYPE_CHECKING:
    from pellucid.plot.penalties import (
        penalty_balls as penalty_balls,
        penalty_path as penalty_path,
        penalty_paths as penalty_paths,
    )
    from pellucid.plot.predictions import (
        decision_boundary as decision_boundary,
        fitted_curve as fitted_curve,
        predicted_and_true as predicted_and_true,
    )


if not TYPE_CHECKING:
    __getattr__, __dir__ = on_use(__name__)

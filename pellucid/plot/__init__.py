"""Pictures to learn from; each function gives a Matplotlib figure.

In a notebook a figure is shown where it is a cell's last value. `figure.show()` shows it there
anywhere in a cell, and in a window elsewhere; `figure.savefig("a.png")` writes it.

Activations   activations, layer_outputs, start_histograms
Penalties     penalty_path, penalty_balls, penalty_paths
Images        images, filters
"""

from pellucid.plot.activations import activations, layer_outputs, start_histograms
from pellucid.plot.images import filters, images
from pellucid.plot.penalties import penalty_balls, penalty_path, penalty_paths

__all__ = [
    "activations",
    "filters",
    "images",
    "layer_outputs",
    "penalty_balls",
    "penalty_path",
    "penalty_paths",
    "start_histograms",
]

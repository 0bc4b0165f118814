"""Pictures of pictures: samples with their labels, and the filters that a layer has learned.

images      a batch as a grid
filters     the kernels of a convolution
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.arrays import ArrayLike
from pellucid.errors import ShapeError
from pellucid.plot.figure import new_figure
from pellucid.strict import strict
from pellucid.tensor import Tensor


@strict
def images(
    batch: ArrayLike | Tensor, labels: Sequence[Any] | None = None, *, most: int = 32
) -> Any:
    """Images in a grid, each under its label; grey where they have one channel.

    Shapes: batch (n, height, width), (n, 1, height, width) or (n, 3, height, width), values
        from 0 to 1; labels (n,) -> a Matplotlib Figure.
    Errors: ShapeError for other shapes.
    """
    array = np.asarray(batch.numpy() if isinstance(batch, Tensor) else batch, np.float64)
    if array.ndim == 4 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim not in (3, 4) or (array.ndim == 4 and array.shape[1] != 3):
        raise ShapeError(
            f"images: a batch of shape {array.shape}. It must be (n, height, width), or "
            "(n, channels, height, width) with 1 or 3 channels; rows of pixels need a reshape."
        )
    titles = [None] * len(array) if labels is None else list(labels)
    if len(titles) != len(array):
        raise ShapeError(f"images: {len(titles)} labels for {len(array)} images.")
    return _grid(array[:most], titles[:most], (0.0, 1.0))


@strict
def filters(layer: Any, *, channel: int | None = None, most: int = 32) -> Any:
    """The kernels of a convolution: black where they are most negative, white where positive.

    In the first layer these are detectors: of edges and of spots. Layers further on see parts
    made of edges, and wholes made of parts. `channel`: the input channel that is shown; left
    out, their mean.

    Shapes: weight (out, in, height, width) -> a Matplotlib Figure with `out` panels.
    Errors: ShapeError for a layer whose weight has another number of axes.
    """
    weight = np.asarray(layer.weight.numpy())
    if weight.ndim != 4:
        raise ShapeError(
            f"filters: a weight of shape {weight.shape}. A convolution of images has "
            "(out_channels, in_channels, height, width)."
        )
    kernels = weight.mean(axis=1) if channel is None else weight[:, channel]
    size = float(np.abs(kernels).max()) or 1.0
    return _grid(kernels[:most], [None] * min(most, len(kernels)), (-size, size))


def _grid(pictures: Any, titles: Sequence[Any], ends: tuple[float, float]) -> Any:
    columns = min(8, max(1, len(pictures)))
    rows = max(1, math.ceil(len(pictures) / columns))
    figure = new_figure(rows, columns, (1.1 * columns, 1.25 * rows))
    for axes in figure.axes:
        axes.set_axis_off()
    for axes, picture, title in zip(figure.axes, pictures, titles, strict=False):
        shown = picture.transpose(1, 2, 0) if picture.ndim == 3 else picture
        axes.imshow(
            shown,
            cmap="gray",
            vmin=ends[0],
            vmax=ends[1],
            interpolation="nearest",
        )
        if title is not None:
            axes.set_title(str(title), fontsize=9)
    return figure

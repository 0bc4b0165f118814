"""A classifier that reads an image row by row, with a GRU.

GRUClassifier           the model
GRUClassifierOptions    its form
"""

from dataclasses import dataclass

from pellucid import nn
from pellucid.models.catalogue import IMAGES, ModelKind
from pellucid.models.images import Image, image_of
from pellucid.models.rows import RowReader, RowReaderOptions
from pellucid.random import Generator


@dataclass(frozen=True)
class GRUClassifierOptions(RowReaderOptions):
    """The form of a GRUClassifier.

    `hidden`: hidden units of each layer. `layers`: GRU layers, one above the other.
    `bidirectional`: read from the last row upwards too.

    Errors: OptionError for a number below 1.
    """


class GRUClassifier(RowReader):
    """The rows of an image as time steps of a GRU; the mean of its outputs gives the scores.

        logits = mean over t of h[t], W + b;  h = GRU(rows)

    Shapes: x (batch, channels, height, width), or its samples as rows of pixels; height is
    time, channels x width are the features -> logits (batch, classes).
    Start:  as `nn.GRU` and `nn.Linear`.
    Errors: ShapeError for samples of another size.

    >>> import numpy as np
    >>> net = GRUClassifier((1, 28, 28), 10, rng=Generator(seed=0))
    >>> net(np.zeros((2, 1, 28, 28), np.float32)).shape
    (2, 10)
    """

    kind = ModelKind(
        "gru",
        "A GRU that reads an image row by row.",
        GRUClassifierOptions,
        lambda form, options, rng: GRUClassifier(image_of(form), form.classes, options, rng=rng),
        takes=IMAGES,
    )

    layer = nn.GRU

    def __init__(
        self,
        image: Image,
        classes: int,
        options: GRUClassifierOptions = GRUClassifierOptions(),
        *,
        rng: Generator | None = None,
    ) -> None:
        super().__init__(image, classes, options, rng=rng)

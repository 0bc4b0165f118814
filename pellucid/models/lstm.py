"""A classifier that reads an image row by row, with an LSTM.

LSTMClassifier           the model
LSTMClassifierOptions    its form
"""

from dataclasses import dataclass

from pellucid import nn
from pellucid.models.catalogue import IMAGES, ModelKind
from pellucid.models.images import Image, image_of
from pellucid.models.rows import RowReader, RowReaderOptions
from pellucid.random import Generator


@dataclass(frozen=True)
class LSTMClassifierOptions(RowReaderOptions):
    """The form of an LSTMClassifier.

    `hidden`: hidden units of each layer. `layers`: LSTM layers, one above the other.
    `bidirectional`: read from the last row upwards too.

    Errors: OptionError for a number below 1.
    """


class LSTMClassifier(RowReader):
    """The rows of an image as time steps of an LSTM; the mean of its outputs gives the scores.

        logits = mean over t of h[t], W + b;  h = LSTM(rows)

    Shapes: x (batch, channels, height, width), or its samples as rows of pixels; height is
    time, channels x width are the features -> logits (batch, classes).
    Start:  as `nn.LSTM` and `nn.Linear`.
    Errors: ShapeError for samples of another size.

    >>> import numpy as np
    >>> net = LSTMClassifier((1, 28, 28), 10, rng=Generator(seed=0))
    >>> net(np.zeros((2, 1, 28, 28), np.float32)).shape
    (2, 10)
    """

    kind = ModelKind(
        "lstm",
        "An LSTM that reads an image row by row.",
        LSTMClassifierOptions,
        lambda form, options, rng: LSTMClassifier(image_of(form), form.classes, options, rng=rng),
        takes=IMAGES,
    )

    layer = nn.LSTM

    def __init__(
        self,
        image: Image,
        classes: int,
        options: LSTMClassifierOptions = LSTMClassifierOptions(),
        *,
        rng: Generator | None = None,
    ) -> None:
        super().__init__(image, classes, options, rng=rng)

"""A classifier that reads an image row by row, with an GRU.

GRUClassifier           the model
GRUClassifierOptions    its form
"""

from dataclasses import dataclass

from pellucid import nn
from pellucid.errors import OptionError
from pellucid.models.images import Image, as_images, check_image
from pellucid.nn.module import Module
from pellucid.random import Generator
from pellucid.tensor import Tensor


@dataclass(frozen=True)
class GRUClassifierOptions:
    """The form of an GRUClassifier.

    `hidden`: numbers of memory in each layer. `layers`: GRU layers, one above the other.
    `bidirectional`: read from the last row upwards too.

    Errors: OptionError for a number below 1.
    """

    hidden: int = 64
    layers: int = 1
    bidirectional: bool = False

    def __post_init__(self) -> None:
        if min(self.hidden, self.layers) < 1:
            raise OptionError(f"gru: {self}. Its numbers are at least 1.")


class GRUClassifier(Module):
    """The rows of an image as time steps of an GRU; the mean of its outputs gives the scores.

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

    def __init__(
        self,
        image: Image,
        classes: int,
        options: GRUClassifierOptions = GRUClassifierOptions(),
        *,
        rng: Generator,
    ) -> None:
        check_image("gru", image)
        self.image = channels, _, width = image
        both = options.bidirectional
        self.reader = nn.GRU(
            channels * width, options.hidden, layers=options.layers, bidirectional=both, rng=rng
        )
        self.output = nn.Linear(options.hidden * (1 + both), classes, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        """Logits: scores before softmax."""
        channels, height, width = self.image
        rows = as_images(x, self.image).permute_dims((0, 2, 1, 3))
        outputs, _ = self.reader(rows.reshape(x.shape[0], height, channels * width))
        return self.output(outputs.mean(axis=1))  # type: ignore[no-any-return]

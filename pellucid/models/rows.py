"""What classifiers that read an image row by row share.

RowReader           the model, whatever its recurrent layer
RowReaderOptions    its form
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from pellucid import nn
from pellucid.errors import OptionError
from pellucid.models.images import Image, as_images, check_image
from pellucid.nn.module import Module
from pellucid.random import Generator
from pellucid.refusals import Strict
from pellucid.tensor import Tensor


@dataclass(frozen=True)
class RowReaderOptions(Strict):
    """The form of a RowReader; see those of its kinds.

    Errors: OptionError for a number below 1.
    """

    hidden: int = 64
    layers: int = 1
    bidirectional: bool = False

    def __post_init__(self) -> None:
        if min(self.hidden, self.layers) < 1:
            raise OptionError(f"{self}: hidden and layers are at least 1.")


class RowReader(Module):
    """The rows of an image as time steps; the mean of the outputs gives the scores.

        logits = mean over t of h[t], W + b;  h = layer(rows)

    `layer` is the recurrent layer that a kind reads with.
    """

    layer: ClassVar[Callable[..., Any]]

    def __init__(
        self, image: Image, classes: int, options: RowReaderOptions, *, rng: Generator | None = None
    ) -> None:
        check_image(type(self).__name__, image)
        self.image = channels, _, width = image
        both = options.bidirectional
        self.reader = type(self).layer(
            channels * width, options.hidden, layers=options.layers, bidirectional=both, rng=rng
        )
        self.output = nn.Linear(options.hidden * (1 + both), classes, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        """Logits: scores before softmax."""
        channels, height, width = self.image
        rows = as_images(x, self.image).permute_dims((0, 2, 1, 3))
        outputs, _ = self.reader(rows.reshape(x.shape[0], height, channels * width))
        return self.output(outputs.mean(axis=1))  # type: ignore[no-any-return]

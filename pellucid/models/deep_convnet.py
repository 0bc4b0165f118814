"""The deep convolutional network of textbooks: six 3x3 convolutions, three poolings, dropout.

DeepConvNet           the model
DeepConvNetOptions    its form
"""

from dataclasses import dataclass

from pellucid import nn
from pellucid.errors import OptionError
from pellucid.models.catalogue import IMAGES, ModelKind
from pellucid.models.images import Image, as_images, check_image, he_conv, image_of
from pellucid.models.mlp import INITIALIZERS
from pellucid.nn.module import Module
from pellucid.random import Generator
from pellucid.refusals import Strict
from pellucid.sizes import ceil_div
from pellucid.tensor import Tensor
from pellucid.windows import Window

# The padding of both convolutions of each stage. 2 lets 14x14 grow to 16x16, which halves well.
PADDINGS = ((1, 1), (1, 2), (1, 1))


@dataclass(frozen=True)
class DeepConvNetOptions(Strict):
    """The form of a DeepConvNet.

    `filters`: kernels of both convolutions of each of the three stages. `hidden`: units of the
    dense layer. `dropout`: the fraction of each dense layer's outputs set to 0 in a training
    step.

    Errors: OptionError for a number outside its range.
    """

    filters: tuple[int, ...] = (16, 32, 64)
    hidden: int = 50
    dropout: float = 0.5

    def __post_init__(self) -> None:
        object.__setattr__(self, "filters", tuple(self.filters))
        if len(self.filters) != len(PADDINGS) or min(*self.filters, self.hidden) < 1:
            raise OptionError(
                f"deep-convnet: filters {self.filters}, hidden {self.hidden}. There are "
                f"{len(PADDINGS)} stages, each with at least 1 kernel, and at least 1 unit."
            )
        if not 0.0 <= self.dropout < 1.0:
            raise OptionError(
                f"deep-convnet: dropout is {self.dropout}. It is the fraction of numbers that are "
                "off: from 0 up to, but not, 1."
            )


class DeepConvNet(Module):
    """Three stages of two 3x3 convolutions and max pooling, then two dense layers with dropout.

        conv relu conv relu pool, three times; dense relu dropout; dense dropout

    Shapes: x (batch, channels, height, width), or its samples as rows of pixels -> logits
    (batch, classes). 28x28 pixels become 14x14, 8x8 and 4x4 in the stages.
    Start:  weights N(0, 2 / fan_in), those of the output N(0, 2 / (fan_in + fan_out)); biases 0.
    Errors: ShapeError for samples of another size.
    Source: Saito, Deep Learning from Scratch, O'Reilly Japan 2016, section 8.1; dropout behind
    the output too, as there, acts on logits in training alone.

    >>> import numpy as np
    >>> net = DeepConvNet((1, 28, 28), 10, rng=Generator(seed=0))
    >>> net(np.zeros((2, 1, 28, 28), np.float32)).shape
    (2, 10)
    """

    kind = ModelKind(
        "deep-convnet",
        "Six 3x3 convolutions in three stages, with dropout, for images.",
        DeepConvNetOptions,
        lambda form, options, rng: DeepConvNet(image_of(form), form.classes, options, rng=rng),
        takes=IMAGES,
    )

    def __init__(
        self,
        image: Image,
        classes: int,
        options: DeepConvNetOptions = DeepConvNetOptions(),
        *,
        rng: Generator | None = None,
    ) -> None:
        check_image("deep-convnet", image)
        self.image = channels, height, width = image
        layers: list[Module] = []
        for filters, paddings in zip(options.filters, PADDINGS, strict=True):
            for padding in paddings:
                layers += [he_conv(channels, filters, Window(3, padding=padding), rng=rng)]
                layers += [nn.ReLU()]
                channels = filters
                height = height + 2 * padding - 2
                width = width + 2 * padding - 2
            layers += [nn.MaxPool2d(Window(2, padding="same"))]
            height = ceil_div(height, 2)
            width = ceil_div(width, 2)
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Linear(
                channels * height * width, options.hidden, rng=rng, initializer=INITIALIZERS["he"]
            ),
            nn.ReLU(),
            nn.Dropout(options.dropout, rng=rng),
            nn.Linear(options.hidden, classes, rng=rng, initializer=INITIALIZERS["xavier"]),
            nn.Dropout(options.dropout, rng=rng),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Logits: scores before softmax."""
        return self.classifier(self.features(as_images(x, self.image)))  # type: ignore[no-any-return]

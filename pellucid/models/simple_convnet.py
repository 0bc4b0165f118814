"""The simple convolutional network of textbooks: convolution, pooling, two dense layers.

SimpleConvNet           the model
SimpleConvNetOptions    its form
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


@dataclass(frozen=True)
class SimpleConvNetOptions(Strict):
    """The form of a SimpleConvNet.

    `filters`: kernels of the convolution. `filter_size`: their height and width, no larger than
    the image. `hidden`: units of the dense layer.

    Errors: OptionError for a number below 1.
    """

    filters: int = 30
    filter_size: int = 5
    hidden: int = 100

    def __post_init__(self) -> None:
        if min(self.filters, self.filter_size, self.hidden) < 1:
            raise OptionError(f"simple-convnet: {self}. Each of its numbers is at least 1.")


class SimpleConvNet(Module):
    """Convolution, ReLU, max pooling, a dense layer with ReLU, and the output.

        y = relu(flat(max_pool(relu(conv(x)))) W2 + b2) W3 + b3

    Shapes: x (batch, channels, height, width), or its samples as rows of pixels -> logits
    (batch, classes). With 28x28 pixels: 30 maps of 24x24, pooled to 12x12, 100 units.
    Start:  weights N(0, 2 / fan_in), those of the output N(0, 2 / (fan_in + fan_out)); biases 0.
    Errors: ShapeError for samples of another size; OptionError for an image that is smaller
    than a kernel.
    Source: Saito, Deep Learning from Scratch, O'Reilly Japan 2016, section 7.5.

    >>> import numpy as np
    >>> net = SimpleConvNet((1, 28, 28), 10, rng=Generator(seed=0))
    >>> net(np.zeros((2, 1, 28, 28), np.float32)).shape
    (2, 10)
    """

    kind = ModelKind(
        "simple-convnet",
        "Convolution, pooling and two dense layers, for images.",
        SimpleConvNetOptions,
        lambda form, options, rng: SimpleConvNet(image_of(form), form.classes, options, rng=rng),
        takes=IMAGES,
    )

    def __init__(
        self,
        image: Image,
        classes: int,
        options: SimpleConvNetOptions = SimpleConvNetOptions(),
        *,
        rng: Generator | None = None,
    ) -> None:
        check_image("simple-convnet", image)
        self.image = channels, height, width = image
        size = options.filter_size
        if size > min(height, width):
            raise OptionError(
                f"simple-convnet: filter_size {size} for images of {height}x{width}. A kernel is "
                f"no larger than the image: at most {min(height, width)}."
            )
        # A map of odd size keeps its last row and column.
        rows = ceil_div(height - size + 1, 2)
        columns = ceil_div(width - size + 1, 2)
        pooled = options.filters * rows * columns
        self.layers = nn.Sequential(
            he_conv(channels, options.filters, size, rng=rng),
            nn.ReLU(),
            nn.MaxPool2d(Window(2, padding="same")),
            nn.Flatten(),
            nn.Linear(pooled, options.hidden, rng=rng, initializer=INITIALIZERS["he"]),
            nn.ReLU(),
            nn.Linear(options.hidden, classes, rng=rng, initializer=INITIALIZERS["xavier"]),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Logits: scores before softmax."""
        return self.layers(as_images(x, self.image))  # type: ignore[no-any-return]

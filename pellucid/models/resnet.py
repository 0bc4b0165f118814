"""A small residual network for images, of the kind made for 32x32 pixels.

ResNet           the model
ResNetOptions    its form
ResidualBlock    two convolutions, and a way round them
"""

from dataclasses import dataclass

from pellucid import nn
from pellucid.errors import OptionError
from pellucid.functional import relu
from pellucid.models.catalogue import IMAGES, ModelKind
from pellucid.models.images import Image, as_images, check_image, he_conv, image_of
from pellucid.models.mlp import INITIALIZERS
from pellucid.nn.module import Module
from pellucid.random import Generator
from pellucid.refusals import Strict
from pellucid.tensor import Tensor
from pellucid.windows import Window


@dataclass(frozen=True)
class ResNetOptions(Strict):
    """The form of a ResNet.

    `channels`: feature maps in each stage; from the second on, a stage halves height and width.
    `blocks`: residual blocks in each stage.

    Errors: OptionError for a number below 1.
    """

    channels: tuple[int, ...] = (16, 32, 64)
    blocks: int = 2

    def __post_init__(self) -> None:
        object.__setattr__(self, "channels", tuple(self.channels))
        if not self.channels or min(*self.channels, self.blocks) < 1:
            raise OptionError(
                f"resnet: channels {self.channels}, {self.blocks} blocks. There is at least 1 "
                "stage, each with at least 1 map and 1 block."
            )


class ResidualBlock(Module):
    """Two 3x3 convolutions with batch norm, added to what came in.

        y = relu(norm(conv(relu(norm(conv(x))))) + way_round(x))

    The way round is x itself, or a 1x1 convolution with batch norm where channels or size change.

    Shapes: x (batch, in_channels, height, width) -> y (batch, channels, height / stride,
    width / stride), rounded up.
    Start:  convolutions N(0, 2 / fan_in), without bias: the batch norm behind would take it away.
    Source: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2015
    (arXiv 1512.03385), section 3.3, option B.

    >>> import numpy as np
    >>> block = ResidualBlock(3, 8, stride=2, rng=Generator(seed=0))
    >>> block(np.zeros((2, 3, 7, 7), np.float32)).shape
    (2, 8, 4, 4)
    """

    def __init__(
        self, in_channels: int, channels: int, *, stride: int, rng: Generator | None = None
    ) -> None:
        first = Window(3, stride=stride, padding=1)
        second = Window(3, padding=1)
        self.way = nn.Sequential(
            he_conv(in_channels, channels, first, bias=False, rng=rng),
            nn.BatchNorm(channels),
            nn.ReLU(),
            he_conv(channels, channels, second, bias=False, rng=rng),
            nn.BatchNorm(channels),
        )
        self.way_round: Module = nn.Identity()
        if stride > 1 or in_channels != channels:
            self.way_round = nn.Sequential(
                he_conv(in_channels, channels, Window(1, stride=stride), bias=False, rng=rng),
                nn.BatchNorm(channels),
            )

    def forward(self, x: Tensor) -> Tensor:
        """Both ways, added."""
        return relu(self.way(x) + self.way_round(x))


class ResNet(Module):
    """A first convolution, stages of residual blocks, the mean of each map, and the output.

    Shapes: x (batch, channels, height, width), or its samples as rows of pixels -> logits
    (batch, classes).
    Start:  as ResidualBlock; the output N(0, 2 / (fan_in + fan_out)), its bias 0.
    Errors: ShapeError for samples of another size.
    Source: He, Zhang, Ren, Sun 2015 (arXiv 1512.03385), section 4.2, with two blocks a stage.

    >>> import numpy as np
    >>> net = ResNet((3, 32, 32), 10, rng=Generator(seed=0))
    >>> net(np.zeros((2, 3, 32, 32), np.float32)).shape
    (2, 10)
    """

    kind = ModelKind(
        "resnet",
        "A small residual network with batch norm, for images.",
        ResNetOptions,
        lambda form, options, rng: ResNet(image_of(form), form.classes, options, rng=rng),
        takes=IMAGES,
    )

    def __init__(
        self,
        image: Image,
        classes: int,
        options: ResNetOptions = ResNetOptions(),
        *,
        rng: Generator | None = None,
    ) -> None:
        check_image("resnet", image)
        self.image = image
        width = options.channels[0]
        layers: list[Module] = [
            he_conv(image[0], width, Window(3, padding=1), bias=False, rng=rng),
            nn.BatchNorm(width),
            nn.ReLU(),
        ]
        for stage, channels in enumerate(options.channels):
            for block in range(options.blocks):
                stride = 2 if stage and not block else 1
                layers.append(ResidualBlock(width, channels, stride=stride, rng=rng))
                width = channels
        layers.append(nn.GlobalAvgPool2d())
        layers.append(nn.Flatten())
        layers.append(nn.Linear(width, classes, rng=rng, initializer=INITIALIZERS["xavier"]))
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Logits: scores before softmax."""
        return self.layers(as_images(x, self.image))  # type: ignore[no-any-return]

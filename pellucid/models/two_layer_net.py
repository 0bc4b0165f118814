"""The two-layer network that textbooks build from scratch.

TwoLayerNet           the model, with W1, b1, W2, b2 and its ordered layers
TwoLayerNetOptions    its form
"""

import math
from dataclasses import dataclass
from typing import Any

from pellucid import nn
from pellucid.errors import OptionError
from pellucid.functional import cross_entropy
from pellucid.models.catalogue import ModelKind
from pellucid.nn.init import Normal
from pellucid.nn.module import Module
from pellucid.random import Generator
from pellucid.refusals import Strict
from pellucid.tensor import Tensor
from pellucid.variables import Variable


@dataclass(frozen=True)
class TwoLayerNetOptions(Strict):
    """The form of a TwoLayerNet.

    `hidden`: units between the layers. `weight_std`: the standard deviation of W1 and W2 at start.

    Errors: OptionError for fewer than 1 hidden unit, or a negative weight_std.
    """

    hidden: int = 50
    weight_std: float = 0.01

    def __post_init__(self) -> None:
        if self.hidden < 1:
            raise OptionError(f"two-layer-net: hidden is {self.hidden}. At least 1 unit.")
        if not self.weight_std >= 0:
            raise OptionError(f"two-layer-net: weight_std is {self.weight_std}. 0 or more.")


class TwoLayerNet(Module):
    """Affine1, ReLU1, Affine2; the loss adds softmax and cross-entropy.

        y = relu(x W1 + b1) W2 + b2

    Shapes: x (batch, features), W1 (features, hidden), b1 (hidden,), W2 (hidden, classes),
    b2 (classes,) -> logits y (batch, classes).
    Start:  W1, W2 ~ N(0, weight_std^2); b1 = b2 = 0.
    Source: Saito, Deep Learning from Scratch, O'Reilly Japan 2016, sections 4.5 and 5.7.

    >>> net = TwoLayerNet(784, 10, rng=Generator(seed=0))
    >>> {name: parameter.shape for name, parameter in net.params.items()}
    {'W1': (784, 50), 'b1': (50,), 'W2': (50, 10), 'b2': (10,)}
    >>> list(net.layers)
    ['Affine1', 'ReLU1', 'Affine2']
    """

    kind = ModelKind(
        "two-layer-net",
        "The textbook's network: W1, b1, ReLU, W2, b2, small normal start.",
        TwoLayerNetOptions,
        lambda form, options, rng: TwoLayerNet(form.features, form.outputs, options, rng=rng),
        predicts_numbers=True,
    )

    def __init__(
        self,
        features: int,
        classes: int,
        options: TwoLayerNetOptions = TwoLayerNetOptions(),
        *,
        rng: Generator | None = None,
    ) -> None:
        rule = Normal(options.weight_std)
        self.Affine1 = nn.Linear(features, options.hidden, rng=rng, initializer=rule)
        self.ReLU1 = nn.ReLU()
        self.Affine2 = nn.Linear(options.hidden, classes, rng=rng, initializer=rule)

    @property
    def layers(self) -> dict[str, Module]:
        """The layers in their order, by name."""
        return self.children()

    @property
    def params(self) -> dict[str, Variable]:
        """The parameters under the textbook's names."""
        names = zip(("W1", "b1", "W2", "b2"), self.parameters().values(), strict=True)
        return dict(names)

    def forward(self, x: Tensor) -> Tensor:
        """Logits: the layers one after the other. Called `predict` in textbooks."""
        y = x if x.ndim == 2 else x.reshape(x.shape[0], math.prod(x.shape[1:]))
        for layer in self.layers.values():
            y = layer(y)
        return y

    def loss(self, x: Any, t: Any) -> Tensor:
        """Mean cross-entropy of softmax(y) against class numbers or one-hot rows."""
        return cross_entropy(self(x), t)

    def accuracy(self, x: Any, t: Any) -> float:
        """The fraction of samples whose class is found; t are class numbers."""
        return float((self(x).argmax(axis=1) == t).astype("float32").mean().item())

    def gradient(self, x: Any, t: Any) -> dict[str, Any]:
        """The gradient of the loss for each of W1, b1, W2, b2, by backpropagation."""
        self.loss(x, t).backward()
        return {name: parameter.grad for name, parameter in self.params.items()}

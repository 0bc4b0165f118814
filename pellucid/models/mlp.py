"""The multilayer perceptron: dense layers with an activation between them.

MLP           the model
MLPOptions    its form
ACTIVATIONS, INITIALIZERS    what the options may name
"""

import math
from dataclasses import dataclass, field
from itertools import pairwise

from pellucid import nn
from pellucid.errors import OptionError, closest
from pellucid.models.catalogue import ModelKind
from pellucid.nn import init
from pellucid.nn.init import Initializer
from pellucid.nn.module import Module
from pellucid.random import Generator
from pellucid.refusals import Strict
from pellucid.tensor import Tensor

ACTIVATIONS: dict[str, type[Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "identity": nn.Identity,
}

INITIALIZERS: dict[str, Initializer] = {
    "he": init.HeNormal(),
    "xavier": init.XavierNormal(),
    "lecun": init.LeCunNormal(),
    "orthogonal": init.Orthogonal(),
    "normal": init.Normal(0.01),
    "standard_normal": init.Normal(1.0),
    "zeros": init.Zeros(),
}

# Activations that pass on about the spread of their input near 0; the others halve its square,
# as relu does, and want He's rule.
ODD = ("tanh", "sigmoid", "identity")


@dataclass(frozen=True)
class MLPOptions(Strict):
    """The form of an MLP.

    `hidden`: units of each hidden layer, from the input on. `activation`: behind every hidden
    layer. `init`: initial weights of every layer; auto is He's rule before relu and its kin,
    Xavier's before tanh, sigmoid and the output. `dropout`: the fraction of hidden units
    set to 0 in a training step. `batch_norm`: normalise before each activation, where a bias
    would do nothing.

    Errors: OptionError naming what is not known or outside its range.
    """

    hidden: tuple[int, ...] = (50,)
    activation: str = field(default="relu", metadata={"choices": tuple(ACTIVATIONS)})
    init: str = field(default="auto", metadata={"choices": ("auto", *INITIALIZERS)})
    dropout: float = 0.0
    batch_norm: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(self.hidden))
        if not self.hidden or min(self.hidden) < 1:
            raise OptionError(
                f"mlp: hidden is {self.hidden}. Each hidden layer has at least 1 unit, and "
                "there is at least one; a model without is logistic-regression."
            )
        if self.activation not in ACTIVATIONS:
            hint = closest(self.activation, ACTIVATIONS)
            raise OptionError(f"mlp: activation {self.activation!r}. {hint}")
        if self.init not in ("auto", *INITIALIZERS):
            hint = closest(self.init, ("auto", *INITIALIZERS))
            raise OptionError(f"mlp: init {self.init!r}. {hint}")
        if not 0.0 <= self.dropout < 1.0:
            raise OptionError(
                f"mlp: dropout is {self.dropout}. It is the fraction of units that are off: "
                "from 0 up to, but not, 1."
            )

    def initializer(self, activation: str) -> Initializer:
        """The rule for a layer in front of this activation."""
        if self.init != "auto":
            return INITIALIZERS[self.init]
        return INITIALIZERS["xavier" if activation in ODD else "he"]


class Hidden(Module):
    """One hidden layer.

        y = dropout(activation(normalise(x W + b)))

    Where it normalises there is no b.

    Shapes: x (batch, in_features) -> y (batch, units).
    """

    def __init__(
        self, in_features: int, units: int, options: MLPOptions, *, rng: Generator | None = None
    ) -> None:
        rule = options.initializer(options.activation)
        # Batch norm takes the mean away, and a bias with it.
        bias = not options.batch_norm
        self.linear = nn.Linear(
            in_features,
            units,
            rng=rng,
            bias=bias,
            initializer=rule,
        )
        steps: list[Module] = [nn.BatchNorm(units)] if options.batch_norm else []
        steps.append(ACTIVATIONS[options.activation]())
        if options.dropout:
            steps.append(nn.Dropout(options.dropout, rng=rng))
        self.then = steps

    def forward(self, x: Tensor) -> Tensor:
        """The affine map, and what follows it."""
        y: Tensor = self.linear(x)
        for step in self.then:
            y = step(y)
        return y


class MLP(Module):
    """A multilayer perceptron: hidden layers, then one output per class.

    Shapes: x (batch, features) or (batch, ...), which is flattened -> logits (batch, classes).
    Start:  see `MLPOptions`; biases are 0.
    Errors: ShapeError where a sample does not have `features` numbers.
    Source: Rumelhart, Hinton, Williams, "Learning representations by back-propagating errors",
        1986.

    >>> import numpy as np
    >>> model = MLP(4, 3, MLPOptions(hidden=(5,)), rng=Generator(seed=0))
    >>> model(np.ones((2, 4), np.float32)).shape
    (2, 3)
    """

    kind = ModelKind(
        "mlp",
        "Multilayer perceptron: dense layers with an activation, dropout, batch norm.",
        MLPOptions,
        lambda form, options, rng: MLP(form.features, form.outputs, options, rng=rng),
        predicts_numbers=True,
    )

    def __init__(
        self,
        features: int,
        classes: int,
        options: MLPOptions = MLPOptions(),
        *,
        rng: Generator | None = None,
    ) -> None:
        sizes = (features, *options.hidden)
        self.hidden = [Hidden(inputs, units, options, rng=rng) for inputs, units in pairwise(sizes)]
        rule = options.initializer("identity")
        self.output = nn.Linear(
            sizes[-1],
            classes,
            rng=rng,
            initializer=rule,
        )

    def forward(self, x: Tensor) -> Tensor:
        """Logits: scores before softmax."""
        y = x if x.ndim == 2 else x.reshape(x.shape[0], math.prod(x.shape[1:]))
        for layer in self.hidden:
            y = layer(y)
        return self.output(y)  # type: ignore[no-any-return]

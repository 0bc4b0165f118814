"""One neuron: a weighted sum and an activation. Networks are many of these.

Neuron    the unit
"""

from pellucid.creation import full, zeros
from pellucid.errors import OptionError, ShapeError, closest
from pellucid.models.mlp import ACTIVATIONS
from pellucid.nn.module import Module
from pellucid.tensor import Tensor
from pellucid.variables import Parameter


class Neuron(Module):
    """A weighted sum of the features, and an activation.

        y = activation(x w + b)

    With relu it is the smallest model of a price: it grows with the area, and never falls
    below 0. With a cell of the brain it shares little more than the name. `activation` is a
    name of `pellucid.models.mlp.ACTIVATIONS`.

    Shapes: x (batch, features) -> y (batch, 1).
    Start:  w = 1 / features, b = 0. A single unit needs no random start: there is no other
    one that it should differ from. At w = 0 a relu would pass on no gradient, and never learn.
    Errors: ShapeError where a sample does not have `features` numbers; OptionError for an
    unknown activation.

    >>> import numpy as np
    >>> Neuron(1)(np.array([[2.0], [-3.0]], np.float32)).tolist()
    [[2.0], [0.0]]
    """

    def __init__(
        self,
        features: int,
        *,
        activation: str = "relu",
        dtype: str = "float32",
    ) -> None:
        if features < 1:
            raise OptionError(f"Neuron: {features} features. At least 1.")
        if activation not in ACTIVATIONS:
            raise OptionError(
                f"Neuron: activation {activation!r}. {closest(activation, ACTIVATIONS)}"
            )
        self.weight = Parameter(full((features, 1), 1.0 / features, dtype=dtype))
        self.bias = Parameter(zeros(1, dtype=dtype))
        self.activation = ACTIVATIONS[activation]()

    def forward(self, x: Tensor) -> Tensor:
        """The activation of the weighted sum."""
        features = self.weight.shape[0]
        if x.ndim != 2 or x.shape[1] != features:
            raise ShapeError(f"x of shape {x.shape}. It is (batch, {features}).")
        return self.activation(x @ self.weight + self.bias)  # type: ignore[no-any-return]

    def describe(self) -> str:
        """Its size."""
        return str(self.weight.shape[0])

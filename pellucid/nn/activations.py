"""Activations as layers; the formulas stand with the functions in `pellucid.functional`."""

import pellucid.functional as f
from pellucid.nn.module import Module
from pellucid.tensor import Tensor


class Identity(Module):
    """The input itself: the activation of an output that is a number."""

    formula = "y = x"

    def forward(self, x: Tensor) -> Tensor:
        """y = x."""
        return x


class Step(Module):
    """1 where x > 0, else 0; nothing can be learned through it."""

    formula = "y = 1 where x > 0, else 0"

    def forward(self, x: Tensor) -> Tensor:
        """y = step(x)."""
        return f.step(x)


class Sigmoid(Module):
    """Between 0 and 1."""

    formula = "y = 1 / (1 + exp(-x))"

    def forward(self, x: Tensor) -> Tensor:
        """y = sigmoid(x)."""
        return f.sigmoid(x)


class Tanh(Module):
    """Between -1 and 1, centred on 0."""

    formula = "y = tanh(x)"

    def forward(self, x: Tensor) -> Tensor:
        """y = tanh(x)."""
        return f.tanh(x)


class ReLU(Module):
    """x where it is positive, else 0."""

    formula = "y = max(0, x)"

    def forward(self, x: Tensor) -> Tensor:
        """y = relu(x)."""
        return f.relu(x)


class LeakyReLU(Module):
    """x where it is positive, else slope x."""

    formula = "y = x where x > 0, else slope x"

    def __init__(self, slope: float = 0.01) -> None:
        self.slope = slope

    def forward(self, x: Tensor) -> Tensor:
        """y = leaky_relu(x)."""
        return f.leaky_relu(x, slope=self.slope)

    def describe(self) -> str:
        """Its slope."""
        return str(self.slope)


class ELU(Module):
    """x where it is positive, else alpha (e^x - 1)."""

    formula = "y = x where x > 0, else alpha (exp(x) - 1)"

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def forward(self, x: Tensor) -> Tensor:
        """y = elu(x)."""
        return f.elu(x, alpha=self.alpha)

    def describe(self) -> str:
        """Its alpha."""
        return str(self.alpha)


class GELU(Module):
    """x Phi(x), by erf."""

    formula = "y = x/2 (1 + erf(x / sqrt(2)))"

    def forward(self, x: Tensor) -> Tensor:
        """y = gelu(x)."""
        return f.gelu(x)


class GELUTanh(Module):
    """The approximation of gelu by tanh."""

    formula = "y = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))"

    def forward(self, x: Tensor) -> Tensor:
        """y = gelu_tanh(x)."""
        return f.gelu_tanh(x)


class SiLU(Module):
    """x sigmoid(x)."""

    formula = "y = x / (1 + exp(-x))"

    def forward(self, x: Tensor) -> Tensor:
        """y = silu(x)."""
        return f.silu(x)


class Softplus(Module):
    """log(1 + e^x)."""

    formula = "y = log(1 + exp(x))"

    def forward(self, x: Tensor) -> Tensor:
        """y = softplus(x)."""
        return f.softplus(x)


class _AlongAxis(Module):
    """An activation that compares the numbers along one axis."""

    def __init__(self, axis: int = -1) -> None:
        self.axis = axis

    def describe(self) -> str:
        """Its axis."""
        return f"axis={self.axis}"


class Softmax(_AlongAxis):
    """Probabilities along an axis. Train with logits and `cross_entropy` instead."""

    formula = "y = exp(x) / sum(exp(x))"

    def forward(self, x: Tensor) -> Tensor:
        """y = softmax(x)."""
        return f.softmax(x, axis=self.axis)


class LogSoftmax(_AlongAxis):
    """Logarithms of probabilities along an axis."""

    formula = "y = x - log(sum(exp(x)))"

    def forward(self, x: Tensor) -> Tensor:
        """y = log_softmax(x)."""
        return f.log_softmax(x, axis=self.axis)

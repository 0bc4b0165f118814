"""Steps for the hidden matrices of a network that are turned into orthogonal ones.

Muon        momentum, then nearly the nearest orthogonal matrix; AdamW for all else
MuonAsAdam      the same, each step as large as Adam's
"""

import math
import warnings
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from pellucid.creation import zeros_like
from pellucid.errors import OptionError
from pellucid.optim.adaptive import Adam
from pellucid.optim.optimizer import Slots, Updated
from pellucid.optim.rules import Selection, Step
from pellucid.optim.schedules import check, check_fraction
from pellucid.tensor import Tensor
from pellucid.variables import Variable

# Of x <- a x + b (x x^T) x + c (x x^T)^2 x: five times take singular values from 0.001 to 1 to
# between about 0.7 and 1.2.
QUINTIC = (3.4445, -4.7750, 2.0315)
ROUNDS = 5
LEAST = 1e-7  # is added to a norm that is divided by


@dataclass(eq=False)
class Muon(Adam):
    """Momentum turned into a matrix whose singular values are all about 1, for hidden matrices.

        b <- momentum b + g;    o = orthogonal(g + momentum b)
        w <- w - learning_rate sqrt(max(1, units / inputs)) o

    `orthogonal` divides by the Euclidean norm and takes five rounds of a polynomial of fifth
    degree (Newton-Schulz), which leaves singular vectors and brings singular values between 0.7
    and 1.2: U V^T of the SVD, nearly. w is (inputs, units), as a `Linear` has it; PyTorch's, and
    the paper's, are its transpose, and the factor is the same.

    Which parameters: `to(path, parameter)`. Left out, the hidden matrices: those with two axes
    that are no embedding's table, nor the first or last parameter with two axes or more in the
    order of `parameters`, which the input and the output are: a network with one hidden layer has
    none, and a warning says that all of it follows AdamW. All others, as biases, scales of norms
    and kernels of convolutions, follow AdamW with the learning rate times `rest`, 3e-4 by default;
    beta1, beta2 and eps are AdamW's alone.

    PyTorch 2.13 has the same scale and computes `orthogonal` in bfloat16, so that its steps differ
    from these by about 1 %; it takes matrices alone. Its "match_rms_adamw" is `MuonAsAdam`.
    Shapes: b, m and v as w.
    Errors: OptionError where `to` chooses a parameter of other than two axes.
    Source: Jordan et al. 2024, Muon: an optimizer for hidden layers in neural networks
    (kellerjordan.github.io/posts/muon), and its program.
    """

    learning_rate: Any = 0.02
    _: KW_ONLY
    momentum: float = 0.95
    to: Selection | None = field(default=None, repr=False)
    rest: float = 0.015
    beta2: float = 0.95
    eps: float = 1e-10

    def _check(self) -> None:
        super()._check()
        name = type(self).__name__
        check_fraction(name, "momentum", self.momentum)
        check(name, "rest", self.rest)
        chosen = self.to or _hidden(self.parameters)
        self.chosen = frozenset(p for p, w in self.parameters.items() if chosen(p, w))
        for path in self.chosen:
            _check_matrix(name, path, self.parameters[path])
        if not self.chosen:
            self._tell_none()

    def _tell_none(self) -> None:
        """Warn that nothing is what it was asked for: its curves would be taken for Muon's."""
        why = "`to` chooses none of the parameters"
        if self.to is None:
            why = "no parameter is a hidden matrix, neither the first weights nor the last"
        warnings.warn(
            f"{type(self).__name__}: {why}, so that all follow AdamW at {self.rest:g} times the "
            "learning rate. Give the model a second hidden layer, say which matrices with "
            "to=optim.every or a function of path and parameter, or take AdamW.",
            stacklevel=5,
        )

    def begun(self, path: str, w: Tensor) -> Slots:
        """The state of the parameter of a path before the first update."""
        return {"b": zeros_like(w)} if path in self.chosen else self.start(w)

    def rate_of(self, path: str, rate: Tensor) -> Tensor:
        """The learning rate of the parameter of a path."""
        return rate if path in self.chosen else rate * self.rest

    def update(self, w: Tensor, g: Tensor, state: Slots, step: Step) -> Updated:
        """The parameter and its state after one update."""
        if "b" not in state:
            return super().update(w, g, state, step)
        b = self.momentum * state["b"] + g
        o = orthogonal(g + self.momentum * b)
        size = step.learning_rate * self.scale(*w.shape)
        return w - size * o, {"b": b}

    @staticmethod
    def scale(inputs: int, units: int) -> float:
        """What a step is multiplied by: as far as it moves the outputs for any form of matrix."""
        return math.sqrt(max(1.0, units / inputs))


@dataclass(eq=False)
class MuonAsAdam(Muon):
    """Muon whose steps have the root mean square of Adam's, so that one learning rate suits both.

        w <- w - learning_rate 0.2 sqrt(max(units, inputs)) o

    All else as in Muon, but for the default of the learning rates, which are Adam's for all
    parameters. It is Muon with adjust_lr_fn="match_rms_adamw" of PyTorch 2.13, and the step of
    Keras 3.15 for a matrix.
    Source: Liu et al. 2025, Muon is scalable for LLM training (arXiv 2502.16982), equation 4.
    """

    learning_rate: Any = 0.001
    _: KW_ONLY
    rest: float = 1.0

    @staticmethod
    def scale(inputs: int, units: int) -> float:
        """What a step is multiplied by: 0.2 is about the root mean square of Adam's steps."""
        return 0.2 * math.sqrt(max(units, inputs))


def orthogonal(x: Tensor) -> Tensor:
    """Nearly U V^T of the singular value decomposition of a matrix; 0 of 0."""
    if x.shape[0] > x.shape[1]:
        return orthogonal(x.T).T
    a, b, c = QUINTIC
    norm = (x * x).sum().sqrt()
    x = x / (norm + LEAST)
    for _ in range(ROUNDS):
        square = x @ x.T
        factor = b * square + c * (square @ square)
        x = a * x + factor @ x
    return x


def _hidden(parameters: dict[str, Variable]) -> Selection:
    """Chooses the hidden matrices, by what they are and where they stand."""
    weights = [path for path, w in parameters.items() if w.ndim >= 2]
    inner = set(weights[1:-1])
    return lambda path, w: path in inner and w.ndim == 2 and not w.is_table


def _check_matrix(name: str, path: str, w: Variable) -> None:
    """Refuse what has no singular values. Errors: OptionError."""
    if w.ndim != 2:
        raise OptionError(
            f"{name}: {path!r} of shape {w.shape}. Only a matrix, with two axes, has singular "
            "values: leave it out of `to`, and it follows AdamW."
        )

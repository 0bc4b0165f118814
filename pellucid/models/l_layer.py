"""The network of L layers in the notation of courses: each column is a sample.

LLayer           the model, with W1, b1 ... WL, bL
LLayerOptions    its form

`pellucid.models.l_layer_by_hand` has the same forward and backward pass written out in NumPy.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pellucid.creation import concat, zeros, zeros_like
from pellucid.errors import OptionError, ShapeError, closest
from pellucid.functional import relu, sigmoid, softmax, tanh
from pellucid.models.catalogue import ModelKind
from pellucid.models.mlp import INITIALIZERS
from pellucid.nn.init import Initializer, starting
from pellucid.nn.module import Module
from pellucid.random import Generator
from pellucid.refusals import Strict
from pellucid.tensor import Tensor
from pellucid.variables import Parameter, Variable

ACTIVATIONS = {"relu": relu, "tanh": tanh}


@dataclass(frozen=True)
class LLayerOptions(Strict):
    """The form of an LLayer.

    `hidden`: n[1] ... n[L-1], the units of each hidden layer; the input is layer 0 and not
    counted. `activation`: "relu" or "tanh", of the hidden layers. `init`: a name of
    `pellucid.models.mlp.INITIALIZERS` for every layer, or "auto": N(0, 2 / n[l-1]) before
    relu, N(0, 1 / n[l-1]) before tanh and the output. Biases start at 0.

    Errors: OptionError naming what is not known or outside its range.
    """

    hidden: tuple[int, ...] = (20, 7, 5)
    activation: str = "relu"
    init: str = "auto"

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(self.hidden))
        if min(self.hidden, default=1) < 1:
            raise OptionError(f"l-layer: hidden is {self.hidden}. Each layer has at least 1 unit.")
        if self.activation not in ACTIVATIONS:
            hint = closest(self.activation, ACTIVATIONS)
            raise OptionError(f"l-layer: activation {self.activation!r}. {hint}")
        if self.init not in ("auto", *INITIALIZERS):
            hint = closest(self.init, ("auto", *INITIALIZERS))
            raise OptionError(f"l-layer: init {self.init!r}. {hint}")

    def initializer(self, *, output: bool) -> Initializer:
        """The rule for a hidden layer, or for the output."""
        if self.init != "auto":
            return INITIALIZERS[self.init]
        return INITIALIZERS["he" if self.activation == "relu" and not output else "lecun"]


class LLayer(Module):
    """Hidden layers with relu or tanh, then sigmoid for two classes, softmax for more.

        Z[l] = W[l] A[l-1] + b[l],  A[l] = g[l](Z[l]),  A[0] = X

    Inside, columns are samples: X (n[0], m), W[l] (n[l], n[l-1]), b[l] (n[l], 1), Z[l] and
    A[l] (n[l], m); each gradient has the shape of what it belongs to. Called as a layer it
    takes rows and gives logits, like all models here; for two classes these are (0, Z[L]),
    whose softmax is (1 - sigmoid(Z[L]), sigmoid(Z[L])), so that cross-entropy is the same.

    Shapes: x (batch, features) or (batch, ...), which is flattened -> logits (batch, classes).
    Start:  see `LLayerOptions`. All weights at 0 would keep all units of a layer equal.
    Errors: ShapeError where a sample does not have `features` numbers.
    Source: Ng, Neural Networks and Deep Learning, Coursera 2017, week 4.

    >>> net = LLayer(4, 2, LLayerOptions(hidden=(5, 5, 3)), rng=Generator(seed=0))
    >>> [v.shape for v in net.params.values()]
    [(5, 4), (5, 1), (5, 5), (5, 1), (3, 5), (3, 1), (1, 3), (1, 1)]
    """

    kind = ModelKind(
        "l-layer",
        "The course's network of L layers: columns are samples, tanh or relu, then sigmoid.",
        LLayerOptions,
        lambda form, options, rng: LLayer(form.features, form.classes, options, rng=rng),
    )

    def __init__(
        self,
        features: int,
        classes: int,
        options: LLayerOptions = LLayerOptions(),
        *,
        rng: Generator | None = None,
        dtype: str = "float32",
    ) -> None:
        if features < 1 or classes < 2:
            raise OptionError(
                f"LLayer: {features} features, {classes} classes. At least 1 feature, 2 classes."
            )
        self.g = ACTIVATIONS[options.activation]
        self.sizes = (features, *options.hidden, 1 if classes == 2 else classes)
        last = len(self.sizes) - 2
        weights = []
        for layer, shape in enumerate(pairwise(self.sizes)):
            start = options.initializer(output=layer == last)
            weights.append(_weight(start, shape, rng, dtype))
        self.W = weights
        self.b = [Parameter(zeros((units, 1), dtype=dtype)) for units in self.sizes[1:]]

    @property
    def params(self) -> dict[str, Variable]:
        """The parameters as W1, b1 ... WL, bL."""
        found: dict[str, Variable] = {}
        for layer, (w, b) in enumerate(zip(self.W, self.b, strict=True), start=1):
            found |= {f"W{layer}": w, f"b{layer}": b}
        return found

    def scores(self, x: Any) -> Tensor:
        """Z[L], from samples in columns. Shapes: X (n[0], m) -> (n[L], m)."""
        if x.ndim != 2 or x.shape[0] != self.sizes[0]:
            raise ShapeError(
                f"X of shape {x.shape}. A sample is a column of {self.sizes[0]} numbers: X is "
                f"({self.sizes[0]}, m)."
            )
        a = x
        for w, b in zip(self.W[:-1], self.b[:-1], strict=True):
            a = self.g(w @ a + b)
        return self.W[-1] @ a + self.b[-1]  # type: ignore[no-any-return]

    def probabilities(self, x: Any) -> Tensor:
        """A[L], from samples in columns: of yes, (1, m), or of each class, (classes, m)."""
        z = self.scores(x)
        return sigmoid(z) if self.sizes[-1] == 1 else softmax(z, axis=0)

    def forward(self, x: Tensor) -> Tensor:
        """Logits, from samples in rows."""
        rows = x if x.ndim == 2 else x.reshape(x.shape[0], math.prod(x.shape[1:]))
        z = self.scores(rows.T).T
        return z if self.sizes[-1] > 1 else concat([zeros_like(z), z], axis=1)

    def describe(self) -> str:
        """The units of each layer, from the input on."""
        return ", ".join(str(n) for n in self.sizes)


def _weight(
    rule: Initializer, shape: tuple[int, int], rng: Generator | None, dtype: str
) -> Variable:
    """W[l]. Rules count (in_features, out_features), which it has the other way round."""
    return starting(
        lambda rng: rule(shape, rng, dtype).T,
        shape[::-1],
        rng,
        dtype,
    )

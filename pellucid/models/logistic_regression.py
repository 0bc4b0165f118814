"""Logistic regression: one affine map, trained with cross-entropy.

LogisticRegression           the model
LogisticRegressionOptions    its form: nothing to choose
"""

import math
from dataclasses import dataclass

from pellucid import nn
from pellucid.models.catalogue import ModelKind
from pellucid.nn.init import Zeros
from pellucid.nn.module import Module
from pellucid.refusals import Strict
from pellucid.tensor import Tensor


@dataclass(frozen=True)
class LogisticRegressionOptions(Strict):
    """Nothing to choose: features and classes say all."""


class LogisticRegression(Module):
    """Linear scores for each class; softmax makes probabilities of them.

        logits = x W + b

    With two classes this is the textbook's sigmoid((w1 - w0) x + b1 - b0). The loss is convex,
    which that of a network with hidden layers is not: zeros are as good a start as any, and
    nothing here is random.

    Shapes: x (batch, features) or (batch, ...), which is flattened -> logits (batch, classes).
    Errors: ShapeError where a sample does not have `features` numbers.
    Source: Cox, "The regression analysis of binary sequences", 1958.

    >>> import numpy as np
    >>> LogisticRegression(4, 3)(np.ones((2, 4), np.float32)).tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """

    kind = ModelKind(
        "logistic-regression",
        "One affine map: linear scores for each class.",
        LogisticRegressionOptions,
        lambda form, _, __: LogisticRegression(form.features, form.classes),
    )

    def __init__(self, features: int, classes: int) -> None:
        self.linear = nn.Linear(features, classes, initializer=Zeros())

    def forward(self, x: Tensor) -> Tensor:
        """Logits: scores before softmax."""
        flat = x if x.ndim == 2 else x.reshape(x.shape[0], math.prod(x.shape[1:]))
        return self.linear(flat)  # type: ignore[no-any-return]

"""Dense layers.

Linear      y = x W + b
Flatten     all axes but the first as one
"""

import math

from pellucid.creation import zeros
from pellucid.errors import OptionError
from pellucid.nn.init import Initializer, Uniform
from pellucid.nn.module import Module
from pellucid.random import Generator
from pellucid.tensor import Tensor
from pellucid.variables import Parameter


class Linear(Module):
    """Affine map of the last axis.

        y = x W + b

    Shapes: x (..., in_features), W (in_features, out_features), b (out_features,)
    -> y (..., out_features).
    Start:  W ~ U(-k, k), k = 1 / sqrt(in_features), unless `initializer` says otherwise; b = 0.
    Errors: ShapeError where the last axis of x is not in_features.

    >>> Linear(3, 2)(zeros((4, 3))).shape
    (4, 2)
    """

    formula = "y = x W + b"
    takes = "..., in_features"

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        rng: Generator | None = None,
        bias: bool = True,
        initializer: Initializer | None = None,
        dtype: str = "float32",
    ) -> None:
        if in_features < 1 or out_features < 1:
            raise OptionError(f"Linear: {in_features} to {out_features} features. At least 1.")
        rule = initializer or Uniform(in_features**-0.5)
        self.weight = rule.parameter((in_features, out_features), rng, dtype)
        self.bias = Parameter(zeros(out_features, dtype=dtype)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        """The affine map."""
        y = x @ self.weight
        return y if self.bias is None else y + self.bias

    @property
    def in_features(self) -> int:
        """The size of the last axis of x."""
        return self.weight.shape[0]

    @property
    def out_features(self) -> int:
        """The size of the last axis of y."""
        return self.weight.shape[1]

    def describe(self) -> str:
        """Its sizes."""
        sizes = f"{self.weight.shape[0]}, {self.weight.shape[1]}"
        return sizes if self.bias is not None else f"{sizes}, bias=False"


class Flatten(Module):
    """All axes but the first, the samples, as one.

        y = x, a row for each sample

    Shapes: x (batch, ...) -> y (batch, features).
    """

    formula = "y = x, a row for each sample"
    takes = "batch, ..."

    def forward(self, x: Tensor) -> Tensor:
        """The same elements, one row per sample."""
        if x.ndim == 2:
            return x
        return x.reshape(x.shape[0], math.prod(x.shape[1:]))

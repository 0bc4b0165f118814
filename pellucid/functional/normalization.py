"""Normalisation by what the numbers themselves are, without anything learned."""

from pellucid.creation import where
from pellucid.functional.activations import TensorLike, as_floats
from pellucid.strict import strict
from pellucid.tensor import Tensor

Axis = int | tuple[int, ...] | None


@strict
def max_abs_normalize(x: TensorLike, *, axis: Axis = None) -> Tensor:
    """Numbers scaled by the largest absolute value, so that they lie in [-1, 1].

        y = x / max |x|

    One of two things called max normalization; the other, a limit on the norm of weights, is
    `pellucid.optim.MaxNorm`. Zeros keep their place and sign, and all zeros stay as they are.

    Shapes: x (...) -> y (...); the maximum is taken over `axis`, None for all axes.

    >>> max_abs_normalize([[1.0, -4.0], [0.0, 0.0]], axis=1)
    tensor([[ 0.25, -1.  ],
            [ 0.  ,  0.  ]], float32)
    """
    x = as_floats("max_abs_normalize", x)
    largest = x.abs().max(axis=axis, keepdims=True)
    return x / where(largest == 0.0, 1.0, largest)

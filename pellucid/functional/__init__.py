"""Functions on tensors that compose from primitives: activations and losses."""

from pellucid.functional.activations import (
    elu,
    gelu,
    gelu_tanh,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    logsumexp,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
    step,
    tanh,
)
from pellucid.functional.losses import (
    binary_cross_entropy,
    binary_cross_entropy_from_probabilities,
    cross_entropy,
    cross_entropy_from_probabilities,
    half_squared_error,
    mean_squared_error,
)

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_from_probabilities",
    "cross_entropy",
    "cross_entropy_from_probabilities",
    "elu",
    "gelu",
    "gelu_tanh",
    "half_squared_error",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "logsumexp",
    "mean_squared_error",
    "relu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "step",
    "tanh",
]

"""Functions on tensors that compose from primitives: activations, losses, windows."""

from typing import TYPE_CHECKING

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
)
from pellucid.on_use import on_use

if TYPE_CHECKING:  # and loaded when first asked for: see the end
    from pellucid.functional.attention import scaled_dot_product_attention
    from pellucid.functional.convolutions import conv_transpose, convolution, cross_correlation
    from pellucid.functional.losses_of_classes import (
        binary_focal_loss,
        focal_loss,
        hinge_loss,
        kl_divergence,
        multiclass_hinge,
    )
    from pellucid.functional.losses_of_numbers import (
        half_squared_error,
        huber_loss,
        mean_absolute_error,
        mean_squared_error,
        poisson_loss,
        quantile_loss,
    )
    from pellucid.functional.normalization import max_abs_normalize
    from pellucid.functional.pooling import (
        global_mean_pool,
        im2col,
        max_pool,
        mean_pool,
        sliding_windows,
    )

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_from_probabilities",
    "binary_focal_loss",
    "conv_transpose",
    "convolution",
    "cross_correlation",
    "cross_entropy",
    "cross_entropy_from_probabilities",
    "elu",
    "focal_loss",
    "gelu",
    "gelu_tanh",
    "global_mean_pool",
    "half_squared_error",
    "hinge_loss",
    "huber_loss",
    "im2col",
    "kl_divergence",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "logsumexp",
    "max_abs_normalize",
    "max_pool",
    "mean_absolute_error",
    "mean_pool",
    "mean_squared_error",
    "multiclass_hinge",
    "poisson_loss",
    "quantile_loss",
    "relu",
    "scaled_dot_product_attention",
    "sigmoid",
    "silu",
    "sliding_windows",
    "softmax",
    "softplus",
    "step",
    "tanh",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = on_use(
        __name__,
        __all__,
        (
            "attention",
            "convolutions",
            "losses_of_classes",
            "losses_of_numbers",
            "normalization",
            "pooling",
        ),
    )

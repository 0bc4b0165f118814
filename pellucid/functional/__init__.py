"""Functions on tensors that compose from primitives: activations, losses, windows."""

from typing import TYPE_CHECKING

from pellucid.functional.activations import elu as elu
from pellucid.functional.activations import gelu as gelu
from pellucid.functional.activations import gelu_tanh as gelu_tanh
from pellucid.functional.activations import leaky_relu as leaky_relu
from pellucid.functional.activations import log_sigmoid as log_sigmoid
from pellucid.functional.activations import log_softmax as log_softmax
from pellucid.functional.activations import logsumexp as logsumexp
from pellucid.functional.activations import relu as relu
from pellucid.functional.activations import sigmoid as sigmoid
from pellucid.functional.activations import silu as silu
from pellucid.functional.activations import softmax as softmax
from pellucid.functional.activations import softplus as softplus
from pellucid.functional.activations import step as step
from pellucid.functional.activations import tanh as tanh
from pellucid.functional.losses import binary_cross_entropy as binary_cross_entropy
from pellucid.functional.losses import (
    binary_cross_entropy_from_probabilities as binary_cross_entropy_from_probabilities,
)
from pellucid.functional.losses import cross_entropy as cross_entropy
from pellucid.functional.losses import (
    cross_entropy_from_probabilities as cross_entropy_from_probabilities,
)
from pellucid.on_use import on_use

if TYPE_CHECKING:  # and loaded when first asked for: see the end
    from pellucid.functional.attention import (
        scaled_dot_product_attention as scaled_dot_product_attention,
    )
    from pellucid.functional.convolutions import conv_transpose as conv_transpose
    from pellucid.functional.convolutions import convolution as convolution
    from pellucid.functional.convolutions import cross_correlation as cross_correlation
    from pellucid.functional.losses_of_classes import binary_focal_loss as binary_focal_loss
    from pellucid.functional.losses_of_classes import focal_loss as focal_loss
    from pellucid.functional.losses_of_classes import hinge_loss as hinge_loss
    from pellucid.functional.losses_of_classes import kl_divergence as kl_divergence
    from pellucid.functional.losses_of_classes import multiclass_hinge as multiclass_hinge
    from pellucid.functional.losses_of_numbers import half_squared_error as half_squared_error
    from pellucid.functional.losses_of_numbers import huber_loss as huber_loss
    from pellucid.functional.losses_of_numbers import mean_absolute_error as mean_absolute_error
    from pellucid.functional.losses_of_numbers import mean_squared_error as mean_squared_error
    from pellucid.functional.losses_of_numbers import poisson_loss as poisson_loss
    from pellucid.functional.losses_of_numbers import quantile_loss as quantile_loss
    from pellucid.functional.normalization import max_abs_normalize as max_abs_normalize
    from pellucid.functional.pooling import global_mean_pool as global_mean_pool
    from pellucid.functional.pooling import im2col as im2col
    from pellucid.functional.pooling import max_pool as max_pool
    from pellucid.functional.pooling import mean_pool as mean_pool
    from pellucid.functional.pooling import sliding_windows as sliding_windows


if not TYPE_CHECKING:
    __getattr__, __dir__ = on_use(__name__)

"""Functions on tensors that compose from primitives: activations, losses, windows."""

from typing import TYPE_CHECKING

from pellucid.functional.activations import (
    elu as elu,
    gelu as gelu,
    gelu_tanh as gelu_tanh,
    leaky_relu as leaky_relu,
    log_sigmoid as log_sigmoid,
    log_softmax as log_softmax,
    logsumexp as logsumexp,
    relu as relu,
    sigmoid as sigmoid,
    silu as silu,
    softmax as softmax,
    softplus as softplus,
    step as step,
    tanh as tanh,
)
from pellucid.functional.losses import (
    binary_cross_entropy as binary_cross_entropy,
    binary_cross_entropy_from_probabilities as binary_cross_entropy_from_probabilities,
    cross_entropy as cross_entropy,
    cross_entropy_from_probabilities as cross_entropy_from_probabilities,
)
from pellucid.on_use import on_use

if TYPE_CHECKING:  # and loaded when first asked for: see the end
    from pellucid.functional.alignment import ctc_loss as ctc_loss
    from pellucid.functional.attention import (
        scaled_dot_product_attention as scaled_dot_product_attention,
    )
    from pellucid.functional.convolutions import (
        conv_transpose as conv_transpose,
        convolution as convolution,
        cross_correlation as cross_correlation,
    )
    from pellucid.functional.lengths import (
        length_mask as length_mask,
        masked_mean as masked_mean,
    )
    from pellucid.functional.losses_of_classes import (
        binary_focal_loss as binary_focal_loss,
        focal_loss as focal_loss,
        hinge_loss as hinge_loss,
        kl_divergence as kl_divergence,
        multiclass_hinge as multiclass_hinge,
    )
    from pellucid.functional.losses_of_numbers import (
        gaussian_loss as gaussian_loss,
        half_squared_error as half_squared_error,
        huber_loss as huber_loss,
        mean_absolute_error as mean_absolute_error,
        mean_squared_error as mean_squared_error,
        poisson_loss as poisson_loss,
        quantile_loss as quantile_loss,
    )
    from pellucid.functional.losses_of_pairs import (
        batch_hard_triplet as batch_hard_triplet,
        contrastive_loss as contrastive_loss,
        triplet_loss as triplet_loss,
    )
    from pellucid.functional.normalization import max_abs_normalize as max_abs_normalize
    from pellucid.functional.pooling import (
        global_mean_pool as global_mean_pool,
        im2col as im2col,
        max_pool as max_pool,
        mean_pool as mean_pool,
        sliding_windows as sliding_windows,
    )


if not TYPE_CHECKING:
    __getattr__, __dir__ = on_use(__name__)

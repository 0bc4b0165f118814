"""Activations and losses, and their gradients, agree with PyTorch; see make_torch_values.py."""

import json
from pathlib import Path

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f

VALUES = json.loads(Path(__file__).with_name("torch_values.json").read_text())
IDS, SOFT, BINARY = (np.array(VALUES[key]) for key in ("ids", "soft", "binary"))

LOSSES = {
    "ids": lambda x: f.cross_entropy(x, IDS),
    "ids, none": lambda x: f.cross_entropy(x, IDS, reduction="none"),
    "ids, sum": lambda x: f.cross_entropy(x, IDS, reduction="sum"),
    "soft": lambda x: f.cross_entropy(x, SOFT.astype(x.dtype)),
    "ids, smoothed": lambda x: f.cross_entropy(x, IDS, label_smoothing=0.1),
    "soft, smoothed": lambda x: f.cross_entropy(x, SOFT.astype(x.dtype), label_smoothing=0.1),
}
BINARY_LOSSES = {
    "binary": lambda x: f.binary_cross_entropy(x, BINARY.astype(x.dtype)),
    "binary, none": lambda x: f.binary_cross_entropy(x, BINARY.astype(x.dtype), reduction="none"),
}

CASES = [
    *(("activations", "points", name, getattr(f, name)) for name in VALUES["activations"]),
    *(("losses", "logits", name, loss) for name, loss in LOSSES.items()),
    *(("binary losses", "binary logits", name, loss) for name, loss in BINARY_LOSSES.items()),
]


@pytest.mark.parametrize("executor", ["eager", "reference", "native"])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-13), ("float32", 2e-6)])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case[2])
def test_value_and_gradient_are_those_of_pytorch(case, dtype, tolerance, executor):
    kind, points, name, function = case

    def both(x):
        y = function(x)
        return y, pc.grad(lambda x: function(x).sum())(x)

    x = pc.tensor(np.array(VALUES[points], dtype))
    y, dx = (both if executor == "eager" else pc.compile(both, executor=executor))(x)
    expected = VALUES[kind][name]
    assert y.dtype == dx.dtype == np.dtype(dtype)
    np.testing.assert_allclose(y.numpy(), expected["value"], rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(dx.numpy(), expected["gradient"], rtol=tolerance, atol=tolerance)


def test_every_function_with_a_torch_counterpart_is_compared():
    compared = set(VALUES["activations"]) | {"cross_entropy", "binary_cross_entropy"}
    by_hand = {
        "step",
        "max_abs_normalize",
        "mean_squared_error",
        "half_squared_error",
        "cross_entropy_from_probabilities",
        "binary_cross_entropy_from_probabilities",
    }
    # Compared with values of their own: see test_further_losses.py.
    further = {"binary_focal_loss", "focal_loss", "hinge_loss", "huber_loss", "kl_divergence"}
    further |= {"mean_absolute_error", "multiclass_hinge", "poisson_loss", "quantile_loss"}
    further |= {"batch_hard_triplet", "contrastive_loss", "ctc_loss", "gaussian_loss"}
    further |= {"triplet_loss", "length_mask", "masked_mean"}
    # Compared on a grid of their own: see test_grid.py.
    windows = {"conv_transpose", "convolution", "cross_correlation", "global_mean_pool", "im2col"}
    windows |= {"max_pool", "mean_pool", "sliding_windows"}
    # Compared inside attention layers: see nn/test_sequences.py.
    attention = {"scaled_dot_product_attention"}
    assert compared | by_hand | further | windows | attention == set(f.__all__)

"""What pictures show: their lines and labels, not their pixels."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn, plot
from pellucid.errors import OptionError, ShapeError

pytest.importorskip("matplotlib")


# ---- images ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: plot.activations(("rleu",)), OptionError, "Did you mean 'relu'"),
        (lambda: plot.layer_outputs(nn.init.Zeros(), "tnh"), OptionError, "Did you mean 'tanh'"),
        (lambda: plot.penalty_path([[1.0]], [1.0], [0.1], "ridg"), OptionError, "'ridge'"),
        (
            lambda: plot.penalty_path([[1.0]], [1.0, 2.0], [0.1]),
            ShapeError,
            r"x \(1, 1\), y \(2,\)",
        ),
        (lambda: plot.images(np.zeros((3, 64))), ShapeError, "rows of pixels need a reshape"),
        (lambda: plot.images(np.zeros((3, 2, 4, 4))), ShapeError, "1 or 3 channels"),
        (lambda: plot.images(np.zeros((3, 4, 4)), [1]), ShapeError, "1 labels for 3 images"),
        (
            lambda: plot.filters(nn.Linear(3, 4, rng=pc.Generator(seed=0))),
            ShapeError,
            r"a weight of shape \(3, 4\)",
        ),
    ],
)
def test_wrong_use_is_answered(make, error, says):
    with pytest.raises(error, match=says):
        make()

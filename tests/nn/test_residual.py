"""Ways round: what is added to what a module gives."""

import numpy as np
import pytest
from nn.sequence_cases import numbers

import pellucid as pc
from pellucid import nn
from pellucid.errors import ShapeError


@pytest.fixture
def rng():
    return pc.Generator(seed=0)


def test_a_way_round_is_added(rng):
    x = numbers((2, 3), 0).astype(np.float32)
    module, shortcut = nn.Linear(3, 4, rng=rng), nn.Linear(3, 4, rng=rng)
    expected = module(x).numpy() + shortcut(x).numpy()
    np.testing.assert_array_equal(nn.Residual(module, shortcut)(x).numpy(), expected)
    np.testing.assert_array_equal(nn.Residual(nn.Identity())(x).numpy(), 2 * x)
    with pytest.raises(ShapeError, match="do not broadcast"):
        nn.Residual(module)(x)

"""What one batch gave: the root mean square, the spread over samples, and units that are dead."""

import math

import numpy as np
import pytest
from linter.programs import net, points

from pellucid import functional as f
from pellucid.linter.looking import captured
from pellucid.linter.measured import measured, numbers_of


@pytest.mark.parametrize(
    ("array", "batch", "rms", "spread", "dead", "far"),
    [
        ([[3.0, 4.0], [3.0, 4.0]], 2, math.sqrt(12.5), 0.0, 0.0, 0.0),
        ([[0.0, 1.0], [0.0, -1.0]], 2, math.sqrt(0.5), 0.5, 0.5, 0.0),
        (
            [[5.0, 0.0], [-5.0, 0.0], [4.0, 0.0]],
            3,
            math.sqrt(11.0),
            math.sqrt(182 / 9) / 2,
            0.5,
            1 / 3,
        ),
        ([[1.0], [2.0], [3.0], [4.0]], 2, math.sqrt(7.5), 1.0, 0.0, 0.0),  # two rows a sample
    ],
)
def test_what_an_array_is_like(array, batch, rms, spread, dead, far):
    found = numbers_of(np.array(array), batch)
    assert (found.rms, found.spread) == pytest.approx((rms, spread), abs=1e-4)
    assert (found.dead, found.far) == pytest.approx((dead, far))


@pytest.mark.parametrize("array", [np.float64(2.0), np.full((3, 2), 2.0), np.full(1, 2.0)])
def test_where_samples_stand_elsewhere_there_is_no_spread(array):
    found = numbers_of(array, 2)
    assert found.rms == 2.0
    assert math.isnan(found.spread)


def test_nothing_has_no_size():
    assert numbers_of(np.zeros((0, 3)), 0).rms == 0.0


def test_a_batch_gives_loss_gradients_and_outputs():
    model, data = net().seeded(0), points(40)
    arrays = (data.features[:20], data.labels[:20])
    found = measured(captured(model, f.cross_entropy, arrays, model.parameters(), training=True))
    outputs = model(arrays[0])
    assert found.loss == pytest.approx(f.cross_entropy(outputs, arrays[1]).item(), rel=1e-6)
    np.testing.assert_allclose(found.outputs[0], outputs.numpy(), rtol=1e-5)
    loss = f.cross_entropy(model(arrays[0]), arrays[1])
    loss.backward()
    for name, parameter in model.parameters().items():
        expected = np.sqrt(np.mean(parameter.grad.numpy().astype(float) ** 2))
        assert found.gradients[name].rms == pytest.approx(expected, rel=1e-4), name

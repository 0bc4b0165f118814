"""Pictures of pictures: samples with labels, and filters that a layer has learned."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn, plot
from pellucid.functional import mean_squared_error


def test_images_stand_in_a_grid_with_their_labels():
    batch = np.random.default_rng(0).random((11, 1, 4, 5))
    figure = plot.images(pc.tensor(batch), range(11))
    shown = [axes for axes in figure.axes if axes.images]
    assert len(shown) == 11
    assert [axes.get_title() for axes in shown] == [str(i) for i in range(11)]
    np.testing.assert_allclose(shown[3].images[0].get_array(), batch[3, 0])
    colour = plot.images(np.zeros((2, 3, 4, 5))).axes[0]
    assert colour.images[0].get_array().shape == (4, 5, 3)


def test_a_layer_that_learns_the_vertical_edge_shows_it():
    rng = np.random.default_rng(0)
    x = pc.tensor(rng.random((64, 1, 6, 6)).astype(np.float32))
    edge = np.array([[1, 0, -1]] * 3, np.float32)
    wanted = pc.functional.cross_correlation(x, pc.tensor(edge[None, None]))
    layer = nn.Conv2d(1, 1, 3, rng=pc.Generator(seed=0))
    descent = pc.optim.Adam(layer.parameters(), 0.05)

    @pc.compile
    def step(_):
        loss = mean_squared_error(layer(x), wanted)
        descent.minimize(loss)
        return loss

    step.loop(np.zeros(400))
    (axes,) = plot.filters(layer).axes
    np.testing.assert_allclose(axes.images[0].get_array(), edge, atol=0.01)
    assert axes.images[0].get_clim() == pytest.approx((-1.0, 1.0), abs=0.01)

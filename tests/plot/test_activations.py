"""Pictures of activations, and of signals through layers."""

import numpy as np

from pellucid import nn, plot


def test_step_and_sigmoid_go_from_minus_5_to_5_by_a_tenth():
    step, sigmoid = plot.activations(("step", "sigmoid")).axes
    (line,) = step.lines
    np.testing.assert_allclose(line.get_xdata(), np.arange(101) / 10 - 5)
    assert line.get_ydata().tolist() == [0.0] * 51 + [1.0] * 50
    curve, slope = (line.get_ydata() for line in sigmoid.lines)
    np.testing.assert_allclose(slope, curve * (1 - curve), rtol=1e-6)
    assert step.get_ylim() == sigmoid.get_ylim() == (-0.1, 1.1)


def test_every_activation_is_drawn_with_its_derivative():
    figure = plot.activations(("tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus"))
    for axes in figure.axes:
        curve, slope = (line.get_ydata() for line in axes.lines)
        inside = np.gradient(curve, 0.1)[1:-1]
        away = np.abs(np.arange(-4.9, 4.95, 0.1)) > 0.15  # from the kinks at 0
        np.testing.assert_allclose(slope[1:-1][away], inside[away], atol=0.01)
    assert [axes.get_title() for axes in figure.axes][2] == "leaky relu"


def test_histograms_have_30_bins_for_each_layer_and_start():
    figure = plot.start_histograms("sigmoid")
    assert len(figure.axes) == 4 * 5
    for axes in figure.axes:
        assert len(axes.patches) == 30
        assert sum(patch.get_height() for patch in axes.patches) == 1000 * 100
    titles = [axes.get_title() for axes in figure.axes]
    assert titles[0].startswith("layer 1: std 0.4")  # normal with 1: at both ends
    assert titles[6].startswith("layer 2: std 0.01")  # with 0.01: all alike


def test_sigmoids_with_large_weights_pile_up_at_both_ends():
    out = plot.layer_outputs(nn.init.Normal(1.0), "sigmoid")[4]
    counts, _ = np.histogram(out, 30, (0.0, 1.0))
    assert min(counts[0], counts[-1]) > 10 * counts[10:20].max()


def test_outputs_have_the_shapes_that_were_asked_for():
    found = plot.layer_outputs(nn.init.HeNormal(), "relu", layers=3, units=7, samples=11)
    assert [out.shape for out in found] == [(11, 7)] * 3

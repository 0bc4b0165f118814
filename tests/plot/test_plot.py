"""What pictures show: their lines and labels, not their pixels."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn, plot
from pellucid.errors import OptionError, ShapeError
from pellucid.functional import mean_squared_error

pytest.importorskip("matplotlib")


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


# ---- penalties ---------------------------------------------------------------------------


def sparse():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 4))
    return x, x @ [3.0, -2.0, 0.5, 0.0] + 0.3 * rng.normal(size=60)


def test_the_path_of_the_lasso_is_scikit_learns():
    linear = pytest.importorskip("sklearn.linear_model")
    x, y = sparse()
    penalties = np.array([2.0, 0.5, 0.1, 0.01])
    _, expected, _ = linear.lasso_path(x, y, alphas=penalties, tol=1e-10)
    found = plot.penalty_path(x, y, penalties)
    np.testing.assert_allclose(found, expected.T, atol=1e-7)
    assert (found == 0).sum(axis=1).tolist() == (expected.T == 0).sum(axis=1).tolist()


def test_the_path_of_ridge_is_its_closed_form():
    x, y = sparse()
    penalties = [0.0, 0.1, 3.0]
    found = plot.penalty_path(x, y, penalties, "ridge")
    for penalty, weights in zip(penalties, found, strict=True):
        exact = np.linalg.solve(x.T @ x / 60 + penalty * np.eye(4), x.T @ y / 60)
        np.testing.assert_allclose(weights, exact, atol=1e-9)
    assert (found != 0).all()


def test_the_paths_of_both_are_drawn_for_every_weight():
    figure = plot.penalty_paths(*sparse(), penalties=[0.01, 0.1, 10.0])
    lasso, ridge = figure.axes
    assert len(lasso.lines) == len(ridge.lines) == 4
    assert [line.get_ydata()[-1] for line in lasso.lines] == [0.0] * 4
    assert all(line.get_ydata()[-1] != 0.0 for line in ridge.lines)


def test_the_diamond_is_touched_at_a_corner_and_the_circle_is_not():
    l1, l2 = plot.penalty_balls().axes
    corner, round_ = (axes.lines[1].get_xydata()[0] for axes in (l1, l2))
    np.testing.assert_allclose(corner, [1.0, 0.0], atol=1e-9)
    assert min(abs(round_)) > 0.3
    assert np.hypot(*round_) == pytest.approx(1.0, abs=0.02)


# ---- images ------------------------------------------------------------------------------


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

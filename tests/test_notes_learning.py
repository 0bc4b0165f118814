"""What the study notes teach about learning, where no other test holds it."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

import pellucid as pc
from pellucid import functional, measures, nn
from pellucid.models import Perceptron, Xor

# ---- activations -------------------------------------------------------------------------


def test_derivatives_of_activations_are_the_formulas_of_the_notes():
    x = np.linspace(-4.0, 4.0, 81) + 0.013
    slope = {
        f: pc.vjp(f, x)[1](np.ones_like(x))[0].numpy()
        for f in (functional.sigmoid, functional.tanh, functional.relu, functional.leaky_relu)
    }
    a, g = functional.sigmoid(x).numpy(), functional.tanh(x).numpy()
    np.testing.assert_allclose(slope[functional.sigmoid], a * (1 - a), atol=1e-14)
    np.testing.assert_allclose(slope[functional.tanh], 1 - g**2, atol=1e-14)
    assert slope[functional.relu].tolist() == np.where(x > 0, 1.0, 0.0).tolist()
    assert slope[functional.leaky_relu].tolist() == np.where(x > 0, 1.0, 0.01).tolist()


def test_the_slope_of_a_sigmoid_is_a_quarter_at_most_and_fades_on_both_sides():
    slope = pc.grad(functional.sigmoid)
    assert slope(0.0).item() == 0.25
    assert slope(5.0).item() < 0.007
    assert slope(-5.0).item() < 0.007


@pytest.mark.parametrize(
    ("activation", "low", "high"), [(functional.sigmoid, 0, 1), (functional.tanh, -1, 1)]
)
def test_ends_of_the_range_are_approached_and_not_reached(activation, low, high):
    y = activation(np.array([-15.0, -10.0, 0.0, 10.0, 15.0])).numpy()
    assert ((y > low) & (y < high)).all()
    assert y[0] == pytest.approx(low, abs=1e-6)
    assert y[-1] == pytest.approx(high, abs=1e-6)


def test_log_odds_of_a_sigmoid_are_its_input():
    z = np.linspace(-6.0, 6.0, 25)
    a = functional.sigmoid(z).numpy()
    np.testing.assert_allclose(np.log(a / (1 - a)), z, atol=1e-12)


def test_three_linear_activations_are_one_with_the_cube_of_the_slope():
    c, x = 3.0, pc.tensor(np.array([-2.0, 0.5]))
    assert (c * (c * (c * x))).tolist() == (c**3 * x).tolist()


# ---- losses ------------------------------------------------------------------------------


def test_the_loss_is_minus_the_logarithm_of_the_likelihood():
    z, y = np.array([0.3, -1.2, 2.0]), np.array([1.0, 0.0, 1.0])
    a = functional.sigmoid(z).numpy()
    likelihood = np.prod(a**y * (1 - a) ** (1 - y))
    loss = functional.binary_cross_entropy(z, y, reduction="sum").item()
    assert math.exp(-loss) == pytest.approx(likelihood)


def test_accuracy_is_flat_where_the_loss_still_has_a_slope():
    x, t = np.array([[1.0, 2.0], [2.0, -1.0], [-1.0, 0.5]]), np.array([1, 0, 1])
    w = np.array([[0.3, -0.4], [-0.2, 0.5]])

    def accuracy(w):
        return measures.accuracy(t, (x @ np.asarray(w)).argmax(axis=1))

    assert not pc.numerical_gradient(accuracy, w).any()
    loss = pc.numerical_gradient(lambda w: functional.cross_entropy(pc.tensor(x) @ w, t), w)
    assert np.abs(loss).min() > 1e-3


# ---- descent -----------------------------------------------------------------------------


def descend(learning_rate, steps=100):
    w = pc.Parameter(np.array([-3.0, 4.0]))
    optimizer = pc.optim.SGD({"w": w}, learning_rate)
    for _ in range(steps):
        optimizer.minimize((w * w).sum())
    return w.numpy()


def test_a_learning_rate_can_be_right_too_large_or_too_small():
    assert descend(0.1) == pytest.approx([-6.1110793e-10, 8.1481391e-10], rel=1e-6)
    assert np.abs(descend(10.0)).min() > 1e100
    assert descend(1e-10) == pytest.approx([-2.99999994, 3.99999992], abs=5e-9)


def test_too_much_l2_underfits():
    numbers = np.random.default_rng(0)
    x = numbers.normal(size=(40, 3))
    t = x @ [[1.0], [-2.0], [0.5]]
    left = {}
    for l2 in (0.0, 0.01, 10.0, 1000.0):
        w = pc.Parameter(np.zeros((3, 1)))
        optimizer = pc.optim.SGD({"w": w}, 0.2 / (1.0 + l2), l2=l2)
        for _ in range(300):
            optimizer.minimize(functional.half_squared_error(pc.tensor(x) @ w, t))
        left[l2] = np.linalg.norm(w.numpy()), functional.half_squared_error(x @ w.numpy(), t).item()
    sizes, losses = zip(*left.values(), strict=True)
    assert list(sizes) == sorted(sizes, reverse=True)
    assert list(losses) == sorted(losses)
    assert sizes[-1] < 0.01
    assert losses[-1] > 0.9 * functional.half_squared_error(0 * t, t).item()


def test_l2_is_a_normal_prior_and_l1_a_laplace_prior():
    w, strength = np.array([0.7, -1.3, 0.2]), 0.4
    normal = stats.norm(scale=strength**-0.5).logpdf
    laplace = stats.laplace(scale=1 / strength).logpdf
    penalties = {"l2": normal, "l1": laplace}
    for option, prior in penalties.items():
        parameter = pc.Parameter(w.reshape(3, 1))
        optimizer = pc.optim.SGD({"w": parameter}, 1.0, **{option: strength})
        optimizer.apply({"w": pc.zeros((3, 1), dtype="float64")})
        uphill = (prior(w + 1e-6) - prior(w - 1e-6)) / 2e-6
        np.testing.assert_allclose(parameter.numpy().ravel(), w + uphill, atol=1e-8)


def test_small_weights_make_tanh_nearly_linear():
    x = np.random.default_rng(0).normal(size=(50, 4))

    def bend(scale):
        z = x @ np.full((4, 1), scale)
        return np.abs(functional.tanh(z).numpy() - z).max() / np.abs(z).max()

    assert bend(1.0) > 0.5
    assert bend(0.01) < 1e-3


def test_on_a_plateau_descent_hardly_moves():
    w = pc.Parameter(np.array([-20.0]))
    optimizer = pc.optim.SGD({"w": w}, 1.0)
    for _ in range(100):
        optimizer.minimize(-functional.sigmoid(w).sum())
    assert w.item() == pytest.approx(-20.0, abs=1e-5)


def test_minus_the_gradient_points_down_and_the_gradient_up():
    def height(w):
        return (w * w * pc.tensor(np.array([0.05, 1.0]))).sum()

    w = np.array([-7.0, 2.0])
    g = pc.grad(height)(w).numpy()
    assert height(pc.tensor(w + 1e-3 * g)).item() > height(pc.tensor(w)).item()
    assert height(pc.tensor(w - 1e-3 * g)).item() < height(pc.tensor(w)).item()


def test_a_saddle_has_no_slope_and_is_no_minimum():
    def saddle(w):
        return w[0] * w[0] - w[1] * w[1]

    assert pc.grad(saddle)(np.zeros(2)).tolist() == [0.0, 0.0]
    assert pc.hessian(saddle)(np.zeros(2)).tolist() == [[2.0, 0.0], [0.0, -2.0]]


def test_scaling_the_weights_before_batch_norm_changes_nothing():
    x = pc.Generator(seed=0).normal(0.0, 1.0, (50, 4), "float64")
    w = pc.Generator(seed=1).normal(0.0, 1.0, (4, 3), "float64")
    norm = nn.BatchNorm(3, eps=1e-12, dtype="float64")
    np.testing.assert_allclose(norm(x @ w).numpy(), norm(x @ (w * 7.0)).numpy(), atol=1e-9)


# ---- depth -------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 3, 5, 8])
def test_one_hidden_layer_of_n_thresholds_is_enough_for_parity(n):
    x = np.array(list(itertools.product((0.0, 1.0), repeat=n)))
    hidden = [Perceptron.by_hand([1.0] * n, 0.5 - k)(x) for k in range(1, n + 1)]
    signs = [1.0 if k % 2 == 0 else -1.0 for k in range(n)]
    output = Perceptron.by_hand(signs, -0.5)(pc.stack(hidden, axis=-1))
    assert output.tolist() == (x.sum(axis=1) % 2).tolist()


def test_parity_of_eight_takes_seven_gates_in_three_levels():
    gate, gates, levels = Xor(), 0, 0
    wires = np.array(list(itertools.product((0.0, 1.0), repeat=8)))
    expected = wires.sum(axis=1) % 2
    while wires.shape[1] > 1:
        pairs = [wires[:, i : i + 2] for i in range(0, wires.shape[1], 2)]
        wires = np.stack([gate(pair).numpy() for pair in pairs], axis=1)
        gates, levels = gates + len(pairs), levels + 1
    assert wires[:, 0].tolist() == expected.tolist()
    assert (gates, levels) == (8 - 1, math.log2(8))

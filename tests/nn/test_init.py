"""Initial values: their spread, what they do to signals, and what is refused."""

import math

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f
from pellucid.errors import OptionError, ShapeError
from pellucid.nn import init

SHAPE = (300, 200)
SPREADS = {
    init.Normal(): 0.01,
    init.Normal(1.0): 1.0,
    init.Uniform(0.3): 0.3 / math.sqrt(3),
    init.XavierNormal(): math.sqrt(2 / 500),
    init.XavierUniform(): math.sqrt(2 / 500),
    init.LeCunNormal(): 1 / math.sqrt(300),
    init.LeCunUniform(): 1 / math.sqrt(300),
    init.HeNormal(): math.sqrt(2 / 300),
    init.HeUniform(): math.sqrt(2 / 300),
    init.Orthogonal(): 1 / math.sqrt(300),
}


def drawn(rule, shape=SHAPE, seed=0, dtype="float64"):
    return rule(shape, pc.Generator(seed), dtype).numpy()


@pytest.mark.parametrize("rule", SPREADS, ids=repr)
def test_mean_and_spread_are_those_of_the_rule(rule):
    w = drawn(rule)
    assert w.std() == pytest.approx(SPREADS[rule], rel=0.02)
    assert abs(w.mean()) < 0.02 * SPREADS[rule]


@pytest.mark.parametrize(
    ("rule", "limit"),
    [
        (init.Uniform(0.3), 0.3),
        (init.XavierUniform(), math.sqrt(6 / 500)),
        (init.LeCunUniform(), math.sqrt(3 / 300)),
        (init.HeUniform(), math.sqrt(6 / 300)),
    ],
)
def test_uniform_rules_reach_their_limits_and_stay_inside(rule, limit):
    largest = np.abs(drawn(rule)).max()
    assert 0.99 * limit < largest <= limit


@pytest.mark.parametrize("rule", [*SPREADS, init.Zeros(), init.Constant(0.5)], ids=repr)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_shape_dtype_and_seed_decide_the_values(rule, dtype):
    w = rule((3, 4), pc.Generator(1), dtype)
    assert (w.shape, w.dtype) == ((3, 4), np.dtype(dtype))
    assert w.tolist() == rule((3, 4), pc.Generator(1), dtype).tolist()


def test_constants_need_no_generator():
    assert init.Zeros()((2,), None).tolist() == [0.0, 0.0]
    assert init.Constant(0.5)((2,), None).tolist() == [0.5, 0.5]


@pytest.mark.parametrize("shape", [(4, 7), (7, 4), (5, 5), (6, 2, 3, 3)])
def test_an_orthogonal_matrix_keeps_lengths(shape):
    w = drawn(init.Orthogonal(gain=2.0), shape).reshape(shape[0], -1)
    gram = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    np.testing.assert_allclose(gram, 4.0 * np.eye(len(gram)), atol=1e-12)


def test_an_orthogonal_matrix_has_no_preferred_signs():
    corners = [drawn(init.Orthogonal(), (3, 3), seed)[0, 0] for seed in range(60)]
    assert 18 <= sum(corner > 0.0 for corner in corners) <= 42


def test_fans_of_dense_and_convolution_weights():
    assert init.fan((784, 50)) == (784, 50)
    assert init.fan((16, 3, 5, 5)) == (75, 400)
    w = drawn(init.HeNormal(), (64, 32, 3, 3))
    assert w.std() == pytest.approx(math.sqrt(2 / (32 * 9)), rel=0.02)


@pytest.mark.parametrize("rule", [init.HeNormal(), init.Orthogonal()], ids=repr)
def test_a_weight_that_connects_nothing_is_refused(rule):
    with pytest.raises(ShapeError, match=r"fan: shape \(3,\)\. A weight that connects"):
        drawn(rule, (3,))


def test_a_random_rule_without_a_generator_is_refused():
    with pytest.raises(OptionError, match=r"HeNormal\(\): no rng\. .* pass rng=pellucid"):
        init.HeNormal()((2, 2), None)


# ---- the experiments of the notes: 1000 samples through 5 layers of 100 units --------------


def spreads(rule, activation):
    rng = pc.Generator(0)
    x = rng.normal(0.0, 1.0, (1000, 100))
    found = []
    for _ in range(5):
        x = activation(x @ rule((100, 100), rng))
        found.append(float(x.numpy().std()))
    return found, x.numpy()


def test_sigmoids_saturate_with_spread_1():
    found, last = spreads(init.Normal(1.0), f.sigmoid)
    assert all(0.42 < std < 0.48 for std in found)
    assert ((last < 0.05) | (last > 0.95)).mean() > 0.6


def test_sigmoids_gather_round_a_half_with_spread_a_hundredth():
    found, last = spreads(init.Normal(0.01), f.sigmoid)
    assert all(std < 0.03 for std in found)
    assert last.mean() == pytest.approx(0.5, abs=0.02)


def test_sigmoids_stay_spread_with_one_over_the_root_of_the_inputs():
    found, _ = spreads(init.LeCunNormal(), f.sigmoid)
    assert all(0.09 < std < 0.23 for std in found)


def test_relu_dies_with_a_hundredth_fades_with_xavier_and_lives_with_he():
    hundredth, _ = spreads(init.Normal(0.01), f.relu)
    fading, _ = spreads(init.LeCunNormal(), f.relu)
    living, _ = spreads(init.HeNormal(), f.relu)
    assert hundredth[3] < 1e-4
    assert fading[0] == pytest.approx(0.59, abs=0.04)
    assert fading[4] < 0.3 * fading[0]
    assert 0.6 < living[4] / living[0] < 1.4


def test_equal_weights_stay_equal_however_long_they_learn():
    w = pc.Parameter(init.Constant(0.1)((4, 3), None))
    out = pc.Parameter(init.Constant(0.2)((3, 1), None))
    x = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
    optimizer = pc.optim.SGD({"w": w, "out": out}, 0.1)
    for _ in range(10):
        optimizer.minimize(f.mean_squared_error(f.tanh(x @ w) @ out, x[:, :1]))
    assert np.ptp(w.value.numpy(), axis=1).max() < 1e-7
    assert np.ptp(w.value.numpy(), axis=0).min() > 1e-3

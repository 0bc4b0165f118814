"""Second derivatives of losses and activations: inside their pieces, and where pieces meet."""

import math

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f
from pellucid.executors import EXECUTORS


def second(function, x, executor):
    """The second derivative of a function of one number, at several."""

    def slope(x):
        return pc.grad(lambda z: function(z).sum())(x)

    bend = pc.compile(pc.grad(lambda z: slope(z).sum()), executor=executor)
    return bend(np.array(x, np.float64)).numpy()


def loss(kind, target=0.0, **options):
    return lambda x: kind(x, pc.full(x.shape, target, dtype=x.dtype), reduction="sum", **options)


SIGMOID = 1.0 / (1.0 + math.exp(-1.0))
CASES = {
    # function, places, second derivatives by hand
    "huber": (loss(f.huber_loss), [0.0, -0.5, 0.9, 2.0, -3.0], [1, 1, 1, 0, 0]),
    "huber at delta": (loss(f.huber_loss, delta=2.0), [2.0, -2.0, 2.01], [1, 1, 0]),
    "squares": (loss(f.mean_squared_error), [0.0, 3.0], [2, 2]),
    "half squares": (loss(f.half_squared_error), [0.0, 3.0], [1, 1]),
    "sizes": (loss(f.mean_absolute_error), [0.0, 2.0], [0, 0]),
    "quantile": (loss(f.quantile_loss, quantile=0.3), [0.0, -1.0, 2.0], [0, 0, 0]),
    "poisson": (loss(f.poisson_loss, 3.0), [0.0, 1.0], [1, math.e]),
    "hinge": (loss(f.hinge_loss, 1.0), [0.0, 1.0, 2.0], [0, 0, 0]),
    "binary": (loss(f.binary_cross_entropy, 1.0), [0.0, 1.0], [0.25, SIGMOID * (1 - SIGMOID)]),
    "softplus": (f.softplus, [0.0, 1.0, -1.0], [0.25, *[SIGMOID * (1 - SIGMOID)] * 2]),
    "log_sigmoid": (f.log_sigmoid, [0.0, 1.0], [-0.25, -SIGMOID * (1 - SIGMOID)]),
    "silu": (f.silu, [0.0], [0.5]),
    "gelu": (f.gelu, [0.0], [2.0 / math.sqrt(2.0 * math.pi)]),
    "gelu_tanh": (f.gelu_tanh, [0.0], [math.sqrt(2.0 / math.pi)]),
    "elu": (f.elu, [0.0, -1.0, 1.0], [1, math.exp(-1), 0]),
    "relu": (f.relu, [0.0, 1.0, -1.0], [0, 0, 0]),
    "leaky_relu": (f.leaky_relu, [0.0, 1.0], [0, 0]),
    "tanh": (f.tanh, [0.0, 1.0], [0, -2 * math.tanh(1) * (1 - math.tanh(1) ** 2)]),
    "sigmoid": (f.sigmoid, [0.0], [0]),
    "square": (lambda x: x**2.0, [0.0, -3.0], [2, 2]),
    "cube": (lambda x: x**3.0, [0.0, -3.0], [0, -18]),
    "standard deviation": (lambda x: pc.stack([x, -x]).std(axis=0), [1.0, -2.0], [0, 0]),
    "logarithm of a sum": (
        lambda x: f.logsumexp(pc.stack([x, x * 0.0]), axis=0),
        [0.0, 1.0],
        [0.25, SIGMOID * (1 - SIGMOID)],
    ),
    "softmax": (lambda x: f.softmax(pc.stack([x, x * 0.0]), axis=0)[0], [0.0], [0]),
}


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("name", CASES)
def test_second_derivatives_are_those_by_hand(name, executor):
    function, places, expected = CASES[name]
    np.testing.assert_allclose(second(function, places, executor), expected, rtol=1e-12, atol=1e-15)


def test_the_hessian_of_a_huber_loss_that_is_0_is_that_of_squares():
    hessian = pc.hessian(lambda x: f.huber_loss(x, [1.0, 2.0], reduction="sum"))(
        pc.tensor([1.0, 2.0])
    )
    np.testing.assert_array_equal(hessian.numpy(), np.eye(2))


@pytest.mark.parametrize("x", [math.inf, -math.inf])
def test_an_infinite_distance_has_an_infinite_huber_loss_and_a_finite_slope(x):
    slope = pc.grad(loss(f.huber_loss, delta=2.0))(pc.tensor([x]))
    assert loss(f.huber_loss)(pc.tensor([x])).item() == math.inf
    assert slope.item() == math.copysign(2.0, x)

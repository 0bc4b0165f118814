"""With products in bfloat16 all else is float32: sums, losses, norms, rates, draws, masters."""

import math

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional, nn, optim
from pellucid.executors import EXECUTORS, NAMES

COUNT = 4097  # of ones: bfloat16 would stop at 256, and has not this number itself
LOGITS = 65520  # equal ones: their sum is beyond half precision


def ones(*shape):
    return np.ones(shape, np.float32)


def half(function, executor):
    return pc.compile(function, executor=executor, precision="bfloat16")


SUMS = {
    "a sum": (lambda x: x.sum(), ones(COUNT)),
    "over rows": (lambda x: x.sum(axis=0)[0], ones(COUNT, 3)),
    "a mean": (lambda x: x.mean() * float(COUNT), ones(COUNT)),
    "a cumulative sum": (lambda x: x.cumulative_sum(axis=0)[-1], ones(COUNT)),
    "what is scattered": (
        lambda x: x.scatter_add(np.zeros(COUNT, np.int64), axis=0, size=2)[0],
        ones(COUNT),
    ),
    "a product": (lambda x: (x @ x.mT)[0, 0], ones(2, COUNT)),
    "a product of many rows": (lambda x: (x @ x.mT)[20, 7], ones(33, COUNT)),
    "a convolution": (
        lambda x: functional.cross_correlation(x, x)[0, 0, 0],
        ones(1, 1, COUNT),
    ),
}


@pytest.mark.parametrize("executor", NAMES)
@pytest.mark.parametrize("name", SUMS)
def test_sums_of_every_kind_are_float32(name, executor):
    function, x = SUMS[name]
    assert half(function, executor)(x).item() == COUNT


@pytest.mark.parametrize("executor", EXECUTORS)
def test_embeddings_that_are_asked_for_often_gather_all_their_slopes(executor):
    ids = np.zeros(COUNT, np.int64)
    slope = half(pc.grad(lambda table: table.take(ids, axis=0).sum()), executor)
    assert slope(ones(3, 2)).numpy().tolist() == [[COUNT, COUNT], [0, 0], [0, 0]]


@pytest.mark.parametrize("executor", EXECUTORS)
def test_many_equal_logits_have_a_finite_loss_and_slopes(executor):
    """The sum of exponentials is float32 up to its logarithm."""
    x, target = ones(2, 4), np.array([0, 7])

    def loss(w):
        return functional.cross_entropy(pc.tensor(x) @ w, target)

    value, slope = half(pc.value_and_grad(loss), executor)(2.0 * ones(4, LOGITS))
    assert value.item() == pytest.approx(math.log(LOGITS), rel=1e-6)
    assert np.isfinite(slope.numpy()).all()
    others = np.delete(slope.numpy(), [0, 7], axis=1)
    # The slope of a logit is its probability: rounded as the operand of a product, 2^-8.
    np.testing.assert_allclose(others, 1.0 / LOGITS, rtol=2.0**-8)


def stepped(make, gradient, executor, steps=3):
    """A weight after some steps whose gradient is given: no product is in it."""
    model = nn.Linear(gradient.shape[0], gradient.shape[1], bias=False).seeded(0)
    optimizer = make(model.parameters())

    def step(g):
        optimizer.minimize((model.weight * g).sum())
        return model.weight * 1.0

    step = half(step, executor)
    for _ in range(steps):
        found = step(gradient).numpy()
    return nn.Linear(*gradient.shape, bias=False).seeded(0).weight.numpy(), found


@pytest.mark.parametrize("executor", EXECUTORS)
def test_rates_of_decay_near_1_are_float32(executor):
    """In bfloat16 0.999 is 1: squares would be added up, or the correction divide by 0."""
    gradient = np.full((2, 3), 0.5, np.float32)
    before, after = stepped(lambda w: optim.Adam(w, 0.01), gradient, executor)
    # Of an equal gradient each step of Adam is the learning rate.
    np.testing.assert_allclose(before - after, 0.03, rtol=1e-4)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_norms_for_clipping_are_float32(executor):
    gradient = ones(1, COUNT) * 2.0
    norm = 2.0 * math.sqrt(COUNT)

    def make(parameters):
        return optim.SGD(parameters, 1.0, clip=optim.ByGlobalNorm(1.0))

    before, after = stepped(make, gradient, executor, steps=1)
    np.testing.assert_allclose(before - after, 2.0 / norm, rtol=1e-4)


def has_lower_bits(x):
    return bool((np.asarray(x, np.float32).view(np.uint32) & 0xFFFF).any())


@pytest.mark.parametrize("executor", EXECUTORS)
def test_random_numbers_are_drawn_in_float32(executor):
    drawn = {}
    for precision in ("float32", "bfloat16"):
        rng = pc.Generator(7)
        draw = pc.compile(
            lambda rng=rng: rng.normal(0.0, 1.0, (50,)), executor=executor, precision=precision
        )
        drawn[precision] = draw().numpy()
    np.testing.assert_array_equal(drawn["float32"], drawn["bfloat16"])
    assert has_lower_bits(drawn["bfloat16"])


@pytest.mark.parametrize("executor", EXECUTORS)
def test_initial_values_and_master_weights_are_float32(executor):
    """Small steps are not lost: 0.25 and 2^-12 of it have no sum in bfloat16."""
    weight = np.full((4, 4), 0.25, np.float32)
    model = nn.Linear(4, 4, bias=False)
    model.weight.assign(pc.tensor(weight))
    optimizer = optim.SGD(model.parameters(), 2.0**-14)

    def step(x):
        optimizer.minimize(model(x).sum())
        return model.weight * 1.0

    found = half(step, executor)(ones(1, 4)).numpy()
    np.testing.assert_array_equal(found, weight - 2.0**-14)
    assert has_lower_bits(nn.Linear(4, 4).seeded(0).weight.numpy())


@pytest.mark.parametrize("executor", EXECUTORS)
def test_statistics_of_batch_norm_are_float32(executor):
    x = 300.0 + np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
    norm = nn.BatchNorm(3)
    y = half(norm, executor)(x).numpy()
    wide = x.astype(np.float64)
    np.testing.assert_allclose(y, (wide - wide.mean(0)) / wide.std(0), rtol=1e-3, atol=1e-3)

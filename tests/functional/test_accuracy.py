"""Activations keep their digits over the whole range of floats, and so do their slopes."""

import numpy as np
import pytest
from functional.exact import BOUNDS, EXACT, numbers, worst

import pellucid as pc
from pellucid import functional as f
from pellucid.executors import EXECUTORS

SOFTMAX = 12.0  # roundings, beside those of the sum and of the distance from the largest
STEP = 262_139  # every so manyth of all float32; benchmarks/numerics.py takes more


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("name", EXACT)
def test_values_slopes_and_bends_of_activations_keep_their_digits(name, executor):
    found = worst(name, executor, numbers(STEP))
    for (error, place), bound in zip(found, BOUNDS[name], strict=True):
        assert error <= bound, f"{error} roundings at {place}"


# Worked out with 30 digits by mpmath, where the plain formulas have none left.
VALUES = [
    (f.silu, -88.0, -5.3280497e-37),
    (f.gelu, -6.0, -5.9195258e-09),
    (f.gelu, -12.0, -2.1317785e-32),
    (f.gelu_tanh, -6.0, -8.4396467e-11),
    (pc.grad(f.elu), -20.0, 2.0611536e-09),
    (pc.grad(f.sigmoid), 20.0, 2.0611536e-09),
    (pc.grad(f.sigmoid), -80.0, 1.8048514e-35),
    (pc.grad(pc.grad(f.sigmoid)), 20.0, -2.0611536e-09),
    (pc.grad(f.tanh), -0.01, 0.99990001),
    (pc.grad(f.gelu), -6.0, -3.5468709e-08),
    (pc.grad(f.silu), -60.0, -5.1663413e-25),
    (pc.grad(lambda x: x.expm1()), -30.0, 9.3576230e-14),
    (pc.grad(lambda x: x.erf()), 8.0, 1.8097068e-28),
    (lambda z: f.binary_cross_entropy(z, 1.0), 20.0, 2.0611536e-09),
    (pc.grad(lambda z: f.binary_cross_entropy(z, 1.0)), 20.0, -2.0611536e-09),
    (pc.grad(lambda z: f.binary_cross_entropy(z, 0.0)), -20.0, 2.0611536e-09),
]


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize(("function", "x", "expected"), VALUES)
def test_the_tails_of_activations_are_right(function, x, expected, executor):
    found = pc.compile(function, executor=executor)(np.float32(x)).item()
    assert found == pytest.approx(expected, rel=2e-5 if function is f.gelu_tanh else 1e-6)


def test_functions_of_float64_keep_their_digits_too():
    x = pc.tensor(np.array([-20.0, -6.0, -5.0]))
    y, pull = pc.vjp(f.gelu, x)
    exact = [-5.5072482372124674e-88, -5.9195258702261888e-9, -1.4332578593959696e-6]
    np.testing.assert_allclose(y.numpy(), exact, rtol=2e-15)
    assert pull(np.ones(3))[0].numpy()[1] == pytest.approx(-3.5468709453902015e-8, rel=2e-15)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_the_logarithm_of_a_sum_near_1_keeps_its_digits(executor):
    rows = np.array([[0.0, -20.0, -30.0], [0.0, -80.0, -1e30], [3.0, 3.0, -30.0]], np.float32)
    both = pc.compile(lambda x: (f.logsumexp(x), f.log_softmax(x)), executor=executor)
    total, logs = (y.numpy() for y in both(rows))
    exact = np.array([2.0612472e-09, 1.8048514e-35, 3.6931472])
    np.testing.assert_allclose(total, exact, rtol=1e-6)
    expected = rows - exact[:, None]
    expected[:2, 0] = -exact[:2]
    np.testing.assert_allclose(logs, expected, rtol=1e-6)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_softmax_errs_by_what_the_distance_from_the_largest_costs(executor):
    x = np.random.default_rng(0).normal(0.0, 20.0, (500, 30)).astype(np.float32)
    found = pc.compile(f.softmax, executor=executor)(x).numpy()
    distance = x.max(axis=1, keepdims=True) - x.astype(np.float64)
    exact = np.exp(-distance)
    exact /= exact.sum(axis=1, keepdims=True)
    bound = (distance + SOFTMAX + 30.0) * 2.0**-24
    normal = exact > 2.0**-126
    assert np.max((np.abs(found - exact) / exact / bound)[normal]) <= 1.0


@pytest.mark.parametrize("executor", EXECUTORS)
def test_an_infinite_logit_has_an_infinite_logarithm_of_a_sum(executor):
    rows = np.array([[np.inf, 0.0], [-np.inf, -np.inf], [0.0, -np.inf], [np.nan, 0.0]], np.float32)
    found = pc.compile(f.logsumexp, executor=executor)(rows).numpy()
    assert np.array_equal(found, [np.inf, -np.inf, 0.0, np.nan], equal_nan=True)


RNG = np.random.default_rng(0)
Z, ROWS = RNG.normal(0.0, 5.0, 3000), RNG.normal(0.0, 5.0, (300, 10))
PART, YES, IDS = RNG.random(3000), RNG.integers(0, 2, 3000), RNG.integers(0, 10, 300)
OTHERS = RNG.normal(0.0, 5.0, (300, 10))


def divergence(x, t, **options):
    return f.kl_divergence(f.log_softmax(x), f.log_softmax(t), **options)


LOSSES = [
    (f.mean_squared_error, Z, PART),
    (f.half_squared_error, ROWS, OTHERS),
    (f.mean_absolute_error, Z, PART),
    (f.huber_loss, Z, PART),
    (f.quantile_loss, Z, PART),
    (f.hinge_loss, Z, YES),
    (f.multiclass_hinge, ROWS, IDS),
    (f.cross_entropy, ROWS, IDS),
    (f.cross_entropy, ROWS, RNG.dirichlet(np.ones(10), 300)),
    (f.cross_entropy_from_probabilities, RNG.dirichlet(np.ones(10), 300), IDS),
    (f.binary_cross_entropy, Z, PART),
    (f.binary_cross_entropy, Z, YES),
    (f.binary_cross_entropy_from_probabilities, RNG.uniform(0.01, 0.99, 3000), PART),
    (f.focal_loss, ROWS, IDS),
    (f.binary_focal_loss, Z, YES),
    (divergence, ROWS, OTHERS),
]
LOSS = 16.0  # roundings of the loss of a sample, of 1, or of the logits


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize(("loss", "x", "target"), LOSSES)
def test_losses_err_by_a_few_roundings(loss, x, target, executor):
    x = x.astype(np.float32)
    target = target if target.dtype.kind == "i" else target.astype(np.float32)

    def each(x, target):
        return loss(x, target, reduction="none")

    wide = target if target.dtype.kind == "i" else target.astype(np.float64)
    exact = each(pc.tensor(x.astype(np.float64)), pc.tensor(wide)).numpy()
    found = pc.compile(each, executor=executor)(x, target).numpy()
    size = np.abs(x) if x.ndim == 1 else np.abs(x).max(axis=1)
    scale = np.maximum(np.maximum(np.abs(exact), 1.0), size)
    assert np.max(np.abs(found - exact) / scale) <= LOSS * 2.0**-24


A, B, C = (RNG.normal(0.0, 1.0, (500, 8)).astype(np.float32) for _ in range(3))
SAME, GROUPS = RNG.integers(0, 2, 500), RNG.integers(0, 5, 64)
MEANS, FAR = RNG.normal(0.0, 3.0, (3000, 2)).astype(np.float32), Z.astype(np.float32)
SPOKEN, WORDS = RNG.normal(0.0, 3.0, (40, 30, 6)).astype(np.float32), RNG.integers(1, 6, (40, 8))


def squares(a, b):
    return ((a.astype(np.float64) - b) ** 2).sum(axis=-1)


def log_density_size():
    """Of the terms of a Gaussian loss."""
    mean, z = MEANS.astype(np.float64).T
    return 0.5 * (np.abs(z) + (FAR - mean) ** 2 * np.exp(-z) + np.log(2.0 * np.pi))


# Losses whose roundings are of something else than the loss: of what, beside 1.
OF_PARTS = [
    (f.gaussian_loss, (MEANS, FAR), log_density_size()),
    (f.contrastive_loss, (A, B, SAME), squares(A, B)),
    (f.triplet_loss, (A, B, C), squares(A, B) + squares(A, C)),
    (f.batch_hard_triplet, (A[:64], GROUPS), squares(A[:64, None], A[:64]).max(axis=1) ** 0.5),
    (f.ctc_loss, (SPOKEN, WORDS), 30.0 * np.abs(SPOKEN).max(axis=(1, 2))),
]


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize(("loss", "given", "size"), OF_PARTS)
def test_losses_of_parts_err_by_a_few_roundings_of_these(loss, given, size, executor):
    def each(*given):
        return loss(*given, reduction="none")

    wide = [x if x.dtype.kind == "i" else pc.tensor(x.astype(np.float64)) for x in given]
    exact = each(*wide).numpy()
    found = pc.compile(each, executor=executor)(*given).numpy()
    scale = np.maximum(np.maximum(np.abs(exact), 1.0), size)
    assert np.max(np.abs(found - exact) / scale) <= LOSS * 2.0**-24

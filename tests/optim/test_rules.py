"""Rules beside the formula: penalties by group, exact zeros, limits of norms, noise."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn, optim
from pellucid.data import from_arrays
from pellucid.errors import OptionError
from pellucid.functional import cross_entropy, half_squared_error
from pellucid.random import Generator
from pellucid.train import Options, Saving, Trainer

VALUES = json.loads(Path(__file__).with_name("penalty_values.json").read_text())
X, Y = np.array(VALUES["x"]), np.array(VALUES["y"])[:, None]


def walk(*rules, start=2.0, rate=0.1, gradients=(3.0,), **options):
    """Where a single weight of shape (1, 1) goes under given gradients."""
    w = pc.Parameter(np.array([[start]]))
    optimizer = optim.SGD({"w": w}, rate, rules=rules, **options)
    for g in gradients:
        optimizer.apply({"w": pc.tensor(np.array([[g]]))})
        yield w.value.item()


def fitted(*rules, steps=4000, rate=0.1, **options):
    """Weights of penalized least squares, by compiled descent on all samples."""
    w = pc.Parameter(np.zeros((6, 1)))
    optimizer = optim.SGD({"w": w}, rate, rules=rules, **options)

    @pc.compile
    def step(x, y):
        loss = half_squared_error(x @ w, y)
        optimizer.minimize(loss)
        return loss

    for _ in range(steps):
        step(X, Y)
    return w.value.numpy()[:, 0]


# ---- by hand -----------------------------------------------------------------------------


def test_a_proximal_step_draws_towards_0_and_no_further():
    rule = optim.Proximal(l1=5.0)
    # 2 - 0.1 * 3 = 1.7, less 0.1 * 5; then 1.2 - 0.3 - 0.5 = 0.4, then within the threshold.
    places = list(walk(rule, gradients=(3.0, 3.0, 3.0, 0.0)))
    assert places == pytest.approx([1.2, 0.4, 0.0, 0.0])
    assert places[2] == 0.0
    assert list(walk(rule, start=-2.0, gradients=(-3.0,))) == pytest.approx([-1.2])


def test_the_proximal_step_of_an_elastic_net_divides_after_the_threshold():
    assert list(walk(optim.Proximal(l1=5.0, l2=2.0))) == pytest.approx([1.2 / 1.2])
    assert list(walk(optim.Proximal(l2=2.0))) == pytest.approx([1.7 / 1.2])


def test_groups_of_parameters_have_penalties_of_their_own():
    a, b, bias = (pc.Parameter(np.full(shape, 2.0)) for shape in ((1, 1), (1, 1), (1,)))
    rules = (
        optim.Penalty(l2=0.5, to=lambda path, w: path == "a"),
        optim.Penalty(l1=0.5, weight_decay=0.25, to=lambda path, w: path == "b"),
    )
    optimizer = optim.SGD({"a": a, "b": b, "bias": bias}, 0.1, rules=rules)
    optimizer.apply({"a": pc.zeros_like(a), "b": pc.zeros_like(b), "bias": pc.zeros_like(bias)})
    assert a.value.item() == pytest.approx(2.0 - 0.1 * 0.5 * 2.0)
    assert b.value.item() == pytest.approx(2.0 * (1.0 - 0.1 * 0.25) - 0.1 * 0.5)
    assert bias.value.item() == 2.0


def test_options_of_the_optimizer_are_a_penalty_before_the_rules():
    options = {"l1": 0.3, "l2": 0.2, "weight_decay": 0.1}
    assert list(walk(**options)) == list(walk(optim.Penalty(**options, to=optim.weights_only)))


def test_no_rule_but_noise_touches_biases_and_norms_unless_asked_for():
    norm = nn.LayerNorm(3)
    for rule in (
        optim.Penalty(l2=9.0, to=optim.weights_only),
        optim.Proximal(l1=9.0),
        optim.MaxNorm(0.01),
    ):
        optimizer = optim.SGD(norm.parameters(), 0.1, rules=[rule])
        before = norm.state_dict()
        optimizer.apply({path: pc.zeros_like(w.value) for path, w in norm.parameters().items()})
        for path, array in norm.state_dict().items():
            np.testing.assert_array_equal(array, before[path])
    b = pc.Parameter([2.0])
    rule = optim.Proximal(l1=1.0, to=optim.every)
    optim.SGD({"b": b}, 0.1, rules=[rule]).apply({"b": pc.zeros_like(b)})
    assert b.value.item() == pytest.approx(1.9)


# ---- against scikit-learn ----------------------------------------------------------------


def test_proximal_descent_ends_at_the_lasso_with_its_zeros():
    w = fitted(optim.Proximal(l1=0.2))
    np.testing.assert_allclose(w, VALUES["lasso"], atol=1e-12)
    assert (w == 0.0).tolist() == [False, True, False, True, False, True]


def test_proximal_descent_ends_at_the_elastic_net():
    w = fitted(optim.Proximal(l1=0.3 * 0.6, l2=0.3 * 0.4))
    np.testing.assert_allclose(w, VALUES["elastic net"], atol=1e-12)
    assert (w == 0.0).sum() == 3


def test_the_smooth_penalty_and_its_proximal_step_both_end_at_ridge():
    np.testing.assert_allclose(fitted(l2=0.3), VALUES["ridge"], atol=1e-12)
    np.testing.assert_allclose(fitted(optim.Proximal(l2=0.3)), VALUES["ridge"], atol=1e-12)


def test_the_subgradient_step_of_l1_goes_to_and_fro_and_has_no_zeros():
    zeros = np.array(VALUES["lasso"]) == 0.0
    now, next_one = (fitted(l1=0.2, steps=steps)[zeros] for steps in (1000, 1001))
    assert (now != 0.0).all()
    assert np.abs(now).max() < 0.1 * 0.2 * 2.0
    assert (np.sign(now) != np.sign(next_one)).any()


def test_l2_and_decay_are_one_for_plain_descent_and_two_with_momentum_or_adam():
    def ends(make, **options):
        w = pc.Parameter(np.array([[2.0, -1.0]]))
        optimizer = make({"w": w}, 0.1, **options)
        for _ in range(5):
            optimizer.apply({"w": pc.tensor(np.array([[3.0, 0.01]]))})
        return w.value.numpy()

    for make, same in ((optim.SGD, True), (optim.Momentum, False), (optim.Adam, False)):
        one, other = (ends(make, **{option: 0.5}) for option in ("l2", "weight_decay"))
        assert np.allclose(one, other, atol=1e-12) == same


# ---- norms -------------------------------------------------------------------------------


def test_only_columns_above_the_limit_are_scaled_to_it():
    w = pc.Parameter(np.array([[3.0, 0.3, 0.0], [4.0, 0.4, 0.0]]))
    optimizer = optim.SGD({"w": w}, 0.1, rules=[optim.MaxNorm(2.0, axis=np.int64(0))])
    optimizer.apply({"w": pc.zeros_like(w)})
    np.testing.assert_allclose(w.value.numpy(), [[1.2, 0.3, 0.0], [1.6, 0.4, 0.0]], rtol=1e-15)


def test_kernels_are_limited_over_the_axes_that_are_named():
    conv = nn.Conv2d(2, 3, 2, rng=Generator(0))
    limit = optim.MaxNorm(0.5, axis=(1, 2, np.int64(3)), to=lambda path, w: w.ndim == 4)
    optimizer = optim.SGD(conv.parameters(), 0.1, rules=[limit])
    optimizer.apply({path: pc.ones_like(w.value) for path, w in conv.parameters().items()})
    norms = np.sqrt((conv.weight.value.numpy() ** 2).sum(axis=(1, 2, 3)))
    np.testing.assert_allclose(norms, np.minimum(norms, 0.5), rtol=1e-6)
    assert norms.max() == pytest.approx(0.5)
    with pytest.raises(OptionError, match=r"MaxNorm: 'weight' of shape \(3, 2, 2, 2\) with axis N"):
        optim.SGD(conv.parameters(), 0.1, rules=[optim.MaxNorm(0.5)])


# ---- noise -------------------------------------------------------------------------------


def test_noise_has_the_variance_of_its_update():
    w = pc.Parameter(np.zeros((100, 100)))
    noise = optim.GradientNoise(variance=0.09, decay=1.0, rng=Generator(1))
    optimizer = optim.SGD({"w": w}, 1.0, rules=[noise])
    for spread in (0.3, 0.3 / math.sqrt(2.0), 0.3 / math.sqrt(3.0)):
        w.assign(np.zeros((100, 100)))
        optimizer.apply({"w": pc.zeros_like(w)})
        assert w.value.numpy().std() == pytest.approx(spread, rel=0.03)
        assert abs(w.value.numpy().mean()) < spread * 0.04


def trainer(folder=None, executor="native"):
    """A small run with every rule."""
    numbers = np.random.default_rng(0)
    data = from_arrays(numbers.normal(size=(48, 4)), np.arange(48) % 3, name="points", classes=3)
    model = nn.Linear(4, 3, rng=Generator(0))
    rules = (
        optim.GradientNoise(variance=0.1, rng=Generator(4)),
        optim.Penalty(l2=0.01, to=lambda path, w: path == "bias"),
        optim.Proximal(l1=0.02),
        optim.MaxNorm(1.0),
    )
    optimizer = optim.Momentum(model.parameters(), 0.05, rules=rules)
    saving = None if folder is None else Saving(folder, report=False)
    options = Options(batch_size=16, seed=3, executor=executor, saving=saving)
    return Trainer(model, cross_entropy, optimizer, data, data, options)


@pytest.mark.filterwarnings("ignore:lint")  # validation is the training set
def test_every_rule_runs_in_the_trainer_and_goes_on_exactly_after_a_resume(tmp_path):
    whole, first = trainer(), trainer(tmp_path)
    whole.fit(4)
    first.fit(2)
    again = trainer(tmp_path)
    again.resume()
    again.fit(4)
    for name, array in (whole.optimizer.state_dict() | whole.model.state_dict()).items():
        found = (again.optimizer.state_dict() | again.model.state_dict())[name]
        np.testing.assert_array_equal(found, array, err_msg=name)
    assert whole.optimizer.state_dict()["rules.0:draws"] > 0
    norms = np.sqrt((whole.model.state_dict()["weight"] ** 2).sum(axis=0))
    assert (norms <= 1.0 + 1e-6).all()


@pytest.mark.filterwarnings("ignore:lint")  # validation is the training set
def test_rules_do_the_same_on_both_executors():
    one, other = trainer(executor="reference"), trainer(executor="native")
    one.fit(2)
    other.fit(2)
    for path, w in one.model.state_dict().items():
        np.testing.assert_allclose(other.model.state_dict()[path], w, atol=1e-6, err_msg=path)


# ---- what is refused ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: optim.Penalty(l1=-1.0, to=optim.every),
            r"Penalty: l1 -1\.0\. It must be 0 or",
        ),
        (lambda: optim.Proximal(l2=math.nan), "Proximal: l2 nan"),
        (lambda: optim.MaxNorm(0.0), r"MaxNorm: limit 0\.0\. It must be above 0"),
        (lambda: optim.GradientNoise(variance=0.0, rng=Generator(0)), r"variance 0\.0"),
        (lambda: optim.GradientNoise(decay=-1.0, rng=Generator(0)), r"decay -1\.0"),
        (lambda: next(walk("l2")), "SGD: 'l2' among the rules. Give a sequence of Penalty"),
    ],
)
def test_what_is_no_rule_and_options_outside_their_range_are_refused(make, words):
    with pytest.raises(OptionError, match=words):
        make()

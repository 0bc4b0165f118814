"""The finder of learning rates: what it suggests trains, and it leaves no trace."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn, optim
from pellucid.data import digits, split
from pellucid.errors import OptionError
from pellucid.functional import cross_entropy
from pellucid.train import Options, Trainer
from pellucid.tune import Ramp, RateFinding, find_learning_rate

OPTIONS = Options(batch_size=32)


def network(dropout=0.0):
    rng = pc.Generator(seed=0)
    return nn.Sequential(
        nn.Linear(64, 32, rng=rng.child()),
        nn.ReLU(),
        nn.Dropout(dropout, rng=rng.child()),
        nn.Linear(32, 10, rng=rng.child()),
    )


@pytest.mark.parametrize("kind", [optim.SGD, optim.Adam])
def test_the_suggested_rate_trains_and_a_hundredth_of_it_does_not(kind):
    train, rest = split(digits(), (0.8, 0.2), seed=0)[0]
    model = network()
    found = find_learning_rate(
        model, cross_entropy, kind(model.parameters(), 0.123), train, OPTIONS, Ramp(1e-5, 100.0)
    )
    accuracy = {}
    for factor in (1.0, 0.01):
        model = network()
        optimizer = kind(model.parameters(), factor * found.suggested)
        history = Trainer(model, cross_entropy, optimizer, train, rest, OPTIONS).fit(5)
        accuracy[factor] = history.epochs["validation_accuracy"][-1]
    assert accuracy[1.0] > 0.93
    assert accuracy[0.01] < accuracy[1.0] - 0.04


def test_model_and_optimizer_are_put_back_bit_for_bit():
    model = network(dropout=0.3)
    optimizer = optim.Adam(model.parameters(), 0.01)
    trainer = Trainer(model, cross_entropy, optimizer, digits(), options=OPTIONS)
    before = {name: v.present().tobytes() for name, v in trainer.variables().items()}
    find_learning_rate(model, cross_entropy, optimizer, digits(), OPTIONS, Ramp(1e-5, 1.0, 40))
    after = {name: v.present().tobytes() for name, v in trainer.variables().items()}
    assert after == before
    assert float(optimizer.learning_rate) == np.float32(0.01)


def test_means_are_those_of_the_formula():
    found = RateFinding(np.array([1.0, 2.0, 4.0]), np.array([3.0, 1.0, 2.0]), "")
    second = (0.9 * 0.1 * 3.0 + 0.1 * 1.0) / (1 - 0.9**2)
    third = (0.9 * (0.9 * 0.1 * 3.0 + 0.1 * 1.0) + 0.1 * 2.0) / (1 - 0.9**3)
    np.testing.assert_allclose(found.smoothed, [3.0, second, third])


def test_the_rate_is_a_tenth_of_the_one_with_the_lowest_mean():
    rates, losses = np.geomspace(1e-4, 1.0, 41), np.full(41, 2.0)
    losses[20:31] = np.linspace(2.0, 0.5, 11)
    losses[31:] = 3.0
    found = RateFinding(rates, losses, "")
    assert found.lowest == rates[30]
    assert found.suggested == pytest.approx(rates[30] / 10, rel=0.05)
    assert found.fell
    assert not RateFinding(rates, np.full(41, 2.0), "").fell


def test_a_ramp_grows_by_one_factor():
    rates = Ramp(1e-4, 1.0, 101).rates
    np.testing.assert_allclose(rates[1:] / rates[:-1], 10 ** (4 / 100))
    assert (rates[0], len(rates)) == (1e-4, 101)


def test_a_run_that_breaks_off_ends_there():
    model = network()
    found = find_learning_rate(
        model,
        cross_entropy,
        optim.SGD(model.parameters(), 0.1),
        digits(),
        OPTIONS,
        Ramp(1e-3, 1e4, 400),
    )
    assert found.stopped in ("the loss had grown fourfold", "the loss is not finite")
    assert len(found.rates) == len(found.losses) < 400
    assert "a tenth of it is safe" in str(found)


def test_wrong_use_is_refused():
    model = network()
    scheduled = optim.SGD(model.parameters(), optim.StepDecay(0.1, every=10, factor=0.5))
    with pytest.raises(OptionError, match="learning rate is a schedule"):
        find_learning_rate(model, cross_entropy, scheduled, digits(), OPTIONS)
    groups = [optim.Group(model, 0.01)]
    grouped = optim.SGD(model.parameters(), 0.1, groups=groups)
    with pytest.raises(OptionError, match=r"groups\.0:learning_rate would stay what it is"):
        find_learning_rate(model, cross_entropy, grouped, digits(), OPTIONS)
    with pytest.raises(OptionError, match=r"the loss did not fall between rates of 1e\+06 and"):
        find_learning_rate(
            model,
            cross_entropy,
            optim.SGD(model.parameters(), 0.1),
            digits(),
            OPTIONS,
            Ramp(1e6, 1e9),
        )
    with pytest.raises(OptionError, match=r"Ramp: from 0.1 to 0.1"):
        Ramp(0.1, 0.1)
    with pytest.raises(OptionError, match="Fewer than 10 show nothing"):
        Ramp(steps=3)

"""The rate lowered on a plateau: which epoch counts how, worked by hand, and as PyTorch's."""

import json
import math
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.conftest import StopAt

import pellucid as pc
from pellucid.errors import OptionError
from pellucid.functional import cross_entropy
from pellucid.optim import SGD, Constant, Group
from pellucid.train import Options, Plateau, ReduceOnPlateau, Saving, Trainer

Make = Callable[..., Trainer]
TORCH = json.loads(Path(__file__).with_name("plateau_values.json").read_text())
NAN, INF = math.nan, math.inf

# Of each rule: values epoch by epoch, and after which the rate is lowered.
BY_HAND: dict[str, tuple[ReduceOnPlateau, list[float], list[int]]] = {
    "patience epochs without a gain": (
        ReduceOnPlateau(patience=2),
        [3.0, 2.0, 2.0, 2.5, 1.0, 1.0, 1.0],
        [4, 7],
    ),
    "patience 1 acts at the first": (ReduceOnPlateau(patience=1), [1.0, 1.0, 1.0], [2, 3]),
    "a gain begins anew": (ReduceOnPlateau(patience=2), [3.0, 3.0, 2.0, 2.0, 1.0, 1.0], []),
    "an equal value is no gain": (ReduceOnPlateau(patience=1), [1.0, 1.0], [2]),
    "the least gain is not enough": (
        ReduceOnPlateau(patience=1, min_delta=0.5),
        [3.0, 2.5, 2.0, 1.5],  # 2.5 is no gain on 3, 2.0 is one, 1.5 none on 2
        [2, 4],
    ),
    "small gains add up to one": (
        ReduceOnPlateau(patience=3, min_delta=0.5),
        [3.0, 2.8, 2.6, 2.4, 2.2, 2.0, 1.9],
        [7],
    ),
    "a share of the best, also of one below 0": (
        ReduceOnPlateau(patience=1, min_share=0.5),
        [4.0, 2.0, 1.0, -1.0, -1.4, -1.6],
        [2, 5],
    ),
    "the epochs of the cooldown are not waited for": (
        ReduceOnPlateau(patience=2, cooldown=3),
        [1.0] * 13,
        [3, 8, 13],
    ),
    "what the cooldown gains is the best": (
        ReduceOnPlateau(patience=1, cooldown=2),
        [2.0, 2.0, 1.0, 1.5, 1.5, 1.5],
        [2, 5],
    ),
    "nan is never a gain": (ReduceOnPlateau(patience=2), [NAN, 2.0, NAN, NAN, 2.0], [4]),
    "nan from the first": (ReduceOnPlateau(patience=2), [NAN, NAN, NAN, NAN], [2, 4]),
    "anything is better than infinite": (
        ReduceOnPlateau(patience=1, min_share=0.1),
        [INF, 5.0, INF, 4.0],
        [3],
    ),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_after_which_epochs_the_rate_is_lowered(name: str) -> None:
    rule, values, expected = BY_HAND[name]
    assert rule.over(values) == expected
    assert rule.over([-value for value in values], higher=True) == expected


def test_the_cooldown_that_just_began_is_told() -> None:
    rule, state = ReduceOnPlateau(patience=1, cooldown=2), Plateau()
    found = []
    for value in (2.0, 2.0, 1.0, 1.5, 1.5):
        state = rule.after(state, value)
        found.append(state)
    assert found == [
        Plateau(2.0),
        Plateau(2.0, cooling=2, acts=True),
        Plateau(1.0, cooling=1),
        Plateau(1.0),
        Plateau(1.0, cooling=2, acts=True),
    ]
    assert Plateau(**json.loads(json.dumps(asdict(state)))) == state


RULES = {
    "plain": (ReduceOnPlateau(patience=4), False),
    "absolute": (ReduceOnPlateau(0.5, patience=3, cooldown=4, min_delta=0.02), False),
    "relative": (ReduceOnPlateau(0.7, 2, 1, min_share=0.05, lowest=0.003), False),
    "upwards": (ReduceOnPlateau(0.9, patience=3, min_share=0.01), True),
}


@pytest.mark.parametrize("name", RULES)
def test_rates_are_those_of_pytorch_with_a_patience_less_by_one(name: str) -> None:
    rule, higher = RULES[name]
    optimizer = SGD({"w": pc.Parameter(np.ones(1))}, 0.1)
    state, rates = Plateau(), []
    for value in TORCH[name]["values"]:
        state = rule.after(state, value, higher=higher)
        if state.acts:
            rule.lower(optimizer)
        rates.append(optimizer.learning_rate.item())
    np.testing.assert_allclose(rates, TORCH[name]["rates"], rtol=1e-12)
    assert len(set(rates)) > 3


def test_no_rate_falls_below_the_lowest_and_one_that_is_lower_is_not_raised() -> None:
    p = {name: pc.Parameter(np.ones(1)) for name in ("a", "b")}
    optimizer = SGD(p, 0.1, groups=[Group({"b": p["b"]}, 0.004)])
    rule = ReduceOnPlateau(0.5, lowest=0.03)
    found = []
    for _ in range(3):
        rule.lower(optimizer)
        found.append([rate.item() for rate in optimizer.rates().values()])
    assert found == [[0.05, 0.004], [0.03, 0.004], [0.03, 0.004]]


# ---- within a Trainer --------------------------------------------------------------------

# Few epochs gain so much, so that the rate is lowered often.
OFTEN = ReduceOnPlateau(0.5, patience=1, cooldown=1, min_delta=0.2)


def rates_of(trainer: Trainer, epochs: int) -> list[float]:
    """The learning rate that each epoch was trained with."""
    found, done = [], 0
    for record in trainer:
        if record.epoch > done:
            done = record.epoch
            found.append(trainer.optimizer.learning_rate.item())
        if record.epoch > epochs:
            return found[:epochs]
    return found


def test_the_next_epoch_has_the_lower_rate_also_step_by_step(make: Make) -> None:
    trainer = make(callbacks=(OFTEN,))
    rates = rates_of(trainer, 12)
    lowered = OFTEN.over(trainer.history.epochs["validation_loss"][:12])
    assert len(lowered) > 2
    expected = [0.01 * 0.5 ** sum(epoch <= before for epoch in lowered) for before in range(12)]
    assert rates == pytest.approx(expected)
    whole = make(callbacks=(OFTEN,))
    whole.fit(12)
    assert whole.history.steps["loss"] == trainer.history.steps["loss"][: 12 * 5]
    told = whole.results["learning rate lowered after epoch"]
    assert told == ", ".join(map(str, lowered))


def test_the_monitor_of_a_rising_metric(make: Make) -> None:
    rule = ReduceOnPlateau(patience=1, monitor="train_accuracy")
    trainer = make(callbacks=(rule,))
    trainer.fit(6)
    values = trainer.history.epochs["train_accuracy"]
    count = len(rule.over(values, higher=True))
    assert trainer.optimizer.learning_rate.item() == pytest.approx(0.01 * 0.1**count)


def test_a_rate_that_is_set_wins_over_the_one_that_was_stored(make: Make, tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    make(saving=saving, callbacks=(OFTEN,)).fit(8)
    again = make(saving=saving, callbacks=(OFTEN,))
    assert again.optimizer.learning_rate.item() == pytest.approx(0.01)
    again.resume()
    stored = again.optimizer.learning_rate.item()
    assert stored < 0.005
    again.optimizer.learning_rate = 0.02
    again.fit(16)
    lowered = OFTEN.over(again.history.epochs["validation_loss"])
    later = [epoch for epoch in lowered if epoch > 8]
    assert later
    assert again.optimizer.learning_rate.item() == pytest.approx(0.02 * 0.5 ** len(later))


def test_a_run_that_is_taken_back_knows_the_epochs_that_are_left(
    make: Make, tmp_path: Path, same_bits: Callable[[Trainer, Trainer], None]
) -> None:
    saving = Saving(tmp_path / "run", report=False)
    make(saving=saving, callbacks=(OFTEN, StopAt(23))).fit(9)
    one = make(saving=saving, callbacks=(OFTEN,))
    one.resume()
    one.fit(9)
    other = make(callbacks=(OFTEN,))
    other.fit(9)
    same_bits(one, other)
    assert one.history.as_dict() == other.history.as_dict()


def test_a_run_goes_on_with_the_rule_that_it_began_with(make: Make, tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    make(saving=saving, callbacks=(OFTEN,)).fit(1)
    for others in ((), (ReduceOnPlateau(),)):
        with pytest.raises(OptionError, match=r"resume .*: callbacks is .*; the run has \['Reduce"):
            make(saving=saving, callbacks=others).resume()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"factor": 1.0},
            r"ReduceOnPlateau: factor 1\.0\. The rate is multiplied by it",
        ),
        ({"factor": 0.0}, r"ReduceOnPlateau: factor 0\.0\. It must be above 0"),
        ({"patience": 0}, "ReduceOnPlateau: patience 0. It must be at least 1"),
        ({"cooldown": -1}, "ReduceOnPlateau: cooldown -1. It must be 0 or more"),
        ({"min_delta": NAN}, "ReduceOnPlateau: min_delta nan. It must be 0 or more"),
        ({"mode": "up"}, "ReduceOnPlateau: mode 'up'"),
    ],
    ids=range(6),
)
def test_what_has_no_meaning_is_refused(options: Any, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        ReduceOnPlateau(**options)


class Foreign:
    """An optimizer of a user's own, which tells no rates."""

    def minimize(self, loss: Any) -> None:
        """Do nothing."""

    def variables(self) -> dict[str, Any]:
        """None."""
        return {}


def test_what_has_no_meaning_for_a_trainer_is_refused_when_it_is_made(make: Make) -> None:
    rule = ReduceOnPlateau(monitor="validation_los")
    with pytest.raises(OptionError, match=r"ReduceOnPlateau: monitor 'validation_los' is not mea"):
        make(callbacks=(rule,))
    trainer = make()
    options = Options(callbacks=(ReduceOnPlateau(),))
    for optimizer, message in (
        (SGD(trainer.model.parameters(), Constant(0.1)), "learning_rate of SGD is Constant"),
        (Foreign(), "Foreign does not tell its learning rates"),
    ):
        with pytest.raises(OptionError, match=f"ReduceOnPlateau: {message}"):
            Trainer(trainer.model, cross_entropy, optimizer, trainer.train, None, options)

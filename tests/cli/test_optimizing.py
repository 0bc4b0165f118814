"""The optimizer of a run of the command line."""

from dataclasses import replace
from typing import Any

import pytest

from pellucid.cli.optimizing import check_schedule, optimizer_of, rate_callbacks, written_out
from pellucid.cli.recipe import Recipe
from pellucid.errors import OptionError
from pellucid.nn import Linear
from pellucid.optim import LinearDecay, Momentum
from pellucid.random import Generator
from pellucid.train import ReduceOnPlateau


def recipe(**options: Any) -> Recipe:
    usual: dict[str, Any] = {"data": "moons", "optimizer": "sgd", "batch_size": 10, "epochs": 2}
    return Recipe(**usual | options)


def test_an_optimizer_has_its_options_and_its_schedule() -> None:
    model = Linear(2, 2, rng=Generator(0))
    given = {"learning_rate": 0.5, "l2": 0.1}
    plain = optimizer_of(recipe(optimizer="momentum", optimizer_options=given), model)
    assert isinstance(plain, Momentum)
    assert (plain.learning_rate.item(), plain.l2) == (0.5, 0.1)
    words = "linear-decay:learning_rate=0.5,steps=7"
    assert optimizer_of(recipe(schedule=words), model).learning_rate == LinearDecay(0.5, 7)
    plateau = recipe(schedule="on-plateau:patience=3", optimizer_options={"learning_rate": 0.5})
    assert optimizer_of(plateau, model).learning_rate.item() == 0.5
    assert rate_callbacks(plateau.schedule) == (ReduceOnPlateau(patience=3),)
    assert rate_callbacks(words) == rate_callbacks(None) == ()


def test_what_is_left_out_follows_from_optimizer_and_batches() -> None:
    assert written_out(recipe(), 105) is None
    line = recipe(schedule="linear-decay")
    assert written_out(line, 105) == "linear-decay:learning_rate=0.01,steps=22"
    given = replace(line, optimizer_options={"learning_rate": 0.25}, drop_last=True)
    assert written_out(given, 105) == "linear-decay:learning_rate=0.25,steps=20"


def test_words_that_leave_something_out_are_refused() -> None:
    check_schedule(None)
    check_schedule("constant:learning_rate=0.1")
    with pytest.raises(OptionError, match="schedule 'constant': learning_rate is missing"):
        check_schedule("constant")

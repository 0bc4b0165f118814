"""A few drawn combinations of what training can be told; `python -m train.grammar` draws many."""

from dataclasses import fields

import pytest
from train.drawn import Drawn, drawn, pairs, plain
from train.grammar import check_loop, check_resumed

from pellucid.train import pace

FEW = (3, 4, 5, 7, 8, 11)


@pytest.mark.parametrize("number", FEW)
def test_a_run_that_is_killed_goes_on_to_the_same_bits(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "TARGET_SECONDS", 0.0)
    check_resumed(drawn(number))


@pytest.mark.parametrize("number", FEW)
def test_the_weights_are_those_of_the_plain_loop(number: int) -> None:
    check_loop(drawn(number))


def test_what_is_drawn() -> None:
    assert drawn(5) == drawn(5) != drawn(6)
    many = [drawn(number) for number in range(300)]
    for option in fields(Drawn):
        assert len({getattr(found, option.name) for found in many} - {None}) >= 1
    assert {plain(found).optimizer for found in many} >= {"sgd", "adam", "adamw"}
    assert any(found.poisoned for found in many)
    assert all(found.micro_batch is None for found in many if found.mixing)
    assert len({pair for found in many for pair in pairs(found)}) > 2000

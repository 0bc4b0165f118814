"""The optimizer of a run of the command line."""

import pytest

import pellucid as pc
from pellucid.cli.optimizing import check_schedule, optimizer_of, written_out
from pellucid.errors import OptionError
from pellucid.optim import LinearDecay, Momentum


def test_an_optimizer_has_its_options_and_its_schedule() -> None:
    w = {"w": pc.Parameter([[1.0]])}
    plain = optimizer_of("momentum", {"learning_rate": 0.5, "l2": 0.1}, None, w)
    assert isinstance(plain, Momentum)
    assert (plain.learning_rate.item(), plain.l2) == (0.5, 0.1)
    words = "linear-decay:learning_rate=0.5,steps=7"
    assert optimizer_of("momentum", {}, words, w).learning_rate == LinearDecay(0.5, 7)


def test_what_is_left_out_follows_from_optimizer_and_batches() -> None:
    assert written_out(None, ("sgd", {}), (100, 10, False), 2) is None
    words = ("linear-decay", ("sgd", {}), (105, 10, False), 2)
    assert written_out(*words) == "linear-decay:learning_rate=0.01,steps=22"
    given = ("linear-decay", ("sgd", {"learning_rate": 0.25}), (105, 10, True), 2)
    assert written_out(*given) == "linear-decay:learning_rate=0.25,steps=20"


def test_words_that_leave_something_out_are_refused() -> None:
    check_schedule(None)
    check_schedule("constant:learning_rate=0.1")
    with pytest.raises(OptionError, match="schedule 'constant': learning_rate is missing"):
        check_schedule("constant")

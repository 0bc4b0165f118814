"""Words that the command line knows without loading what they belong to."""

from inspect import signature

from pellucid import optim
from pellucid.cli import known_words
from pellucid.cli.scheduling import SCHEDULES
from pellucid.precision import PRECISIONS
from pellucid.train.options import KEEPS


def test_the_weights_to_keep_are_those_of_training() -> None:
    assert known_words.KEEPS == KEEPS


def test_the_precisions_are_those_of_programs() -> None:
    assert known_words.PRECISIONS == PRECISIONS


def test_schedules_are_those_of_the_table_and_all_but_those_of_schedules() -> None:
    assert tuple(SCHEDULES) == known_words.SCHEDULES
    public = [getattr(optim, name) for name in optim.__all__]
    kinds = {k for k in public if isinstance(k, type) and issubclass(k, optim.Schedule)}
    assert kinds - set(SCHEDULES.values()) == {optim.Schedule, optim.WarmUp, optim.Chain}


def test_what_is_set_of_optimizers_is_an_argument_of_one() -> None:
    taken = set().union(*(signature(kind).parameters for kind in optim.OPTIMIZERS.values()))
    penalties = set(signature(optim.Penalty).parameters)
    assert [n for n in known_words.OPTIMIZER_OPTIONS if n not in taken | penalties] == []

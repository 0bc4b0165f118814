"""Options that all data sets share: once each, with what suits the data."""

from pellucid.cli.datasets import DATA
from pellucid.cli.training_options import shared_options


def test_each_option_stands_once_and_says_what_it_is() -> None:
    for kind in DATA.values():
        options = shared_options(kind)
        names = [option.name for option in options]
        assert len({*names}) == len(names)
        assert all(getattr(option, "help", None) for option in options)


def test_defaults_are_those_that_suit_the_data() -> None:
    defaults = {o.name: o.default for o in shared_options(DATA["digits"])}
    usual = DATA["digits"].usual
    assert (defaults["model"], defaults["epochs"]) == (usual.model, usual.epochs)

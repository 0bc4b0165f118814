"""Options of data sets: what is usual of each, and fractions that are none."""

import pytest

from pellucid.cli.data_options import CatsOptions, ImagesOptions, TextOptions, points_options
from pellucid.cli.settings import from_values, settings_of
from pellucid.data import SYNTHETIC
from pellucid.errors import OptionError


@pytest.mark.parametrize("name", SYNTHETIC)
def test_points_have_what_is_usual_of_their_data_set(name: str) -> None:
    settings = settings_of(points_options(SYNTHETIC[name]))
    assert {k: s.default for k, s in settings.items()} == {
        "samples": SYNTHETIC[name].samples,
        "noise": SYNTHETIC[name].noise,
    }
    assert settings["noise"].help.startswith("The standard deviation of what is added")


@pytest.mark.parametrize("wrong", [1.0, -0.1, float("nan")])
def test_a_part_of_the_cats_is_a_fraction(wrong: float) -> None:
    with pytest.raises(OptionError, match=r"cats: validation is .*\. From 0 up to, but not, 1"):
        CatsOptions("cats", wrong)
    assert CatsOptions("cats", 0.2).validation == 0.2


def test_what_becomes_of_broken_pictures_is_chosen_among_words() -> None:
    with pytest.raises(OptionError, match="--broken: 'ignore' is not known"):
        from_values("images", ImagesOptions, {"data_dir": "pets", "broken": "ignore"})


def test_every_option_is_told_in_the_help() -> None:
    for options in (CatsOptions, ImagesOptions, TextOptions):
        assert all(setting.text for setting in settings_of(options).values())

"""Options read off a dataclass: flags, help and kinds, and words that are none of them."""

from dataclasses import MISSING, dataclass, field

import pytest

from pellucid.cli.batch_rules import BatchRules
from pellucid.cli.settings import (
    from_values,
    from_words,
    settings_of,
    stored,
    taken,
)
from pellucid.errors import OptionError


@dataclass(frozen=True)
class Form:
    """A form.

    `file`: where it lies. `hidden_units`: units of each layer; a list.
    `rate`: how fast. `start`: `he` or `xavier`.

    Not of the options: `file` is read late.
    """

    file: str = field(metadata={"path": True})
    hidden_units: tuple[int, ...] = (50,)
    rate: float = 0.1
    start: str = field(default="he", metadata={"choices": ("he", "xavier")})
    deep: bool = False


SETTINGS = settings_of(Form)


def test_each_field_is_an_option_with_what_the_docstring_says_of_it() -> None:
    assert list(SETTINGS) == ["file", "hidden_units", "rate", "start", "deep"]
    assert SETTINGS["hidden_units"].flag == "--hidden-units"
    assert SETTINGS["hidden_units"].help == "Units of each layer; a list. [default: 50]"
    assert SETTINGS["start"].help == "He or xavier. One of he, xavier. [default: he]"
    assert SETTINGS["file"].help == "Where it lies. [required]"
    assert (SETTINGS["file"].default, SETTINGS["file"].metavar) == (MISSING, "PATH")


def test_words_become_values_of_their_kind() -> None:
    words = {"file": "/data", "hidden_units": "30,20", "rate": "1e-3", "deep": True}
    assert from_words("net", Form, words) == {
        "file": "/data", "hidden_units": (30, 20), "rate": 0.001, "deep": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "word", "message"),
    [
        ("hidden_units", "50,0", "--hidden-units: '50,0' is not a list of sizes such as 50 or"),
        ("rate", "0,1", "--rate: '0,1' is not a number: write 0.1"),
        ("rate", "fast", r"--rate: 'fast' is not a number\."),
        ("start", "hee", "--start: 'hee' is not known. Did you mean 'he'"),
        ("rat", "1", "net has no option 'rat'. Did you mean 'rate'"),
    ],
)
def test_words_that_are_none_are_told_the_flag(name: str, word: str, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        from_words("net", Form, {"file": "/data", name: word})


@pytest.mark.parametrize(
    ("name", "value"), [("rate", True), ("hidden_units", [1.5]), ("deep", 1), ("start", 2)]
)
def test_values_of_a_file_are_of_their_kind(name: str, value: object) -> None:
    with pytest.raises(OptionError, match="is of the wrong kind"):
        from_values("net", Form, {"file": "/data", name: value})


def test_lists_of_a_file_are_tuples() -> None:
    assert from_values("net", Form, {"file": "x", "hidden_units": [3, 2]}).hidden_units == (3, 2)


def test_what_is_taken_is_what_differs_from_the_defaults_zeros_too() -> None:
    given = {"mixing": "mixup", "mixing_alpha": 0.0, "balanced_batches": False, "epochs": 3}
    assert taken(BatchRules, given) == {"mixing": "mixup", "mixing_alpha": 0.0}
    assert given == {"epochs": 3}


def test_stored_settings_are_of_the_types_of_the_fields() -> None:
    assert stored(BatchRules, {"mixing": "mixup", "mixing_alpha": 1}).mixing_alpha == 1
    for entry in ({"mixing": 3}, {"mixing": None}, {"mixing_alpha": "1"}, {"mixing_alpha": True}):
        with pytest.raises(OptionError, match=f"{next(iter(entry))} is "):
            stored(BatchRules, entry)
    with pytest.raises(TypeError):
        stored(BatchRules, {"mixign": "mixup"})

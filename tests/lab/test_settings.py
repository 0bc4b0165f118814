"""Settings: read as words or values, held to their ranges, answered where they do not fit."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import pytest

from pellucid.errors import OptionError
from pellucid.lab.settings import Folder, Seed, changed, fields_of, repeated
from pellucid.tune import Choice, Integers, Uniform


@dataclass(frozen=True)
class Sample:
    """Every kind of setting."""

    units: Annotated[int, Integers(1, 10), "units", "width"] = 3
    rate: Annotated[float, Uniform(0.0, 1.0), "", "step"] = 0.5
    start: Annotated[str, Choice(("zero", "random")), "", "start"] = "zero"
    scaled: Annotated[bool, "whether inputs are scaled"] = True
    data_dir: Folder = None
    seed: Seed = 0


def test_words_are_read_as_their_kind():
    words = {"units": "4", "rate": "1e-1", "start": "random", "scaled": "no", "data_dir": "/x"}
    assert changed(Sample(), words, "x") == Sample(4, 0.1, "random", False, Path("/x"))
    assert changed(Sample(), {"units": 4.0, "scaled": True}, "x") == Sample(4)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"unit": 3}, "x: there is no setting 'unit'. Did you mean 'units'? Known: units, rate, "
         "start, scaled, data_dir, seed."),
        ({"units": 11}, "x: units: 11 is not between 1 and 10. units is a whole number from 1 to "
         "10 units."),
        ({"units": "2.5"}, "x: units: '2.5' is no whole number. units is a whole number from 1 to "
         "10 units."),
        ({"units": 2.5}, "x: units: 2.5 is no whole number. units is a whole number from 1 to 10 "
         "units."),
        ({"units": True}, "x: units: True is no number. units is a whole number from 1 to 10 "
         "units."),
        ({"rate": "nan"}, "x: rate: nan is not between 0.0 and 1.0. rate is a number from 0 to 1."),
        ({"rate": "fast"}, "x: rate: 'fast' is no number. rate is a number from 0 to 1."),
        ({"start": "zeros"}, "x: start: 'zeros' is none of ('zero', 'random'). Did you mean "
         "'zero'? Known: zero, random."),
        ({"scaled": "perhaps"}, "x: scaled: 'perhaps' is neither true nor false. scaled is true "
         "or false."),
        ({"seed": -1}, "x: seed: -1 is not between 0 and 4294967295. seed is a whole number from "
         "0 to 4294967295."),
    ],
    ids=str,
)  # fmt: skip
def test_what_does_not_fit_is_told_with_the_rule(values, message):
    with pytest.raises(OptionError) as caught:
        changed(Sample(), values, "x")
    assert str(caught.value) == message


def test_a_field_tells_its_unit_and_meaning():
    units = fields_of(Sample)["units"]
    assert (units.unit, units.meaning, units.default) == ("units", "width", 3)
    spans = [each.span for each in fields_of(Sample).values()]
    assert spans[:5] == ["1 .. 10", "0 .. 1", "zero, random", "true, false", "PATH"]


def test_a_run_is_repeated_for_each_seed():
    runs = repeated(asdict, Sample(), (3, 1), rate=0.25)
    assert [found["seed"] for found in runs] == [3, 1]
    assert {found["rate"] for found in runs} == {0.25}

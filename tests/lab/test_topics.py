"""Topics: names are those of the files, and a wrong one is answered with the nearest."""

import pytest

from pellucid import lab
from pellucid.errors import CallError, OptionError


def test_an_experiment_is_called_as_its_file():
    found = lab.experiment("zero-start")
    assert (found.topic, found.words.title) == ("starts", "Units that begin alike stay alike")


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(OptionError, match=r"no experiment 'zero_start'. Did you mean 'zero-start'"):
        lab.experiment("zero_start")
    with pytest.raises(CallError):
        lab.experiment()

"""Names of other libraries: each is answered with ours."""

import importlib

import pytest
from foreign.known import rows

from pellucid.foreign import sentence
from pellucid.foreign.names import NAMES


@pytest.mark.parametrize(("owner", "library", "word", "remedy"), rows(NAMES))
def test_a_name_of_another_library_is_answered_with_ours(
    owner: str, library: str, word: str, remedy: str
) -> None:
    package = importlib.import_module(owner)
    expected = (
        f"module {owner!r} has no attribute {word!r}, a word of {library}. {sentence(remedy)}"
    )
    with pytest.raises(AttributeError) as told:
        getattr(package, word)
    assert str(told.value) == expected
    if hasattr(package, "__path__"):
        with pytest.raises(ImportError) as told_too:
            exec(f"from {owner} import {word}")
        assert str(told_too.value) == expected

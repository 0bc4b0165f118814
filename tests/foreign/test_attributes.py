"""Attributes of other libraries: each is answered with ours."""

import pytest
from foreign.known import names, rows

from pellucid.conversion import FOREIGN
from pellucid.foreign import sentence
from pellucid.foreign.attributes import ATTRIBUTES

OBJECTS = {
    "Tensor": "x", "Variable": "w", "Module": "model", "Optimizer": "optimizer",
    "Trainer": "trainer", "Generator": "rng", "Dataset": "samples", "History": "history",
}  # fmt: skip


@pytest.mark.parametrize(("owner", "library", "word", "remedy"), rows(ATTRIBUTES))
def test_an_attribute_of_another_library_is_answered_with_ours(
    owner: str, library: str, word: str, remedy: str
) -> None:
    thing = names()[OBJECTS[owner]]
    with pytest.raises(AttributeError) as told:
        getattr(thing, word)
    where = f"{type(thing).__name__} has no attribute {word!r}"
    assert str(told.value) == f"{where}, a word of {library}. {sentence(remedy)}"
    assert not hasattr(thing, word)
    assert word not in dir(thing)


def test_the_names_that_tensors_answer_are_those_of_the_table() -> None:
    tables = (ATTRIBUTES["Tensor"], ATTRIBUTES["Variable"])
    words = {word for table in tables for words in table.values() for word in words}
    assert sorted(words) == sorted(FOREIGN)

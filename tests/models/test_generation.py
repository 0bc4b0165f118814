"""Text is written character by character; the same seed writes the same."""

from itertools import islice
from typing import Any

import numpy as np
import pytest

from pellucid.data import Vocabulary
from pellucid.errors import DataError, OptionError
from pellucid.models.generation import generate
from pellucid.nn import Dropout, Module
from pellucid.random import Generator
from pellucid.tensor import Tensor
from pellucid.variables import Parameter

LETTERS = Vocabulary("\nabc")


class Table(Module):
    """The next character depends on the last one alone, by a table of logits."""

    def __init__(self, logits: Any) -> None:
        self.logits = Parameter(np.asarray(logits, np.float32))

    def forward(self, ids: Tensor) -> Tensor:
        return self.logits.take(ids, axis=0)


class First(Module):
    """The next character is the first one that is seen: it shows the context."""

    def forward(self, ids: Tensor) -> Tensor:
        first = ids[:, :1] + ids * 0
        return (first.expand_dims(-1) == np.arange(4)).astype("float32") * 50.0


# After a comes b, after b comes c, after c or a line break comes a.
CYCLE = np.full((4, 4), -50.0)
CYCLE[[0, 1, 2, 3], [1, 2, 3, 1]] = 50.0


def written(model: Module, prompt: str, count: int, **options: Any) -> str:
    seed = options.pop("seed", 0)
    chosen = generate(model, LETTERS, prompt, **{"context": 5} | options, rng=Generator(seed))
    return "".join(islice(chosen, count))


@pytest.mark.parametrize("temperature", [0.0, 0.5, 1.0])
def test_what_is_certain_is_written(temperature: float) -> None:
    assert written(Table(CYCLE), "b", 7, temperature=temperature) == "cabcabc"


def test_of_a_long_text_only_the_last_characters_are_seen() -> None:
    assert written(First(), "abc", 4, context=5, temperature=0.0) == "aaab"
    assert written(First(), "abcabcabc", 3, context=2, temperature=0.0) == "bcb"


def test_what_is_off_in_training_is_on_while_it_writes() -> None:
    model = Table(CYCLE)
    model.dropout = Dropout(0.9, rng=Generator(0))
    model.forward = lambda ids: model.dropout(model.logits.take(ids, axis=0))
    assert written(model, "b", 7, temperature=0.0) == "cabcabc"


def test_without_a_prompt_it_begins_behind_a_line_break() -> None:
    assert written(Table(CYCLE), "", 3) == "abc"
    chosen = generate(Table(CYCLE[1:, 1:]), Vocabulary("abc"), "", context=5, rng=Generator(0))
    assert next(chosen) == "b"


def test_the_same_seed_writes_the_same_text_and_another_another() -> None:
    model = Table(np.zeros((4, 4)))
    texts = [written(model, "a", 40, seed=seed) for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_characters_come_as_often_as_their_probability_says(temperature: float) -> None:
    logits = np.log([0.1, 0.2, 0.3, 0.4])
    text = written(Table(np.tile(logits, (4, 1))), "a", 4000, temperature=temperature)
    expected = np.exp(logits / temperature)
    found = [text.count(letter) / 4000 for letter in LETTERS.characters]
    np.testing.assert_allclose(found, expected / expected.sum(), atol=0.025)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"temperature": -0.1}, OptionError, r"temperature -0\.1"),
        ({"temperature": np.nan}, OptionError, "temperature nan"),
        ({"context": 0}, OptionError, "context 0"),
        ({"prompt": "ax"}, DataError, "'x' at position 1"),
    ],
)
def test_what_cannot_be_gone_on_with_is_refused(
    options: dict[str, Any], error: type, message: str
) -> None:
    with pytest.raises(error, match=message):
        written(Table(CYCLE), **{"prompt": "a", "count": 1} | options)


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("logits", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_write_nothing(logits: float, temperature: float) -> None:
    model = Table(np.full((4, 4), logits))
    message = rf"generate: the largest logit behind 'b' is {logits}\. No character can be chosen"
    with pytest.raises(DataError, match=message):
        written(model, "ab", 1, temperature=temperature)


def test_characters_that_are_ruled_out_are_not_written() -> None:
    model = Table(np.where(np.arange(4) == 2, 0.0, -np.inf) + np.zeros((4, 4)))
    assert written(model, "a", 5) == "bbbbb"

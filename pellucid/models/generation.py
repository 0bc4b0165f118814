"""Writing text with a model that guesses the next character.

generate    character after character, as they are chosen
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.compile import compile as compiled
from pellucid.data import Vocabulary
from pellucid.errors import DataError, OptionError
from pellucid.nn.module import Module
from pellucid.random import Generator
from pellucid.strict import strict
from pellucid.tensor import Tensor

Numbers = NDArray[np.float64]


@strict
def generate(
    model: Module,
    vocabulary: Vocabulary,
    prompt: str,
    *,
    context: int,
    temperature: float = 0.8,
    rng: Generator,
) -> Iterator[str]:
    """The characters that go on from the prompt, one after the other, without end.

        p = softmax(logits / temperature);  the next character is drawn from p

    `context`: how many characters the model sees at once; of a longer text, the last ones.
    `temperature`: below 1 likely characters become likelier; 0 always takes the likeliest. An
    empty prompt begins behind a line break, where the text that was learned has one.

    The model must be causal: what stands behind a character does not change its logits. It is
    put into inference mode. The same seed gives the same text.

    Errors: OptionError for a temperature below 0 or a context below 1; DataError for a
        character of the prompt that the vocabulary does not have, and for logits of which
        none is the largest, as those of weights that are not finite.
    """
    if not 0.0 <= temperature < math.inf:
        raise OptionError(f"generate: temperature {temperature}. A number from 0 on.")
    if context < 1:
        raise OptionError(f"generate: context {context}. The model sees at least 1 character.")
    start = "\n" if "\n" in vocabulary.characters else vocabulary.characters[0]
    ids = vocabulary.encode(prompt or start).tolist()
    model.inference()
    return _characters(_Scores(model, context), vocabulary, ids, temperature, rng)


def _characters(
    scores: "_Scores",
    vocabulary: Vocabulary,
    ids: list[int],
    temperature: float,
    rng: Generator,
) -> Iterator[str]:
    while True:
        logits = scores.of(ids)
        if not abs(logits.max()) < math.inf:  # nan is not, either
            raise DataError(
                f"generate: the largest logit behind {vocabulary.characters[ids[-1]]!r} is "
                f"{logits.max()}. No character can be chosen: the model's weights are not finite. "
                "Load or train them again."
            )
        chosen = _draw(logits, temperature, rng)
        ids.append(chosen)
        yield vocabulary.characters[chosen]


class _Scores:
    """The logits of the next character, from a function that is compiled once."""

    def __init__(self, model: Module, context: int) -> None:
        self.context = context

        def last(window: Tensor, place: Tensor) -> Tensor:
            logits: Tensor = model(window)
            return logits.take(place, axis=1)

        self._last: Any = compiled(last)

    def of(self, ids: list[int]) -> Numbers:
        """Logits behind these characters, (vocabulary,)."""
        seen = ids[-self.context :]
        # Filled up behind: a causal model does not see it, and the shape is always the same.
        window = np.zeros((1, self.context), np.int64)
        window[0, : len(seen)] = seen
        logits = self._last(window, np.array([len(seen) - 1])).numpy()
        return logits.reshape(-1).astype(np.float64)  # type: ignore[no-any-return]


def _draw(logits: Numbers, temperature: float, rng: Generator) -> int:
    """One class, drawn by its probability."""
    if temperature == 0.0:
        return int(logits.argmax())
    weights = np.exp((logits - logits.max()) / temperature)
    ends = np.cumsum(weights)
    point = float(rng.fraction((), "float64").item()) * ends[-1]
    return int(np.searchsorted(ends, point, side="right"))

"""The samples that `pellucid explain` looks at: rows of the data, a picture, or typed numbers.

ExplainedSample    the options that say so
explained          a model explained on it
judging_set        the samples that are taken where nothing else is said
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.cli.data_facts import DataFacts
from pellucid.cli.data_parts import DataParts
from pellucid.cli.datasets import DATA
from pellucid.cli.recipe import Recipe
from pellucid.cli.suited_loss import loss_of
from pellucid.cli.using import read_sample
from pellucid.data import Dataset, Vocabulary
from pellucid.errors import OptionError
from pellucid.explanation.explanation import Explanation, explain
from pellucid.explanation.trace import trace
from pellucid.nn.module import Module
from pellucid.tensor import Tensor

PICTURES = ("digit", "ink", "picture")  # what is read where pictures are taken
SAMPLES = 16  # that are explained together where no one is asked for


@dataclass(frozen=True)
class ExplainedSample:
    """One sample, a picture, an input as typed, or else the first samples; and which value.

    `notation`: write out the backward pass, samples as "rows" or "columns".
    `step`: the weights of the checkpoint after it, and `beside` those of another; 0 is the start.
    """

    sample: int | None = None
    image: Path | None = None
    input: str | None = None
    node: str | None = None
    notation: str | None = None
    step: int | None = None
    beside: int | None = None
    data_dir: Path | None = None

    @property
    def is_given(self) -> bool:
        """Whether the input is given, and no data are needed."""
        return self.image is not None or self.input is not None


def judging_set(parts: DataParts) -> Dataset:
    """The set that judges: for testing, or else for choosing, or else that which was learned."""
    return parts.test or parts.validation or parts.train


def explained(
    model: Module, recipe: Recipe, facts: DataFacts, parts: DataParts | None, asked: ExplainedSample
) -> Explanation:
    """The model on what was asked for. Errors: OptionError for what it does not take."""
    if asked.is_given:
        return _of_input(model, _given(recipe, facts, asked), facts)
    assert parts is not None, "samples are those of the data"
    inputs, targets = _samples(judging_set(parts), asked.sample)
    found = explain(model, *inputs, targets, loss=loss_of(recipe, facts.form))
    found.class_names = facts.names
    return found


def _samples(data: Dataset, sample: int | None) -> tuple[tuple[Any, ...], Any]:
    """The inputs and targets of one sample, or of the first."""
    if sample is None:
        chosen = slice(0, SAMPLES)
    elif 0 <= sample < len(data):
        chosen = slice(sample, sample + 1)
    else:
        raise OptionError(f"--sample {sample}: {data.name} has the samples 0 to {len(data) - 1}.")
    return tuple(x[chosen] for x in data.input_rows), data.labels[chosen]


def _given(recipe: Recipe, facts: DataFacts, asked: ExplainedSample) -> Any:
    """The picture, row of numbers or text, as a batch of one."""
    reads = DATA[recipe.data].reads
    if asked.image is not None:
        if reads not in PICTURES:
            raise OptionError(
                f"--image {asked.image}: a run on {recipe.data} takes no pictures. Use --sample N, "
                "one of its data."
            )
        return np.asarray(read_sample(reads, str(asked.image), facts.form), np.float32)[None]
    word = asked.input or ""
    if facts.characters:
        ids = np.asarray(Vocabulary(facts.characters).encode(word))
        size = facts.form.shape[0]
        if not 1 <= len(ids) <= size:
            raise OptionError(
                f"--input: {len(ids)} characters. This model reads 1 to {size} at a time."
            )
        return ids[None]
    if reads in PICTURES:
        raise OptionError(
            f"--input {word!r}: a run on {recipe.data} takes pictures. Use --image FILE."
        )
    return np.asarray(read_sample(reads, word, facts.form), np.float32)[None]


def _of_input(model: Module, x: Any, facts: DataFacts) -> Explanation:
    """The score of the class that is guessed, as there is no target; of numbers, their sum.

    Of a text, that of the character that is guessed to come next.
    """
    outputs = model(x)
    last = (0,) * (outputs.ndim - 1) if outputs.ndim < 3 else (0, outputs.shape[1] - 1)
    guessed = int(outputs[last].argmax().item()) if facts.form.classes else None

    def score(x: Any) -> Tensor:
        scores: Tensor = model(x)
        return scores.sum() if guessed is None else scores[(*last, guessed)]

    return Explanation(trace(score, x), model, (x,), facts.names)

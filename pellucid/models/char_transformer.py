"""A small GPT: it guesses each next character from those before it, by attention.

CharTransformer           the model
CharTransformerOptions    its form
"""

from dataclasses import dataclass

from pellucid import nn
from pellucid.creation import arange
from pellucid.errors import OptionError, ShapeError
from pellucid.models.catalogue import TEXT, ModelKind
from pellucid.nn.init import Normal
from pellucid.nn.module import Module
from pellucid.random import Generator
from pellucid.refusals import Strict
from pellucid.tensor import Tensor

START = Normal(0.02)


@dataclass(frozen=True)
class CharTransformerOptions(Strict):
    """The form of a CharTransformer.

    `features`: the size of a character's embedding; a multiple of heads. `heads`: attention
    heads in each block. `blocks`: attention and dense layers, one after the other.
    `dropout`: the fraction of values set to 0 in a training step.

    Errors: OptionError for a number outside its range, or features that heads do not divide.
    """

    features: int = 128
    heads: int = 4
    blocks: int = 2
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if min(self.features, self.heads, self.blocks) < 1 or self.features % self.heads:
            raise OptionError(
                f"char-transformer: features {self.features}, heads {self.heads}, blocks "
                f"{self.blocks}. Each is at least 1, and heads divides features."
            )
        if not 0.0 <= self.dropout < 1.0:
            raise OptionError(
                f"char-transformer: dropout is {self.dropout}. From 0 up to, but not, 1."
            )


class CharTransformer(Module):
    """Characters and their places as vectors, causal transformer blocks, and scores.

        x = token[ids] + place[0, 1, ...];  x = block(x), again and again
        logits = norm(x) W

    A character's scores depend on it and on those before it, never on those behind.

    Shapes: ids (batch, time) int64, time up to `length` -> logits (batch, time, vocabulary).
    Start:  token, place and W ~ N(0, 0.02^2); the blocks as `nn.TransformerBlock`.
    Errors: ShapeError for more than `length` characters.
    Source: Radford et al., "Language models are unsupervised multitask learners", 2019,
        section 2.3, without sharing the weights of token and W.

    >>> import numpy as np
    >>> model = CharTransformer(65, 32, rng=Generator(seed=0))
    >>> model(np.zeros((2, 32), np.int64)).shape
    (2, 32, 65)
    """

    kind = ModelKind(
        "char-transformer",
        "A small GPT: it guesses the next character by attention.",
        CharTransformerOptions,
        lambda form, options, rng: CharTransformer(
            form.vocabulary, form.shape[0], options, rng=rng
        ),
        takes=TEXT,
    )

    def __init__(
        self,
        vocabulary: int,
        length: int,
        options: CharTransformerOptions = CharTransformerOptions(),
        *,
        rng: Generator | None = None,
    ) -> None:
        features = options.features
        self.length = length
        self.token = nn.Embedding(vocabulary, features, rng=rng)
        self.place = nn.Embedding(length, features, rng=rng)
        for table in (self.token, self.place):
            if rng is None:
                table.weight = START.parameter(table.weight.shape)
            else:  # into the variable that is there: a second one would count in the model's size
                table.weight.assign(START(table.weight.shape, rng))
        self.dropout = nn.Dropout(options.dropout, rng=rng)
        self.blocks = [
            nn.TransformerBlock(
                features, options.heads, causal=True, dropout=options.dropout, rng=rng
            )
            for _ in range(options.blocks)
        ]
        self.norm = nn.LayerNorm(features)
        self.output = nn.Linear(features, vocabulary, rng=rng, bias=False, initializer=START)

    def forward(self, ids: Tensor) -> Tensor:
        """Logits of each next character."""
        if ids.ndim != 2 or ids.shape[1] > self.length:
            raise ShapeError(
                f"ids of shape {ids.shape}. They are (batch, time), with time up to {self.length}."
            )
        x: Tensor = self.dropout(self.token(ids) + self.place(arange(ids.shape[1])))
        for block in self.blocks:
            x = block(x)
        return self.output(self.norm(x))  # type: ignore[no-any-return]

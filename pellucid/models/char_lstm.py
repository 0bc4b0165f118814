"""A recurrent network that guesses each next character from a memory of those before it.

CharLSTM           the model
CharLSTMOptions    its form
"""

from dataclasses import dataclass

from pellucid import nn
from pellucid.errors import OptionError, ShapeError
from pellucid.models.catalogue import TEXT, ModelKind
from pellucid.nn.module import Module
from pellucid.random import Generator
from pellucid.refusals import Strict
from pellucid.tensor import Tensor


@dataclass(frozen=True)
class CharLSTMOptions(Strict):
    """The form of a CharLSTM.

    `features`: the size of a character's embedding. `hidden`: hidden units of each layer.
    `layers`: LSTM layers, one above the other. `dropout`: the fraction of the last layer's
    outputs set to 0 in a training step.

    Errors: OptionError for a number outside its range.
    """

    features: int = 32
    hidden: int = 128
    layers: int = 1
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if min(self.features, self.hidden, self.layers) < 1:
            raise OptionError(f"char-lstm: {self}. Features, hidden and layers are at least 1.")
        if not 0.0 <= self.dropout < 1.0:
            raise OptionError(f"char-lstm: dropout is {self.dropout}. From 0 up to, but not, 1.")


class CharLSTM(Module):
    """Characters as vectors, LSTM layers, and scores.

        logits[t] = h[t] W + b,  h = LSTM(token[ids])

    The memory is empty at the start of every window.

    Shapes: ids (batch, time) int64 -> logits (batch, time, vocabulary).
    Start:  as `nn.Embedding`, `nn.LSTM` and `nn.Linear`.
    Errors: ShapeError for ids of other axes.
    Source: Graves, "Generating sequences with recurrent neural networks", 2013
        (arXiv 1308.0850), section 3.

    >>> import numpy as np
    >>> model = CharLSTM(65, rng=Generator(seed=0))
    >>> model(np.zeros((2, 32), np.int64)).shape
    (2, 32, 65)
    """

    kind = ModelKind(
        "char-lstm",
        "An LSTM that guesses the next character.",
        CharLSTMOptions,
        lambda form, options, rng: CharLSTM(form.vocabulary, options, rng=rng),
        takes=TEXT,
    )

    def __init__(
        self,
        vocabulary: int,
        options: CharLSTMOptions = CharLSTMOptions(),
        *,
        rng: Generator | None = None,
    ) -> None:
        self.token = nn.Embedding(vocabulary, options.features, rng=rng)
        self.lstm = nn.LSTM(
            options.features,
            options.hidden,
            layers=options.layers,
            rng=rng,
        )
        self.dropout = nn.Dropout(options.dropout, rng=rng)
        self.output = nn.Linear(options.hidden, vocabulary, rng=rng)

    def forward(self, ids: Tensor) -> Tensor:
        """Logits of each next character."""
        if ids.ndim != 2:
            raise ShapeError(f"ids of shape {ids.shape}. They are (batch, time).")
        outputs, _ = self.lstm(self.token(ids))
        return self.output(self.dropout(outputs))  # type: ignore[no-any-return]

"""Recurrent layers: cells taken through time, in one or both directions, one layer on another.

RNN, LSTM, GRU      whole sequences, of one length or of many
LastState           what such a layer ends with, for classifiers
"""

from collections.abc import Sequence
from typing import ClassVar

from pellucid.creation import concat, stack, where
from pellucid.errors import OptionError, ShapeError
from pellucid.functional.lengths import check_lengths, length_mask
from pellucid.nn.cells import Cell, GRUCell, LSTMCell, RNNCell, State
from pellucid.nn.module import Module
from pellucid.random import Generator
from pellucid.scanning import scan
from pellucid.tensor import Tensor


class Recurrent(Module):
    """What all kinds share: layers, directions, and rows of different lengths.

    Called with x, or with x and the length of each row, or with x, lengths or None, and the state
    to start with, as the layer gives it back. A row's steps behind its length leave its state as
    it is, and give 0; the way back begins at its own end. Without a state all start with zeros.

    Shapes: x (batch, time, in_features), lengths (batch,) integers, state as below
    -> outputs (batch, time, directions hidden_features) of the last layer, and the state that
    each layer and direction ends with: h (layers directions, batch, hidden_features), of an
    LSTM the pair (h, c).
    Errors: OptionError for no layers; ShapeError for other axes, features, lengths or states;
    DTypeError for lengths that are not integers.
    """

    cell: ClassVar[type[Cell]]
    takes = "batch, time, in_features"

    def __init__(
        self,
        in_features: int,
        hidden_features: int,
        *,
        layers: int = 1,
        bidirectional: bool = False,
        rng: Generator | None = None,
    ) -> None:
        if layers < 1:
            raise OptionError(f"{type(self).__name__}: {layers} layers. There is at least 1.")
        self.in_features = in_features
        self.hidden_features = hidden_features
        self.layers = layers
        self.directions = 2 if bidirectional else 1
        sizes = [in_features] + [self.directions * hidden_features] * (layers - 1)
        self.cells = [
            self.cell(size, hidden_features, rng=rng)
            for size in sizes
            for _ in range(self.directions)
        ]

    def forward(
        self,
        x: Tensor,
        lengths: Tensor | None = None,
        state: Tensor | tuple[Tensor, ...] | None = None,
    ) -> tuple[Tensor, Tensor | tuple[Tensor, ...]]:
        """Outputs of all steps, and the last states."""
        self._check(x, lengths)
        starts = self._starts(x, state)
        steps = x.permute_dims((1, 0, 2))
        masks = _masks(lengths, x.shape[1])
        ends: list[State] = []
        for layer in range(self.layers):
            ways = []
            for direction in range(self.directions):
                number = layer * self.directions + direction
                way = _through(
                    self.cells[number],
                    steps,
                    masks,
                    starts[number],
                    direction == 1,
                )
                ways.append(way[0])
                ends.append(way[1])
            steps = _side_by_side(ways)
        last = tuple(stack(parts, axis=0) for parts in zip(*ends, strict=True))
        return steps.permute_dims((1, 0, 2)), last if len(last) > 1 else last[0]

    def _starts(self, x: Tensor, state: Tensor | tuple[Tensor, ...] | None) -> list[State]:
        """What each cell starts with."""
        batch = x.shape[0]
        count = self.layers * self.directions
        if state is None:
            return [cell.start(batch) for cell in self.cells]
        parts = state if isinstance(state, tuple) else (state,)
        shape = (count, batch, self.hidden_features)
        if [part.shape for part in parts] != [shape] * len(self.cell.state_names):
            found = ", ".join(str(part.shape) for part in parts)
            raise ShapeError(
                f"state of {found}. It is {' and '.join(self.cell.state_names)} of shape {shape}: "
                "layers and directions, batch, hidden_features."
            )
        return [tuple(part[i] for part in parts) for i in range(count)]

    def _check(self, x: Tensor, lengths: Tensor | None) -> None:
        if x.ndim != 3 or x.shape[2] != self.in_features or x.shape[1] < 1:
            raise ShapeError(
                f"x of shape {x.shape}. It must be (batch, time, {self.in_features}), with at "
                "least 1 step."
            )
        if lengths is not None:
            check_lengths("", lengths, x.shape)

    def describe(self) -> str:
        """Its sizes, and what is not as usual."""
        words = [f"{self.in_features}, {self.hidden_features}"]
        if self.layers > 1:
            words.append(f"layers={self.layers}")
        if self.directions > 1:
            words.append("bidirectional=True")
        return ", ".join(words)


def _side_by_side(parts: Sequence[Tensor]) -> Tensor:
    """What both directions say of each step; of one, what it says."""
    return parts[0] if len(parts) == 1 else concat(parts, axis=parts[0].ndim - 1)


def _masks(lengths: Tensor | None, count: int) -> Tensor | None:
    """For each step which rows have not ended yet: (time, batch, 1)."""
    if lengths is None:
        return None
    return length_mask(lengths, count).T.expand_dims(2)


def _through(
    cell: Cell, steps: Tensor, masks: Tensor | None, start: State, backwards: bool
) -> tuple[Tensor, State]:
    """The outputs of a cell at all steps, in their order, and its state at the end of its way."""

    def step(state: State, inputs: tuple[Tensor, Tensor | None]) -> tuple[State, Tensor]:
        x, mask = inputs
        state = cell(x, state, mask)
        return state, state[0] if mask is None else where(mask, state[0], 0.0)

    end, outputs = scan(step, start, (steps, masks), reverse=backwards)
    return outputs, end


class RNN(Recurrent):
    """Recurrent layers of tanh cells.

        h[t] = tanh(x[t] W + h[t-1] U + b)

    Shapes, lengths and errors: as `Recurrent`. Start and source: `RNNCell`.

    >>> from pellucid.creation import zeros
    >>> outputs, state = RNN(3, 5, rng=Generator(seed=0))(zeros((2, 7, 3)))
    >>> outputs.shape, state.shape
    ((2, 7, 5), (1, 2, 5))
    """

    cell = RNNCell
    formula = "h[t] = tanh(x[t] W + h[t-1] U + b)"


class LSTM(Recurrent):
    """Recurrent layers of LSTM cells, which carry a memory c beside h.

        i, f, g, o = x[t] W + h[t-1] U + b; c[t] = sigmoid(f) c[t-1] + sigmoid(i) tanh(g);
        h[t] = sigmoid(o) tanh(c[t])

    Shapes, lengths and errors: as `Recurrent`. Start and source: `LSTMCell`.

    >>> from pellucid.creation import zeros
    >>> layer = LSTM(3, 5, layers=2, bidirectional=True, rng=Generator(seed=0))
    >>> outputs, (h, c) = layer(zeros((2, 7, 3)))
    >>> outputs.shape, h.shape, c.shape
    ((2, 7, 10), (4, 2, 5), (4, 2, 5))
    """

    cell = LSTMCell
    formula = (
        "i, f, g, o = x[t] W + h[t-1] U + b; c[t] = sigmoid(f) c[t-1] + sigmoid(i) tanh(g); "
        "h[t] = sigmoid(o) tanh(c[t])"
    )


class GRU(Recurrent):
    """Recurrent layers of gated recurrent units.

        r, z = sigmoid(x[t] W + h[t-1] U + b); n = tanh(x[t] W + b + r (h[t-1] U + d));
        h[t] = (1 - z) n + z h[t-1]

    Shapes, lengths and errors: as `Recurrent`. Start and source: `GRUCell`.

    >>> from pellucid.creation import zeros
    >>> outputs, state = GRU(3, 5, rng=Generator(seed=0))(zeros((2, 7, 3)))
    >>> outputs.shape, state.shape
    ((2, 7, 5), (1, 2, 5))
    """

    cell = GRUCell
    formula = (
        "r, z = sigmoid(x[t] W + h[t-1] U + b); n = tanh(x[t] W + b + r (h[t-1] U + d)); "
        "h[t] = (1 - z) n + z h[t-1]"
    )


class LastState(Module):
    """What a recurrent layer ends with: h of its last layer, both directions side by side.

    Shapes: x (batch, time, in_features) -> (batch, directions hidden_features).

    >>> from pellucid.creation import zeros
    >>> layer = LastState(LSTM(3, 5, bidirectional=True, rng=Generator(seed=0)))
    >>> layer(zeros((2, 7, 3))).shape
    (2, 10)
    """

    def __init__(self, layer: Recurrent) -> None:
        self.layer = layer

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """The state at each row's own end."""
        _, state = self.layer(x, lengths)
        h = state[0] if isinstance(state, tuple) else state
        first = h.shape[0] - self.layer.directions
        last = [h[i] for i in range(first, h.shape[0])]
        return _side_by_side(last)

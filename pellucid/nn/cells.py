"""Recurrent cells: one step in time.

RNNCell     h' = tanh(x W + h U + b)
LSTMCell    a memory c beside h, with gates for what enters, stays and leaves
GRUCell     one gate for what stays, one for what of h is looked at

A cell keeps W for its input, U for its state and b; gates lie side by side in their columns,
in PyTorch's order. `pellucid.nn.recurrent` takes cells through time.
"""

from typing import ClassVar

from pellucid.creation import concat, full, split, where, zeros
from pellucid.errors import OptionError, ShapeError
from pellucid.functional import sigmoid, tanh
from pellucid.nn.init import Orthogonal, Uniform, starting
from pellucid.nn.module import Module
from pellucid.random import Generator
from pellucid.tensor import Tensor
from pellucid.variables import Parameter

State = tuple[Tensor, ...]  # h, and c of an LSTM


class Cell(Module):
    """What all cells share: their weights, and the step of a batch in which some rows wait."""

    gates: ClassVar[int] = 1
    part_names: ClassVar[tuple[str, ...]] = ()  # of the parts that lie side by side
    state_names: ClassVar[tuple[str, ...]] = ("h",)
    takes = "batch, in_features"

    def __init__(
        self, in_features: int, hidden_features: int, *, rng: Generator | None = None
    ) -> None:
        if in_features < 1 or hidden_features < 1:
            raise OptionError(
                f"{type(self).__name__}: {in_features} to {hidden_features} features. At least 1."
            )
        self.in_features = in_features
        self.hidden_features = hidden_features
        limit = hidden_features**-0.5
        columns = self.gates * hidden_features
        self.weight = Uniform(limit).parameter((in_features, columns), rng)
        self.recurrent_weight = starting(self._recurrent, (hidden_features, columns), rng)
        self.bias = Parameter(zeros(self.gates * hidden_features))

    def _recurrent(self, rng: Generator) -> Tensor:
        square = (self.hidden_features, self.hidden_features)
        return concat([Orthogonal()(square, rng) for _ in range(self.gates)], axis=1)

    def start(self, batch: int) -> State:
        """A state of zeros."""
        dtype = self.weight.dtype
        return (zeros((batch, self.hidden_features), dtype=dtype),) * len(self.state_names)

    def forward(
        self,
        x: Tensor,
        state: State | None = None,
        mask: Tensor | None = None,
    ) -> State:
        """The state after x: where `mask` (batch, 1) is false, the state before."""
        if x.ndim != 2 or x.shape[1] != self.in_features:
            raise ShapeError(f"x of shape {x.shape}. It must be (batch, {self.in_features}).")
        before = self.start(x.shape[0]) if state is None else state
        after = self.step(x, before)
        if mask is None:
            return after
        return tuple(where(mask, a, b) for a, b in zip(after, before, strict=True))

    def step(self, x: Tensor, state: State) -> State:
        """The state after x, from the state before."""
        raise NotImplementedError(f"{type(self).__name__} must define step")

    def describe(self) -> str:
        """Its sizes."""
        return f"{self.in_features}, {self.hidden_features}"


class RNNCell(Cell):
    """The plain recurrent cell.

        h' = tanh(x W + h U + b)

    Shapes: x (batch, in_features), h (batch, hidden_features) -> (h',), of h's shape.
    Start:  W ~ U(-k, k), k = 1 / sqrt(hidden_features); U orthogonal, which keeps the length of
        what is carried through time (Saxe et al. 2013); b = 0.
    Errors: ShapeError for another shape of x; OptionError for sizes below 1.
    Source: Elman, "Finding structure in time", 1990.

    >>> cell = RNNCell(3, 5)
    >>> [part.shape for part in cell(zeros((2, 3)))]
    [(2, 5)]
    """

    def step(self, x: Tensor, state: State) -> State:
        """tanh of both maps."""
        (h,) = state
        return (tanh(x @ self.weight + h @ self.recurrent_weight + self.bias),)


class LSTMCell(Cell):
    """The long short-term memory cell.

        i, f, g, o = the four parts of x W + h U + b
        c' = sigmoid(f) c + sigmoid(i) tanh(g)
        h' = sigmoid(o) tanh(c')

    Shapes: x (batch, in_features); h, c (batch, hidden_features) -> (h', c').
    Start:  as RNNCell, but b = 1 for f: at first, memories are kept.
    Errors: as RNNCell.
    Source: Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000; its bias:
        Jozefowicz et al. 2015, section 4.1.

    >>> cell = LSTMCell(3, 5)
    >>> [part.shape for part in cell(zeros((2, 3)))]
    [(2, 5), (2, 5)]
    """

    gates = 4
    part_names = ("i", "f", "g", "o")
    state_names = ("h", "c")

    def __init__(
        self, in_features: int, hidden_features: int, *, rng: Generator | None = None
    ) -> None:
        super().__init__(in_features, hidden_features, rng=rng)
        n = hidden_features
        self.bias.assign(concat([zeros(n), full(n, 1.0), zeros(2 * n)]))

    def step(self, x: Tensor, state: State) -> State:
        """The new output and memory."""
        h, c = state
        gates = x @ self.weight + h @ self.recurrent_weight + self.bias
        enter, stay, new, leave = split(gates, 4, axis=1)
        c = sigmoid(stay) * c + sigmoid(enter) * tanh(new)
        return sigmoid(leave) * tanh(c), c


class GRUCell(Cell):
    """The gated recurrent unit.

        r = sigmoid(x W_r + h U_r + b_r)
        z = sigmoid(x W_z + h U_z + b_z)
        n = tanh(x W_n + b_n + r (h U_n + d))
        h' = (1 - z) n + z h

    r acts behind the product with U_n, as in cuDNN and PyTorch, so n has two biases.

    Shapes: x (batch, in_features), h (batch, hidden_features) -> (h',).
    Start:  as RNNCell; b = d = 0.
    Errors: as RNNCell.
    Source: Cho et al. 2014 (arXiv 1406.1078), in the form of version 1.

    >>> cell = GRUCell(3, 5)
    >>> [part.shape for part in cell(zeros((2, 3)))]
    [(2, 5)]
    """

    gates = 3
    part_names = ("r", "z", "n")

    def __init__(
        self, in_features: int, hidden_features: int, *, rng: Generator | None = None
    ) -> None:
        super().__init__(in_features, hidden_features, rng=rng)
        self.recurrent_bias = Parameter(zeros(hidden_features))

    def step(self, x: Tensor, state: State) -> State:
        """The new state, between the old one and a proposal."""
        (h,) = state
        own = split(x @ self.weight + self.bias, 3, axis=1)
        carried = split(h @ self.recurrent_weight, 3, axis=1)
        look, stay = (sigmoid(own[i] + carried[i]) for i in range(2))
        new = tanh(own[2] + look * (carried[2] + self.recurrent_bias))
        return (new + stay * (h - new),)

"""A data set in variables, from which a compiled function gathers a batch.

Feed    a data set in memory
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from pellucid.compile import Compiled
from pellucid.data import Dataset
from pellucid.tensor import Tensor
from pellucid.train.run_files.checkpoint import Position
from pellucid.variables import Buffer, Variable


class Feed:
    """A data set, ready to be gathered from inside a compiled function.

    `passing`: variables that hold other samples at each turn; none where data are in memory.
    """

    passing: frozenset[Variable] = frozenset()

    def __init__(self, data: Dataset, weights: Any = None) -> None:
        self.data = data
        self._hold((data.held, *data.further), data.target_arrays, weights)

    def _hold(self, inputs: Sequence[Any], targets: Sequence[Any], weights: Any) -> None:
        names = ["features", *(f"input{i}" for i in range(1, len(inputs)))]
        self.inputs = [Buffer(x, name=n) for x, n in zip(inputs, names, strict=True)]
        names = ["targets", *(f"targets of {t.name}" for t in self.data.further_targets)]
        self.targets = [Buffer(t, name=n) for t, n in zip(targets, names, strict=True)]
        self.weights = None if weights is None else Buffer(weights, name="weights")

    def follow(self, order: Callable[[int], tuple[Any, Any]], seed: int) -> None:
        """Take batches in an order: those of an epoch, full ones and a rest."""

    def run(
        self, function: Compiled, rows: Any, at: Position | None = None
    ) -> tuple[Any, BaseException | None]:
        """`function.loop_while_sound` on rows of sample numbers. `at`: where in the order."""
        return function.loop_while_sound(rows)

    def placed(self, rows: Any, at: Position | None = None) -> Any:
        """Where the samples of some batches are in what is gathered from."""
        return rows

    def __enter__(self) -> "Feed":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Have nobody read ahead any more."""

    def alike(self, rows: Any) -> int:
        """How many of the first rows of samples can run as one program."""
        return len(rows)

    def cropped(self, row: Any) -> AbstractContextManager[None]:
        """Inside, batches are such as this row of samples needs."""
        return nullcontext()

    def batch(self, indices: Tensor) -> tuple[tuple[Tensor, ...], Any]:
        """The inputs of a model, and targets, of these samples; several targets by name."""
        features, *further = (self._taken(buffer, indices) for buffer in self.inputs)
        inputs = (self.data.from_held(features), *further)
        targets = [self._taken(buffer, indices) for buffer in self.targets]
        return inputs, self.data.by_target(targets)

    def _taken(self, buffer: Variable, indices: Tensor) -> Tensor:
        """The rows of these samples."""
        return buffer.take(indices, axis=0)

    def batch_weights(self, indices: Tensor) -> dict[str, Tensor]:
        """The weights of these samples, as an argument for the loss; none where all are 1."""
        return {} if self.weights is None else {"weights": self._taken(self.weights, indices)}

"""Predictions for batches of any size, by compiled programs for a few of them.

Predictor   a model's outputs in inference mode, compiled
pieces      how a batch is cut

A compiled function is compiled again for every new shape. Batches of a service, or the last
batch of a data set, have any size, so a predictor cuts them into pieces: whole blocks of rows
first, then the rest, filled up to a power of two. Some twenty programs at the most serve all, and
each is compiled when it is first needed.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.compile import compile as compiled
from pellucid.errors import ShapeError
from pellucid.nn.module import in_mode
from pellucid.structure import LEAF, flatten, unflatten
from pellucid.tensor import Tensor

if TYPE_CHECKING:
    from pellucid.nn.module import Module

LARGEST = 1024  # rows of a piece
BLOCK = 64  # rows: pieces are whole blocks, or less than one and filled up
SIZES = {1 << i for i in range(BLOCK.bit_length())} | set(range(BLOCK, LARGEST + 1, BLOCK))


class Predictor:
    """A model's outputs for any number of rows, in inference mode, with its present parameters.

    Every row must be answered by itself, as layers do in inference mode. The same batch gives
    the same bits; a row may differ in its last bits between batches of different sizes, which
    sum in other orders.

    Shapes: inputs (n, ...), nested as the model takes them -> outputs (n, ...).
    Errors: ShapeError where inputs have no rows, or not equally many, and where an output has
    not a row for each of them.

    >>> from pellucid import Generator, nn
    >>> predict = nn.Linear(3, 2, rng=Generator(seed=0)).predictor()
    >>> predict(np.ones((5, 3), np.float32)).shape
    (5, 2)
    """

    def __init__(self, model: "Module", executor: str | None = None) -> None:
        self._modules = tuple(model.modules().values())

        def outputs(*inputs: Any) -> Any:
            return model(*inputs)

        self._program = compiled(outputs, executor=executor)

    def __call__(self, *inputs: Any) -> Any:
        """The outputs for these inputs."""
        if any(module._training for module in self._modules):
            with in_mode(self._modules, training=False):
                return self._outputs(inputs)
        return self._outputs(inputs)

    def _outputs(self, inputs: tuple[Any, ...]) -> Any:
        x: Any = inputs[0] if len(inputs) == 1 else None
        # A single array, as of most models, is looked at in no time.
        is_plain = isinstance(x, Tensor | np.ndarray) and x.shape
        count = x.shape[0] if is_plain else _rows(_apart(inputs)[1])
        if count not in SIZES:
            return self._in_pieces(inputs, pieces(count))
        outputs = self._program(*inputs)
        _check(_apart(outputs)[1], count)
        return outputs

    def _in_pieces(self, inputs: tuple[Any, ...], sizes: list[tuple[int, int]]) -> Any:
        structure, leaves = _apart(inputs)
        arrays = [x.known("a prediction") if isinstance(x, Tensor) else x for x in leaves]
        parts: list[list[Any]] = []
        start, nest = 0, None
        for size, room in sizes:
            piece = [_filled(a[start : start + size], room) for a in arrays]
            nest, outputs = _apart(self._program(*unflatten(structure, iter(piece))))
            _check(outputs, room)
            parts.append([y.array[:size] for y in outputs])
            start += size
        joined = [Tensor(np.concatenate(column)) for column in zip(*parts, strict=True)]
        return unflatten(nest, iter(joined))


def pieces(count: int) -> list[tuple[int, int]]:
    """The pieces of a batch: rows of each, and how many they are filled up to.

    >>> pieces(1), pieces(1000)
    ([(1, 1)], [(960, 960), (40, 64)])
    """
    found = [(LARGEST, LARGEST)] * (count // LARGEST)
    blocks, rest = divmod(count % LARGEST, BLOCK)
    if blocks:
        found.append((blocks * BLOCK, blocks * BLOCK))
    if rest or not found:
        found.append((rest, 1 << max(rest - 1, 0).bit_length()))
    return found


def _apart(nest: Any) -> tuple[Any, list[Any]]:
    """The structure of a nest, and the tensors and arrays in it."""
    if isinstance(nest, Tensor | np.ndarray):
        return LEAF, [nest]
    leaves: list[Any] = []
    return flatten(nest, leaves), leaves


def _rows(leaves: Sequence[Any]) -> int:
    """How many rows all inputs have."""
    shapes = [getattr(x, "shape", ()) for x in leaves]
    counts = {shape[0] if shape else -1 for shape in shapes}
    if len(counts) != 1 or -1 in counts:
        raise ShapeError(
            f"predictor: inputs of shapes {shapes}. The first axis counts the rows: it must be "
            "the same for all. Give one row x as x[None]."
        )
    count: int = counts.pop()
    return count


def _check(outputs: Iterable[Any], rows: int) -> None:
    for y in outputs:
        if y.shape[:1] != (rows,):
            raise ShapeError(
                f"predictor: an output of shape {y.shape} for {rows} rows. It must have a row "
                "for each: compile a function that gives something else with pellucid.compile."
            )


def _filled(array: Any, rows: int) -> Any:
    """The rows, and zeros after them."""
    if len(array) == rows:
        return array
    filled = np.zeros((rows, *array.shape[1:]), array.dtype)
    filled[: len(array)] = array
    return filled

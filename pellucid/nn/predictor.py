"""Predictions for batches of any size, by compiled programs for a few of them.

Predictor   a model's outputs in inference mode, compiled
pieces      how a batch is cut

A compiled function is compiled again for every new shape. Batches of a service, or the last
batch of a data set, have any size, so a predictor cuts them into pieces of a few sizes, the
largest first. The last piece begins earlier, among rows that are answered already, or, where
there are none, is filled up. Nineteen programs at the most serve all, and each is compiled when it
is first needed.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np

from pellucid.arguments import wants_gradient
from pellucid.compile import compile as compiled
from pellucid.errors import ShapeError
from pellucid.nn.base import ATTRIBUTES, BaseModule, in_mode
from pellucid.nn.calls import as_computed
from pellucid.primitives.base import FLOAT32
from pellucid.recordings import USUAL
from pellucid.strict import strict, unasked
from pellucid.structure import LEAF, flatten, unflatten
from pellucid.tensor import Tensor, holding

LARGEST = 1024  # rows of a piece
FEW = 32  # rows: fewer are answered by one piece, filled up; more are worth another one
SIZES = (1, 2, 4, 8, 16, *range(FEW, 256, FEW), *range(256, LARGEST + 1, 128))


@partial(strict, but="__call__")
class Predictor:
    """A model's outputs for any number of rows, in inference mode, with its present parameters.

    Every row must be answered by itself, as layers do in inference mode. The same batch gives
    the same bits; a row may differ in its last bits between batches of different sizes, which
    sum in other orders.

    Gradients by inputs are taken through the model, operation by operation; one by a parameter
    is refused, as by every compiled function.

    Shapes: inputs (n, ...), nested as the model takes them -> outputs (n, ...).
    Errors: ShapeError where inputs have no rows, or not equally many, and where an output has
    not a row for each of them.

    >>> from pellucid import Generator, nn
    >>> predict = nn.Linear(3, 2, rng=Generator(seed=0)).predictor()
    >>> predict(np.ones((5, 3), np.float32)).shape
    (5, 2)
    """

    def __init__(
        self, model: BaseModule, executor: str | None = None, precision: str = USUAL
    ) -> None:
        self._model = model
        self._seen = ATTRIBUTES.count
        self._modules = tuple(model.modules().values())

        def outputs(*inputs: Any) -> Any:
            return model(*inputs)

        self._program = compiled(outputs, executor=executor, precision=precision)

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """The outputs for these inputs."""
        if options:
            raise unasked("predictor", (), options, "inputs")
        if self._seen != ATTRIBUTES.count:  # another layer may have come
            self._seen, self._modules = ATTRIBUTES.count, tuple(self._model.modules().values())
        if any(module._training for module in self._modules):
            with in_mode(self._modules, training=False):
                return self._outputs(inputs)
        return self._outputs(inputs)

    def _outputs(self, inputs: tuple[Any, ...]) -> Any:
        x: Any = inputs[0] if len(inputs) == 1 else None
        if not (type(x) is Tensor or (type(x) is np.ndarray and x.dtype is FLOAT32)):
            inputs = tuple(self._given(part) for part in inputs)
            x = inputs[0] if len(inputs) == 1 else None
        # A single array, as of most models, is looked at in no time.
        is_plain = isinstance(x, Tensor | np.ndarray) and x.shape
        count = x.shape[0] if is_plain else _rows(_apart(inputs)[1])
        if count not in SIZES:
            return self._in_pieces(inputs, count)
        outputs = self._program(*inputs)
        _check(_apart(outputs)[1], count)
        return outputs

    def _given(self, x: Any) -> Any:
        """An input as the model takes it: see `Module.__call__`."""
        if isinstance(x, tuple):
            return tuple(self._given(part) for part in x)
        is_data = hasattr(x, "__array__") and not isinstance(x, Tensor)
        return as_computed(self._model, x) if is_data else x

    def _in_pieces(self, inputs: tuple[Any, ...], count: int) -> Any:
        if wants_gradient(inputs):
            return self._program(*inputs)  # operation by operation: no shape is compiled
        structure, leaves = _apart(inputs)
        arrays = [x.known("a prediction") if isinstance(x, Tensor) else x for x in leaves]
        parts: list[list[Any]] = []
        end, nest = 0, None
        for wanted, size in pieces(count):
            end += wanted
            piece = [_rows_until(a, end, size) for a in arrays]
            nest, outputs = _apart(self._program(*unflatten(structure, iter(piece))))
            _check(outputs, size)
            first = size - wanted if end >= size else 0
            parts.append([y.array[first : first + wanted] for y in outputs])
        arrays = [np.concatenate(column) for column in zip(*parts, strict=True)]
        joined = [holding(array, y.origin) for array, y in zip(arrays, outputs, strict=True)]
        return unflatten(nest, iter(joined))


def pieces(count: int) -> list[tuple[int, int]]:
    """The pieces of a batch: rows that each answers, and rows of the program that does it.

    >>> pieces(3), pieces(100), pieces(1000)
    ([(3, 4)], [(96, 96), (4, 4)], [(896, 896), (96, 96), (8, 8)])
    """
    found: list[tuple[int, int]] = []
    while count or not found:
        size = max((size for size in SIZES if size <= count), default=1)
        if size < count < FEW:
            size *= 2
        found.append((min(size, count), size))
        count -= min(size, count)
    return found


def _apart(nest: Any) -> tuple[Any, list[Any]]:
    """The structure of a nest, and the tensors and arrays in it."""
    if isinstance(nest, Tensor | np.ndarray):
        return LEAF, [nest]
    leaves: list[Any] = []
    return flatten(nest, leaves), leaves


def _rows(leaves: Sequence[Any]) -> int:
    """How many rows all inputs have."""
    if any(not hasattr(x, "shape") for x in leaves):
        raise ShapeError(
            "predictor: inputs of Python numbers. They are arrays or tensors with a row for each "
            "sample: numpy.asarray(x, numpy.float32)."
        )
    shapes = [x.shape for x in leaves]
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


def _rows_until(array: Any, end: int, size: int) -> Any:
    """The `size` rows before row `end`; where there are fewer, all of them, then rows of zeros."""
    if end >= size:
        return array[end - size : end]
    filled = np.zeros((size, *array.shape[1:]), array.dtype)
    filled[:end] = array[:end]
    return filled

"""Tensors made from nothing but a shape, and tensors put together from others.

    zeros, ones, full, eye, arange, linspace     filled by a rule
    zeros_like, ones_like, full_like             with the shape and dtype of another
    concat, stack, where, one_hot, split         made of others

Names and meanings are those of the Array API standard; floats are float32 unless asked.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.arrays import weak
from pellucid.errors import DTypeError, OptionError, PositionError, ShapeError
from pellucid.graph import is_symbolic
from pellucid.primitives import Arange, CheckedIds, Concat, Part, Split
from pellucid.primitives.base import (
    FLOAT32,
    FLOATS,
    INT64,
    INTEGERS,
    DType,
    Shape,
    known_dtype,
    normal_axis,
    whole_sizes,
)
from pellucid.sizes import check_sizes
from pellucid.tensor import Tensor, apply, ones_like, tensor, zeros_like


def zeros(shape: int | Shape, *, dtype: Any = FLOAT32) -> Tensor:
    """A tensor of zeros.

    >>> zeros((2, 3)).shape
    (2, 3)
    """
    return Tensor(_filled("zeros", shape, 0, dtype))


def ones(shape: int | Shape, *, dtype: Any = FLOAT32) -> Tensor:
    """A tensor of ones."""
    return Tensor(_filled("ones", shape, 1, dtype))


def full(shape: int | Shape, value: float, *, dtype: Any = FLOAT32) -> Tensor:
    """A tensor with the same number everywhere. Errors: DTypeError where the dtype has it not."""
    of = known_dtype("full", dtype)
    return Tensor(_filled("full", shape, _number("full", value, of), of))


def full_like(x: Tensor, value: float) -> Tensor:
    """The same number everywhere, with the shape and dtype of x; symbolic where x is.

    Errors: DTypeError where it is no number of that dtype.
    """
    number = Tensor(_number("full_like", value, x.dtype))
    return number.broadcast_to(x.shape) if is_symbolic(x) else full(x.shape, value, dtype=x.dtype)


def eye(rows: int, columns: int | None = None, *, dtype: Any = FLOAT32) -> Tensor:
    """A matrix with ones on its diagonal, square unless `columns` is given."""
    n, m = _sizes("eye", (rows, rows if columns is None else columns), dtype)
    return Tensor(np.eye(n, m, dtype=dtype))


def arange(
    start: float, stop: float | None = None, step: float = 1, *, dtype: Any = None
) -> Tensor:
    """Numbers from `start` up to but not including `stop`, `step` apart.

    With one number, from 0 up to it. Integers give int64, floats float32, unless `dtype`
    says otherwise. Each number is start + i step: no error adds up.

    >>> arange(3) + 5
    tensor([5, 6, 7], int64)
    """
    given = (0, start, step) if stop is None else (start, stop, step)
    first, last, step = (_plain("arange", n) for n in given)
    if not (step and all(math.isfinite(n) for n in (first, last, step))):
        raise OptionError(
            f"arange: from {first} to {last}, {step} apart. These are finite numbers, and a step "
            "of 0 leads nowhere."
        )
    whole = all(isinstance(n, int) for n in (first, last, step))
    default = INT64 if whole else FLOAT32
    of = default if dtype is None else known_dtype("arange", dtype)
    # Integers beyond 2^53 are no floats: they are divided as integers.
    steps = -((first - last) // step) if whole else math.ceil((last - first) / step)
    return apply(Arange(first, step, max(0, steps), of))


def linspace(start: float, stop: float, count: int, *, dtype: Any = FLOAT32) -> Tensor:
    """`count` numbers at equal distances, both ends included.

    Errors: DTypeError for integers, which distances are not; ShapeError for a count below 0.

    >>> linspace(0.0, 1.0, 5)
    tensor([0.  , 0.25, 0.5 , 0.75, 1.  ], float32)
    """
    of = known_dtype("linspace", dtype)
    if of not in FLOATS:
        raise DTypeError(
            f"linspace: numbers of {of}. Equal distances need floats: use float32, or arange for "
            "integers."
        )
    (points,) = _sizes("linspace", count, of)
    first, last = _plain("linspace", start), _plain("linspace", stop)
    return Tensor(np.linspace(first, last, points, dtype=of))


def concat(tensors: Sequence[Any], *, axis: int = 0) -> Tensor:
    """Tensors one behind the other along an axis; their other sizes agree.

    >>> concat([ones(2), zeros(1)])
    tensor([1., 1., 0.], float32)
    """
    parts = [_tensor(x) for x in tensors]
    if not parts:
        raise ShapeError("concat: no tensors. Give at least one: the result has its dtype.")
    return parts[0].apply(Concat(normal_axis("concat", axis, parts[0].ndim)), *parts[1:])


def stack(tensors: Sequence[Any], *, axis: int = 0) -> Tensor:
    """Tensors of one shape along a new axis.

    >>> stack([zeros(3), ones(3)]).shape
    (2, 3)
    """
    parts = [_tensor(x) for x in tensors]
    shapes = [part.shape for part in parts]
    if len(set(shapes)) != 1:
        raise ShapeError(f"stack: shapes {shapes}. It takes at least one, all of one shape.")
    place = normal_axis("stack", axis, parts[0].ndim + 1)
    return concat([part.expand_dims(place) for part in parts], axis=place)


def split(x: Any, count: int, *, axis: int = 0) -> tuple[Tensor, ...]:
    """x in equal pieces along an axis: what `concat` puts together.

    Its gradient is put together once, where those of slices are as large as x and added up.
    Errors: ShapeError for an axis that does not divide into so many.

    >>> split(arange(6), 3)
    (tensor([0, 1], int64), tensor([2, 3], int64), tensor([4, 5], int64))
    """
    whole = _tensor(x).read()
    place = normal_axis("split", axis, whole.ndim)
    (count,) = whole_sizes("split", (count,))
    if count < 1 or whole.shape[place] % count:
        raise ShapeError(
            f"split: {count} pieces along axis {place} of shape {whole.shape}. The axis divides "
            "into equal pieces, at least one."
        )
    size = whole.shape[place] // count
    piece = tuple(size if i == place else n for i, n in enumerate(whole.shape))
    record = whole.apply(Split(place, count, piece))
    return tuple(record.apply(Part(i, piece)) for i in range(count))


def where(condition: Any, a: Any, b: Any) -> Tensor:
    """`a` where the condition is true, else `b`.

    >>> where(arange(4) > 1, 1.0, 0.0)
    tensor([0., 0., 1., 1.], float32)
    """
    if not isinstance(a, Tensor) and not isinstance(b, Tensor):
        a = tensor(a)
    return _tensor(condition).where(a, b)


def one_hot(ids: Any, classes: int, *, dtype: Any = FLOAT32) -> Tensor:
    """One number per class: 1 at the class of the id, 0 elsewhere.

    Shapes: ids (...) of integers -> (..., classes).
    Errors: PositionError for an id outside 0 to classes - 1.

    >>> one_hot([2, 0], 3)
    tensor([[0., 0., 1.],
            [1., 0., 0.]], float32)
    """
    ids = check_ids("one_hot", _tensor(ids), classes)
    return is_class(ids, classes).astype(dtype)


def is_class(ids: Tensor, classes: int) -> Tensor:
    """Whether each id is each class: (...) of integers -> (..., classes) of bool.

    A comparison with 0, 1, 2, ..., so that it joins the elementwise work around it.
    """
    if ids.dtype == np.uint8 and classes > 256:
        ids = ids.astype(INT64)
    return ids.expand_dims(-1) == arange(classes, dtype=ids.dtype)


def check_ids(where: str, ids: Tensor, count: int) -> Tensor:
    """The ids, once it is sure that each is one of 0 to count - 1.

    In a compiled function they are checked when it runs.
    Errors: DTypeError for ids that are no integers, PositionError for one outside.
    """
    if ids.dtype not in INTEGERS:
        raise DTypeError(
            f"{where}: ids of {ids.dtype}. Ids count from 0: use integers, as with "
            "ids.astype('int64')."
        )
    try:
        return ids.apply(CheckedIds(count))
    except PositionError as error:
        raise PositionError(f"{where}: {error}") from None


def _filled(where: str, shape: int | Shape, number: Any, dtype: Any) -> Any:
    """An array with one number everywhere."""
    sizes = _sizes(where, shape, dtype)
    return np.full(sizes, number, dtype) if number else np.zeros(sizes, dtype)


def _sizes(where: str, shape: Any, dtype: Any) -> Shape:
    """A size, or several, as a shape that an array of a dtype can have."""
    sizes = whole_sizes(where, shape if isinstance(shape, tuple | list) else (shape,))
    if any(n < 0 for n in sizes):
        raise ShapeError(f"{where}: shape {sizes}. Sizes are not negative.")
    check_sizes(where, sizes, known_dtype(where, dtype))
    return sizes


def _number(where: str, value: Any, dtype: DType) -> Any:
    """A number in a dtype that has it."""
    try:
        return weak(_plain(where, value), dtype)
    except DTypeError as error:
        raise DTypeError(f"{where}: {error}") from None


def _plain(where: str, value: Any) -> Any:
    """A single number as Python's, whoever made it."""
    number = value.item() if isinstance(value, np.generic | np.ndarray | Tensor) else value
    if isinstance(number, bool | int | float):
        return number
    raise DTypeError(f"{where}: {value!r}. It must be a number.")


def _tensor(x: Any) -> Tensor:
    return x if isinstance(x, Tensor) else tensor(x)


__all__ = [
    "arange",
    "check_ids",
    "concat",
    "eye",
    "full",
    "full_like",
    "is_class",
    "linspace",
    "one_hot",
    "ones",
    "ones_like",
    "stack",
    "where",
    "zeros",
    "zeros_like",
]

"""Tensors made from nothing but a shape, and tensors put together from others.

    zeros, ones, empty, full, eye, arange, linspace     filled by a rule
    zeros_like, ones_like, empty_like, full_like        with the shape and dtype of another
    concat, stack, where, split                         made of others

Names and meanings are those of the Array API standard; floats are float32 unless asked.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.arrays import check_device, weak
from pellucid.errors import DTypeError, OptionError, ShapeError, is_finite
from pellucid.graph import is_symbolic
from pellucid.primitives import Arange, Concat, Part, Split
from pellucid.primitives.base import (
    BOOL,
    FLOAT32,
    FLOATS,
    INT64,
    DType,
    Shape,
    known_dtype,
    normal_axis,
    whole_sizes,
)
from pellucid.sizes import check_sizes
from pellucid.strict import strict
from pellucid.tensor import Tensor, apply, holding, like, ones_like, tensor


@strict
def zeros(shape: int | Shape, *, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor of zeros.

    >>> zeros((2, 3)).shape
    (2, 3)
    """
    check_device("zeros", device)
    return holding(_filled("zeros", shape, 0, dtype))


@strict
def empty(shape: int | Shape, *, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor of any numbers: here zeros, so that every run gives the same."""
    return zeros(shape, dtype=dtype, device=device)


@strict
def ones(shape: int | Shape, *, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor of ones."""
    check_device("ones", device)
    return holding(_filled("ones", shape, 1, dtype))


@strict
def zeros_like(x: Tensor, *, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor of zeros with the shape and dtype of x."""
    x, of = like("zeros_like", x, dtype, device)
    return holding(np.zeros(x.shape, of))


@strict
def full(shape: int | Shape, fill_value: float, *, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor with the same number everywhere; its dtype is that of the number, unless given.

    Errors: DTypeError where the dtype has it not.

    >>> full(2, 3), full(2, 0.5)
    (tensor([3, 3], int64), tensor([0.5, 0.5], float32))
    """
    check_device("full", device)
    number = _plain("full", fill_value)
    own = BOOL if isinstance(number, bool) else INT64 if isinstance(number, int) else FLOAT32
    of = own if dtype is None else known_dtype("full", dtype)
    return holding(_filled("full", shape, _number("full", number, of), of))


@strict
def full_like(x: Tensor, fill_value: float, *, dtype: Any = None, device: Any = None) -> Tensor:
    """The same number everywhere, with the shape and dtype of x; symbolic where x is.

    Errors: DTypeError where it is no number of that dtype.
    """
    check_device("full_like", device)
    of = x.dtype if dtype is None else known_dtype("full_like", dtype)
    number = holding(_number("full_like", fill_value, of))
    return number.broadcast_to(x.shape) if is_symbolic(x) else full(x.shape, fill_value, dtype=of)


@strict
def empty_like(x: Tensor, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Any numbers, here zeros, with the shape and dtype of x."""
    return zeros_like(x, dtype=dtype, device=device)


@strict
def eye(
    n_rows: int, n_cols: int | None = None, /, *, k: int = 0, dtype: Any = None, device: Any = None
) -> Tensor:
    """A matrix with ones on its diagonal, or on the k-th above it; square unless told otherwise."""
    check_device("eye", device)
    n, m = _sizes("eye", (n_rows, n_rows if n_cols is None else n_cols), dtype)
    return holding(np.eye(n, m, k, dtype=FLOAT32 if dtype is None else dtype))


@strict
def arange(
    start: float,
    /,
    stop: float | None = None,
    step: float = 1,
    *,
    dtype: Any = None,
    device: Any = None,
) -> Tensor:
    """Numbers from `start` up to but not including `stop`, `step` apart.

    With one number, from 0 up to it. Integers give int64, floats float32, unless `dtype`
    says otherwise. Each number is start + i step: no error adds up.

    >>> arange(3) + 5
    tensor([5, 6, 7], int64)
    """
    check_device("arange", device)
    given = (0, start, step) if stop is None else (start, stop, step)
    first, last, step = (_plain("arange", n) for n in given)
    if not (step and all(is_finite(n) for n in (first, last, step))):
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


@strict
def linspace(
    start: float,
    stop: float,
    /,
    num: int,
    *,
    dtype: Any = None,
    device: Any = None,
    endpoint: bool = True,
) -> Tensor:
    """`num` numbers at equal distances, both ends included, or without the last.

    Errors: DTypeError for integers, which distances are not; ShapeError for a number below 0;
    OptionError for an end that is not finite.

    >>> linspace(0.0, 1.0, 5)
    tensor([0.  , 0.25, 0.5 , 0.75, 1.  ], float32)
    """
    check_device("linspace", device)
    of = FLOAT32 if dtype is None else known_dtype("linspace", dtype)
    if of not in FLOATS:
        raise DTypeError(
            f"linspace: numbers of {of}. Equal distances need floats: use float32, or arange for "
            "integers."
        )
    (points,) = _sizes("linspace", num, of)
    first = _plain("linspace", start)
    last = _plain("linspace", stop)
    if not (is_finite(first) and is_finite(last)):
        raise OptionError(f"linspace: from {first} to {last}. Both ends are finite numbers.")
    return holding(np.linspace(first, last, points, endpoint=endpoint, dtype=of))


@strict
def concat(arrays: Sequence[Any], /, *, axis: int | None = 0) -> Tensor:
    """Tensors one behind the other along an axis, or all their elements for None.

    Their other sizes agree.

    >>> concat([ones(2), zeros(1)])
    tensor([1., 1., 0.], float32)
    """
    parts = [_tensor(x) for x in arrays]
    if axis is None:
        parts = [part.flatten() for part in parts]
        axis = 0
    if not parts:
        raise ShapeError("concat: no tensors. Give at least one: the result has its dtype.")
    return parts[0].apply(Concat(normal_axis("concat", axis, parts[0].ndim)), *parts[1:])


@strict
def stack(arrays: Sequence[Any], /, *, axis: int = 0) -> Tensor:
    """Tensors of one shape along a new axis.

    >>> stack([zeros(3), ones(3)]).shape
    (2, 3)
    """
    parts = [_tensor(x) for x in arrays]
    shapes = [part.shape for part in parts]
    if len(set(shapes)) != 1:
        raise ShapeError(f"stack: shapes {shapes}. It takes at least one, all of one shape.")
    place = normal_axis("stack", axis, parts[0].ndim + 1)
    return concat([part.expand_dims(place) for part in parts], axis=place)


@strict
def split(x: Any, count: int, *, axis: int = 0) -> tuple[Tensor, ...]:
    """x in equal pieces along an axis: what `concat` puts together.

    Its gradient is put together once, where those of slices are as large as x and added up.
    Errors: ShapeError for an axis that does not divide into equal pieces.

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


@strict
def where(condition: Any, a: Any, b: Any, /) -> Tensor:
    """`a` where the condition is true, else `b`.

    >>> where(arange(4) > 1, 1.0, 0.0)
    tensor([0., 0., 1., 1.], float32)
    """
    if not isinstance(a, Tensor) and not isinstance(b, Tensor):
        a = tensor(a)
    return _tensor(condition).where(a, b)


def _filled(where: str, shape: int | Shape, number: Any, dtype: Any) -> Any:
    """An array with one number everywhere; of float32 where nothing is said."""
    sizes = _sizes(where, shape, dtype)
    of = FLOAT32 if dtype is None else dtype
    return np.full(sizes, number, of) if number else np.zeros(sizes, of)


def _sizes(where: str, shape: Any, dtype: Any) -> Shape:
    """A size, or several, as a shape that an array of a dtype can have."""
    sizes = whole_sizes(where, shape if isinstance(shape, tuple | list) else (shape,))
    if min(sizes, default=0) < 0:
        raise ShapeError(f"{where}: shape {sizes}. Sizes are not negative.")
    check_sizes(where, sizes, FLOAT32 if dtype is None else known_dtype(where, dtype))
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
    "concat",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "linspace",
    "ones",
    "ones_like",
    "stack",
    "where",
    "zeros",
    "zeros_like",
]

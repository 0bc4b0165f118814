"""From the data of a user to arrays of the dtypes that pellucid knows.

array_of    an array of numbers, nested lists or arrays, that nobody can change
is_frozen   whether data is such an array already
freeze      make it one
weak        a Python number in the dtype of the tensor that it meets
check_device    the one place where tensors are
Named       an alias that stands by its name in signatures; ArrayLike, NumPy's
"""

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.errors import DTypeError, OptionError, ShapeError
from pellucid.memory import own
from pellucid.primitives.base import (
    BOOL,
    DTYPES,
    FLOAT32,
    FLOAT64,
    FLOATS,
    INTEGERS,
    DType,
    holds,
    known_dtype,
)
from pellucid.primitives.special import saturated


class Named:
    """An alias of types that `help` shows by its name; what it stands for, type checkers read."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __or__(self, other: Any) -> "Named":
        return Named(f"{self.name} | {_name_of(other)}")

    def __ror__(self, other: Any) -> "Named":
        return Named(f"{_name_of(other)} | {self.name}")

    def __repr__(self) -> str:
        return self.name


def _name_of(kind: Any) -> str:
    return kind.__name__ if type(kind) is type else str(kind)


if TYPE_CHECKING:
    from numpy.typing import ArrayLike as ArrayLike  # noqa: PLC0414 (others take it from here)
else:
    ArrayLike = Named("ArrayLike")  # numbers, nested lists or arrays, and what is like one


def array_of(data: Any, dtype: Any = None) -> Any:
    """The data as an array of its own; plain Python floats become float32.

    An array that nobody can write is taken as it is.

    Errors: ShapeError for nested lists that are not rectangular, DTypeError for what has no
    dtype of pellucid.
    """
    wanted = None if dtype is None else known_dtype("tensor", dtype)
    if wanted is None and type(data) is float:
        return np.array(data, dtype=FLOAT32)
    if is_frozen(data) and wanted in (None, data.dtype):
        return data
    try:
        array = _made(data, wanted)
    except OverflowError as fault:
        raise DTypeError(
            f"tensor: {fault}. Each number must be one of {wanted or 'int64'}: choose a larger "
            "dtype."
        ) from None
    except ValueError as fault:
        if isinstance(data, list | tuple):
            raise ShapeError(
                f"tensor: these nested lists are no array ({fault}). Lists at the same depth "
                "must be equally long and hold numbers."
            ) from None
        raise
    if wanted is None and array.dtype == np.float64 and not _holds_arrays(data):
        array = np.array(data, dtype=FLOAT32)
    return _of_numbers(array)


def _of_numbers(array: Any) -> Any:
    """The array, its objects as numbers. Errors: DTypeError for texts and other objects."""
    if array.dtype.kind in "USTO":
        held = array.reshape(-1).tolist()
        text = next((x for x in held if isinstance(x, str | bytes)), None)
        if text is not None:
            raise DTypeError(
                f"tensor: dtype {array.dtype}, with the text {text!r}. A tensor holds numbers: "
                "names of classes become class numbers with pellucid.data.from_arrays."
            )
        if not any(x is None for x in held):
            from pellucid.columns import plain  # on use: hardly any program needs it

            array = plain(array)
    known_dtype("tensor", array.dtype)
    return array


def _made(data: Any, wanted: DType | None) -> Any:
    """The data as an array of its own; floats become integers as in a cast."""
    if wanted in INTEGERS:
        given = data if type(data) is np.ndarray else np.asarray(data)
        if given.dtype.kind == "f":
            known = given if given.dtype in FLOATS else given.astype(FLOAT64)
            return np.asarray(saturated(np, known, wanted))
    return own(data, wanted) if type(data) is np.ndarray else np.array(data, dtype=wanted)


def is_frozen(data: Any) -> bool:
    """Whether data is an array that nobody can write: it may be shared instead of copied.

    A data set of hundreds of megabytes is worth the look; one in a file that was mapped for
    reading alone is never to be copied.
    """
    if not isinstance(data, np.ndarray) or data.dtype not in DTYPES:
        return False
    if not (data.flags.c_contiguous and data.flags.aligned):
        return False
    array: Any = data
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return False
        array = array.base
    return array is None or _is_file(array)


def _is_file(memory: Any) -> bool:
    """Whether this is a file that was mapped for reading alone."""
    known = sys.modules.get("mmap")  # nobody has mapped one without it
    return known is not None and isinstance(memory, known.mmap) and memoryview(memory).readonly


def freeze(array: Any) -> None:
    """Let nobody write an array any more, nor what it is a view of."""
    while isinstance(array, np.ndarray):
        array.flags.writeable = False
        array = array.base


def _holds_arrays(data: Any) -> bool:
    """Whether nested lists hold NumPy values, whose dtype was chosen by somebody."""
    while isinstance(data, list | tuple) and data:
        data = data[0]
    return hasattr(data, "dtype")


def weak(number: float, dtype: DType) -> Any:
    """A Python number in the dtype of the tensor it meets, if it is of that kind.

    Floats meet floats, integers meet floats and integers that can hold them, booleans meet
    booleans; anything else is a DTypeError.
    """
    if isinstance(number, float):
        fits = dtype in FLOATS
    else:
        fits = isinstance(number, bool) == (dtype == BOOL) and holds(dtype, number)
    if fits:
        return np.array(number, dtype)
    raise DTypeError(
        f"{number!r} with a tensor of {dtype}: it is not a number of that kind. "
        "Nothing is promoted silently: convert with x.astype('float32') first."
    )


CPU = "cpu"


def check_device(where: str, device: Any) -> None:
    """Refuse any device but the one that there is. Errors: OptionError."""
    if device not in (None, CPU):
        raise OptionError(f"{where}: device {device!r}. There is {CPU!r} alone: leave it out.")

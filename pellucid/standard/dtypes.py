"""Dtypes, and what can be asked of them and of this library, by the names of the standard.

`bool`, `float32` and their kin are NumPy's dtypes. Nothing is promoted here: `result_type` tells
the one dtype that its arguments have, or that a Python number takes from them.
"""

import builtins
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.arrays import CPU, check_device, weak
from pellucid.errors import DTypeError, OptionError, closest
from pellucid.primitives.base import (
    BOOL,
    DTYPES,
    FLOAT32,
    FLOAT64,
    FLOATS,
    INT32,
    INT64,
    INTEGERS,
    UINT8,
    UINT32,
    DType,
)
from pellucid.standard.operands import array
from pellucid.strict import strict
from pellucid.tensor import Tensor, tensor

bool = BOOL  # noqa: A001 (the standard's name)
uint8 = UINT8
uint32 = UINT32
int32 = INT32
int64 = INT64
float32 = FLOAT32
float64 = FLOAT64
newaxis = None
pi = float(np.pi)
e = float(np.e)
inf = float(np.inf)
nan = float(np.nan)

KINDS: dict[str, tuple[DType, ...]] = {
    "bool": (BOOL,),
    "signed integer": (INT32, INT64),
    "unsigned integer": (UINT8, UINT32),
    "integral": INTEGERS,
    "real floating": FLOATS,
    "complex floating": (),
    "numeric": (*INTEGERS, *FLOATS),
}


@strict
def astype(
    x: Any,
    dtype: Any,
    /,
    *,
    copy: builtins.bool = True,
    device: Any = None,
) -> Tensor:
    """The same numbers in another dtype; `copy` changes nothing: nobody can write into them."""
    del copy
    check_device("astype", device)
    return array(x).astype(dtype)


@strict
def asarray(
    obj: Any, /, *, dtype: Any = None, device: Any = None, copy: builtins.bool | None = None
) -> Tensor:
    """A tensor from numbers, nested lists, or any library's array.

    Errors: ValueError for `copy=False` where the data would have to be copied.
    """
    check_device("asarray", device)
    if copy is False and not isinstance(obj, Tensor):
        raise OptionError("asarray: copy=False. A tensor has numbers of its own: leave it out.")
    if isinstance(obj, Tensor):
        return obj.read() if dtype is None else obj.read().astype(dtype)
    return tensor(obj, dtype)


@strict
def from_dlpack(x: Any, /, *, device: Any = None, copy: builtins.bool | None = None) -> Tensor:
    """A tensor with the numbers of another library's array; they are copied.

    >>> from_dlpack(np.arange(3))
    tensor([0, 1, 2], int64)
    """
    check_device("from_dlpack", device)
    if isinstance(x, Tensor):
        return x.read()
    if copy is False:
        raise BufferError("from_dlpack: copy=False. A tensor has numbers of its own: leave it out.")
    return tensor(np.from_dlpack(x))


@strict
def can_cast(from_: Any, to: Any, /) -> builtins.bool:
    """Whether every number of one dtype, or tensor, has its like in another dtype."""
    return builtins.bool(np.can_cast(_dtype_of(from_), np.dtype(to)))


@dataclass(frozen=True)
class FloatLimits:
    """What a float dtype can hold; `eps` is the distance from 1 to the next number."""

    bits: int
    eps: float
    max: float
    min: float
    smallest_normal: float
    dtype: DType


@dataclass(frozen=True)
class IntegerLimits:
    """What an integer dtype can hold."""

    bits: int
    max: int
    min: int
    dtype: DType


@strict
def finfo(type: Any, /) -> FloatLimits:  # noqa: A002 (the standard's name)
    """The limits of a float dtype, or of that of a tensor."""
    dtype = _dtype_of(type)
    of = np.finfo(dtype)
    eps = float(of.eps)
    large = float(of.max)
    small = float(of.smallest_normal)
    return FloatLimits(of.bits, eps, large, -large, small, dtype)


@strict
def iinfo(type: Any, /) -> IntegerLimits:  # noqa: A002 (the standard's name)
    """The limits of an integer dtype, or of that of a tensor."""
    of = np.iinfo(_dtype_of(type))
    return IntegerLimits(of.bits, int(of.max), int(of.min), _dtype_of(type))


@strict
def isdtype(dtype: Any, kind: Any) -> builtins.bool:
    """Whether a dtype is another, or one of a kind such as "integral", or of several."""
    if isinstance(kind, tuple):
        return builtins.any(isdtype(dtype, each) for each in kind)
    if isinstance(kind, str):
        if kind not in KINDS:
            raise OptionError(f"isdtype: kind {kind!r}. {closest(kind, KINDS)}")
        return np.dtype(dtype) in KINDS[kind]
    return builtins.bool(np.dtype(dtype) == np.dtype(kind))


@strict
def result_type(*arrays_and_dtypes: Any) -> DType:
    """The one dtype of all arguments; Python numbers take it.

    Errors: DTypeError where they have several: nothing is promoted.
    """
    is_number = [isinstance(x, builtins.bool | int | float) for x in arrays_and_dtypes]
    pairs = list(zip(arrays_and_dtypes, is_number, strict=True))
    found = list(dict.fromkeys(_dtype_of(x) for x, number in pairs if not number))
    if len(found) != 1:
        raise DTypeError(
            f"result_type: {', '.join(map(str, found)) or 'numbers alone'}. All must have one "
            "dtype: nothing is promoted silently. Use astype(...) on some of them."
        )
    for x, number in pairs:
        if number:
            weak(x, found[0])
    return found[0]


def _dtype_of(x: Any) -> DType:
    return x.dtype if isinstance(x, Tensor) else np.dtype(x)


@dataclass(frozen=True)
class NamespaceInformation:
    """What this library has of what the standard leaves open."""

    def capabilities(self) -> dict[str, Any]:
        """Boolean masks and shapes that depend on numbers work, outside captured functions."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self) -> str:
        """Where tensors are."""
        return CPU

    def devices(self) -> list[str]:
        """Where tensors can be."""
        return [CPU]

    def default_dtypes(self, *, device: Any = None) -> dict[str, DType]:
        """The dtypes of Python's numbers."""
        check_device("default_dtypes", device)
        return {"real floating": FLOAT32, "integral": INT64, "indexing": INT64}

    def dtypes(self, *, device: Any = None, kind: Any = None) -> dict[str, DType]:
        """All dtypes by name, or those of a kind."""
        check_device("dtypes", device)
        return {d.name: d for d in DTYPES if kind is None or isdtype(d, kind)}


def __array_namespace_info__() -> NamespaceInformation:  # noqa: N807 (the standard's name)
    """What there is of dtypes and devices."""
    return NamespaceInformation()

"""From tensors back to numbers: NumPy arrays, Python numbers, other libraries, text.

`Conversions` is the part of a `Tensor` that needs to know its numbers. While a function is
captured they are not known, and asking for them is an error that says what to do instead.
"""

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Self

import numpy as np

from pellucid.arrays import CPU, check_device
from pellucid.dispatch import of_function, of_ufunc
from pellucid.errors import CallError, GraphError, OptionError, ShapeError, closest
from pellucid.graph import Value
from pellucid.operators import Operators
from pellucid.refusals import no_attribute
from pellucid.strict import strict

VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12")  # of the Array API standard


# Methods and attributes of other libraries' tensors: pellucid.foreign has the remedies. By name
# and not by __getattr__, with which Python 3.11 takes five times as long for every attribute.
FOREIGN = (
    "add", "add_", "amax", "amin", "argsort", "assign_add", "assign_sub", "bmm", "bool", "ceil",
    "chunk", "clamp", "clamp_", "clip", "clone", "contiguous", "copy", "copy_", "cpu", "cuda",
    "cumprod", "cumsum", "data", "detach", "dim", "div", "div_", "dot", "double", "eq", "eval",
    "expand", "expand_as", "fill", "fill_", "fill_diagonal_", "float", "gather", "ge",
    "get_shape", "grad_fn", "gt", "half", "index_select", "int", "is_cuda", "is_leaf", "isnan",
    "itemsize", "le", "log_softmax", "logsumexp", "long", "lt", "masked_fill", "masked_select",
    "matmul", "mm", "movedim", "mul", "mul_", "narrow", "nbytes", "ne", "neg", "nelement",
    "new_ones", "new_zeros", "nonzero", "norm", "normal_", "numel", "permute", "pow", "ravel",
    "read_value", "reciprocal", "register_hook", "relu", "repeat", "requires_grad_",
    "retain_grad", "round", "rsqrt", "select", "softmax", "sort", "split", "sub", "sub_",
    "swapaxes", "swapdims", "t", "tile", "to", "topk", "trace", "transpose", "tril", "triu",
    "type", "type_as", "unbind", "uniform_", "unsqueeze", "view", "view_as", "zero_",
)  # fmt: skip


class _Foreign:
    """An attribute that a tensor does not have: asked for, it says what is written instead."""

    def __init__(self, word: str) -> None:
        self.word = word

    def __get__(self, owner: Any, kind: type[Any]) -> Any:
        raise no_attribute(kind.__name__, self.word, tuple(k.__name__ for k in kind.__mro__))

    def __set__(self, owner: Any, value: Any) -> None:
        self.__get__(owner, type(owner))


class ForeignWords:
    """Words that tensors answer with what is written here instead."""

    __slots__ = ()


for _word in FOREIGN:
    setattr(ForeignWords, _word, _Foreign(_word))


class Conversions(Operators, ForeignWords):
    """What a tensor gives to the world outside."""

    __slots__ = ()

    array: Any

    def known(self, what: str) -> Any:
        """The array, for reading only.

        Errors: GraphError, saying that `what` needs the numbers, where they are not known.
        """
        array = self.array
        if type(array) is Value:
            raise GraphError(
                f"{what}: this {array.dtype}{list(array.shape)} tensor is being captured; its "
                "numbers are known only when the compiled function runs. Choose between values "
                "with where(condition, a, b), return the tensor and look at it outside, or "
                "decide by what is known: shapes, and arguments that are not tensors. Kept from "
                "inside in another way, in a list, say, it never has numbers."
            )
        return array

    @strict
    def numpy(self) -> np.ndarray[Any, Any]:
        """The numbers as a NumPy array that shares memory and cannot be written."""
        view: np.ndarray[Any, Any] = self.known("numpy()").view()
        view.flags.writeable = False
        return view

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __dlpack__(
        self,
        *,
        stream: Any = None,
        max_version: tuple[int, int] | None = None,
        dl_device: tuple[Any, int] | None = None,
        copy: bool | None = None,
    ) -> Any:
        """A copy for another library: PyTorch 2.13, for one, writes where it must not."""
        if copy is False:
            raise BufferError("__dlpack__: a tensor gives away copies only, as it is immutable.")
        mine = np.array(self.known("__dlpack__()"))
        return mine.__dlpack__(stream=stream, max_version=max_version, dl_device=dl_device)

    def __dlpack_device__(self) -> Any:
        return self.known("__dlpack_device__()").__dlpack_device__()

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """NumPy's functions of numbers compute as pellucid's own: `np.exp(x)`, `array + x`."""
        return of_ufunc(ufunc, method, inputs, options)

    def __array_function__(
        self,
        function: Any,
        types: Any,
        arguments: Any,
        options: Any,
    ) -> Any:
        """NumPy's functions of arrays compute as pellucid's own: `np.mean(x, axis=0)`."""
        return of_function(function, arguments, options)

    def __array_namespace__(self, *, api_version: str | None = None) -> ModuleType:
        """The module with the functions of the Array API standard: pellucid itself."""
        if api_version is not None and api_version not in VERSIONS:
            raise OptionError(
                f"__array_namespace__: version {api_version!r}. {closest(api_version, VERSIONS)}"
            )
        return sys.modules["pellucid"]

    @property
    def device(self) -> str:
        """Where it is: "cpu"."""
        return CPU

    @strict
    def to_device(self, device: str, /, *, stream: Any = None) -> Self:
        """The tensor itself. Errors: OptionError for any other place than "cpu"."""
        check_device("to_device", device if stream is None else stream)
        return self

    @strict
    def item(self) -> Any:
        """The single element as a Python number."""
        if self.size != 1:
            raise ShapeError(f"item: shape {self.shape} has {self.size} elements, not one.")
        return self.known("item()").item()

    @strict
    def tolist(self) -> Any:
        """The numbers as nested lists."""
        return self.known("tolist()").tolist()

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __complex__(self) -> complex:
        return complex(self.item())

    def __index__(self) -> int:
        return int(self.known("use as an index").__index__())

    def __bool__(self) -> bool:
        self.known("a decision by if, while, and, or, not")
        if self.size != 1:
            raise ShapeError(
                f"bool: a tensor of shape {self.shape} is neither true nor false. "
                "Use .any() or .all()."
            )
        return bool(self.item())

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len: a tensor without axes has no length.")
        return self.shape[0]

    def __iter__(self) -> Iterator[Self]:
        return (self[i] for i in range(len(self)))

    def __format__(self, form: str) -> str:
        """A single number by the rules of Python's numbers: `f"{loss:.3f}"`."""
        return format(self.item(), form) if form else repr(self)

    def __dir__(self) -> list[str]:
        """Its attributes, less those that are not there but for an error."""
        return [name for name in super().__dir__() if name not in FOREIGN]

    def __setitem__(self, key: Any, value: Any) -> None:
        raise CallError(
            f"{type(self).__name__}[...] = ...: numbers cannot be written into a tensor. Make a "
            "new one, as by where(condition, a, b), concat or x.scatter_add(...); a variable "
            "changes by w.assign(...)."
        )

    def _repr_html_(self) -> str | None:
        """What a notebook shows; None, and so the text, for a single number or a symbol."""
        from pellucid import displays

        array = self.array
        if type(array) is Value or array.ndim == 0:
            return None
        title = f"{self._title()}: {self.dtype} {self.shape}"
        if array.ndim > 2 or array.size == 0:
            return displays.listing(title, np.array2string(array, separator=", ", threshold=200))
        return displays.numbers(title, array)

    def _title(self) -> str:
        return "tensor"

    def __repr__(self) -> str:
        array = self.array
        if type(array) is Value:
            return f"tensor(symbolic, {array.dtype}[{','.join(map(str, array.shape))}])"
        return f"tensor({np.array2string(array, separator=', ', prefix='tensor(')}, {self.dtype})"

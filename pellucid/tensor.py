"""Tensors: immutable arrays that remember, when asked to, where they came from.

    Tensor      an array with operators, and a history when gradients are wanted
    tensor      a tensor from numbers, lists or arrays
    apply       a primitive, also one of your own, applied to tensors

Computing is eager and is plain NumPy. While a function is captured as a graph, tensors are
symbolic: they have a shape and a dtype, and their numbers are known only when the graph runs.
"""

from collections.abc import Iterator
from typing import Any, NoReturn, Self

import numpy as np

from pellucid.autodiff import gradients
from pellucid.errors import DTypeError, GradientError, GraphError, ShapeError
from pellucid.graph import Origin, Value, has_origin, history, is_symbolic
from pellucid.operators import Operators
from pellucid.primitives import BroadcastTo, Primitive
from pellucid.primitives.base import BOOL, DTYPES, FLOAT32, FLOATS, INT64, DType

class Tensor(Operators):
    """An immutable array.

    Made by `tensor(...)` and by operations. `array` is the NumPy array (never write into
    it; `numpy()` gives a view that cannot be written), or, for a symbolic tensor, a `Value`
    with shape and dtype alone. `origin` says what it was computed from, where that is
    recorded. `grad` is set by `backward()` on the tensors that asked for gradients.
    """

    __slots__ = ("__weakref__", "array", "grad", "origin")
    __array_ufunc__ = None  # so that `ndarray + tensor` asks the tensor
    __hash__ = object.__hash__

    def __init__(self, array: Any, origin: Origin | None = None) -> None:
        self.array = array
        self.origin = origin
        self.grad: Tensor | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of all axes."""
        return self.array.shape  # type: ignore[no-any-return]

    @property
    def dtype(self) -> DType:
        """The dtype of every element."""
        return self.array.dtype  # type: ignore[no-any-return]

    def read(self) -> "Tensor":
        """The tensor itself; a variable gives its present value here."""
        return self

    # ---- computing -----------------------------------------------------------------------

    def apply(self, primitive: Primitive, *others: Any) -> "Tensor":
        """The primitive applied to this tensor and others; Python numbers take its dtype."""
        inputs = [self if type(self) is Tensor else self.read()]
        for other in others:
            inputs.append(other if type(other) is Tensor else self.operand(other))
        return apply(primitive, *inputs)

    def operand(self, other: Any) -> "Tensor":
        """Another operand as a tensor; a Python number takes this tensor's dtype."""
        if isinstance(other, Tensor):
            return other.read()
        if isinstance(other, bool | int | float):
            return Tensor(_weak(other, self.dtype))
        return tensor(other)

    def positions(self, indices: Any) -> "Tensor":
        """Indices as a tensor of integers; an empty list counts as integers too."""
        if isinstance(indices, Tensor):
            return indices.read()
        array = np.asarray(indices)
        return tensor(array.astype(INT64) if array.size == 0 else array)

    # ---- differentiation -----------------------------------------------------------------

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded for differentiation."""
        return self.origin is not None

    def backward(self, gradient: Any = None) -> None:
        """Fill `.grad` of every source this tensor was computed from.

        Sources are trainable variables and tensors made with `requires_grad=True`. A second
        call *replaces* the gradients of the first: nothing needs to be set to zero. The
        gradients have no history; `pellucid.grad` gives ones that can be differentiated.
        Errors: GradientError where there is no history, or for more than one number without
        `gradient`, the weight of each.
        """
        y = self.read()
        if not has_origin(y):
            raise GradientError(
                "backward: this tensor was computed from nothing that asks for gradients. "
                "Use a parameter, or tensor(..., requires_grad=True)."
            )
        if gradient is None and y.shape != ():
            raise GradientError(
                f"backward: a tensor of shape {y.shape}. Only a single number has a gradient "
                "of its own: reduce it with mean() or sum(), or pass `gradient`, its weights."
            )
        dy = ones_like(y) if gradient is None else y.operand(gradient)
        sources = [t for t in history([y]) if t.origin.primitive is None]
        for x, dx in zip(sources, gradients(y, sources, dy), strict=True):
            if dx is not None:
                x.grad = dx if is_symbolic(dx) else Tensor(dx.array)

    # ---- conversion ----------------------------------------------------------------------

    def numpy(self) -> np.ndarray[Any, Any]:
        """The numbers as a NumPy array that shares memory and cannot be written."""
        view: np.ndarray[Any, Any] = self._known("numpy()").view()
        view.flags.writeable = False
        return view

    def _known(self, what: str) -> Any:
        array = self.array
        if type(array) is Value:
            _refuse_symbolic(what, array)
        return array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __dlpack__(self, **options: Any) -> Any:
        """Share with other libraries; a copy, for those that could write into it."""
        array = self._known("__dlpack__()")
        if options.get("max_version") is None:
            array = array.copy()
        else:
            array = self.numpy()
        return array.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self._known("__dlpack_device__()").__dlpack_device__()

    def item(self) -> Any:
        """The single element as a Python number."""
        if self.size != 1:
            raise ShapeError(f"item: shape {self.shape} has {self.size} elements, not one.")
        return self._known("item()").item()

    def tolist(self) -> Any:
        """The numbers as nested lists."""
        return self._known("tolist()").tolist()

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        return self._known("use as an index").__index__()  # type: ignore[no-any-return]

    def __bool__(self) -> bool:
        self._known("a decision by if, while, and, or, not")
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

    def __repr__(self) -> str:
        array = self.array
        if type(array) is Value:
            return f"tensor(symbolic, {array.dtype}[{','.join(map(str, array.shape))}])"
        return f"tensor({np.array2string(array, separator=', ', prefix='tensor(')}, {self.dtype})"


def apply(primitive: Primitive, *inputs: Any) -> Tensor:
    """A primitive applied to tensors: check, compute, record.

    Shapes and dtypes are checked by the primitive's rules before it computes; the result is
    recorded where an input has a history. Your own subclass of `Primitive` works like the
    built-in ones.
    """
    tensors = [x if type(x) is Tensor else _as_tensor(x) for x in inputs]
    arrays = [x.array for x in tensors]
    recorded = False
    for x in tensors:
        if x.origin is not None:
            recorded = True
            break
    expected = None if _plain(primitive, arrays) else _expected(primitive, arrays)
    if recorded and any(type(array) is Value for array in arrays):
        y = Value("", *(expected or (arrays[0].shape, arrays[0].dtype)))
    else:
        y = primitive.forward(np, *arrays)
        if type(y) is not np.ndarray:
            y = np.asarray(y)
        if (y.shape, y.dtype) != (expected or (arrays[0].shape, arrays[0].dtype)):
            _refuse_result(primitive, y, expected or (arrays[0].shape, arrays[0].dtype))
    return Tensor(y, Origin(primitive, tensors) if recorded else None)


def _plain(primitive: Primitive, arrays: list[Any]) -> bool:
    """Whether shape and dtype are simply those of the inputs: the quick way for small ones."""
    if not primitive.keeps_shape_and_dtype:
        return False
    first = arrays[0]
    if len(arrays) == 2:
        second = arrays[1]
        if first.dtype is not second.dtype or first.shape != second.shape:
            return False
    return len(arrays) <= 2 and first.dtype in primitive.accepts


def _expected(primitive: Primitive, arrays: list[Any]) -> tuple[tuple[int, ...], DType]:
    shape = primitive.shape(*(array.shape for array in arrays))
    return shape, primitive.dtype(*(array.dtype for array in arrays))


def _as_tensor(x: Any) -> Tensor:
    return x.read() if isinstance(x, Tensor) else tensor(x)


def _refuse_result(primitive: Primitive, y: Any, expected: tuple[Any, ...]) -> NoReturn:
    raise GraphError(
        f"{primitive.name}: forward gave {y.dtype}{list(y.shape)}, its rules say "
        f"{expected[1]}{list(expected[0])}. Make `shape` and `dtype` agree with `forward`."
    )


def _refuse_symbolic(what: str, value: Value) -> NoReturn:
    raise GraphError(
        f"{what}: this {value.dtype}{list(value.shape)} tensor is being captured; its numbers "
        "are known only when the compiled function runs. Choose between values with "
        "where(condition, a, b), return the tensor and look at it outside, or decide by what "
        "is known: shapes, and arguments that are not tensors."
    )


def tensor(data: Any, dtype: Any = None, *, requires_grad: bool = False) -> Tensor:
    """A tensor from a number, nested lists, an array, or another tensor.

    Python floats become float32, integers int64; arrays keep their dtype. The data is
    copied. With `requires_grad`, operations on it are recorded and `backward()` fills its
    `grad`. Errors: DTypeError for what has no dtype of its own here.

    >>> tensor([[1.0, 2.0], [3.0, 4.0]]).sum(axis=0)
    tensor([4., 6.], float32)
    """
    array = _array(data, None if dtype is None else np.dtype(dtype))
    if array.dtype not in DTYPES:
        raise DTypeError(
            f"tensor: dtype {array.dtype}. Known are {', '.join(map(str, DTYPES))}: "
            "convert the data first, or pass dtype=."
        )
    if requires_grad and array.dtype not in FLOATS:
        raise GradientError(f"tensor: gradients of {array.dtype}. Only floats have gradients.")
    return Tensor(array, Origin(None, ()) if requires_grad else None)


def _array(data: Any, dtype: DType | None) -> Any:
    """A fresh array of the data; plain Python floats become float32."""
    if isinstance(data, Tensor):
        return np.array(data.numpy(), dtype=dtype)
    array = np.array(data, dtype=dtype)
    if dtype is None and array.dtype == np.float64 and not _holds_arrays(data):
        array = np.array(data, dtype=FLOAT32)
    return array


def _holds_arrays(data: Any) -> bool:
    """Whether nested lists hold NumPy values, whose dtype was chosen by somebody."""
    while isinstance(data, list | tuple) and data:
        data = data[0]
    return hasattr(data, "dtype")


def _weak(number: float, dtype: DType) -> Any:
    """A Python number in the dtype of the tensor it meets, if it is of that kind."""
    if dtype in FLOATS and not isinstance(number, bool):
        return np.array(number, dtype)
    if (dtype == BOOL) == isinstance(number, bool) and isinstance(number, int):
        if dtype == BOOL or np.iinfo(dtype).min <= number <= np.iinfo(dtype).max:
            return np.array(number, dtype)
    raise DTypeError(
        f"{number!r} with a tensor of {dtype}: it is not a number of that kind. "
        "Nothing is promoted silently: convert with x.astype('float32') first."
    )


def ones_like(x: Tensor) -> Tensor:
    """A tensor of ones with the shape and dtype of x; symbolic where x is.

    Symbolic, because a captured gradient starts from it: known ones would be multiplied at
    capture into constants as large as the batch.
    """
    if not is_symbolic(x):
        return Tensor(np.ones(x.shape, x.dtype))
    one = Tensor(np.ones((), x.dtype))
    return Tensor(Value("", x.shape, x.dtype), Origin(BroadcastTo(x.shape), [one]))


def zeros_like(x: Tensor) -> Tensor:
    """A tensor of zeros with the shape and dtype of x."""
    return Tensor(np.zeros(x.shape, x.dtype))

"""Tensors: immutable arrays that remember, when asked to, where they came from.

    Tensor      an array with operators, and a history when gradients are wanted
    tensor      a tensor from numbers, lists or arrays
    holding     a tensor that holds an array as it is
    apply       a primitive, also one of your own, applied to tensors

Computing is eager and is plain NumPy. While a function is captured as a graph, tensors are
symbolic: they have a shape and a dtype, and their numbers are known only when the graph runs.
"""

import functools
from typing import Any

import numpy as np
from numpy import asarray, ndarray

from pellucid.arrays import array_of, check_device, weak
from pellucid.autodiff import gradients
from pellucid.conversion import Conversions
from pellucid.errors import CallError, GradientError, GraphError, ShapeError
from pellucid.graph import Value, is_symbolic
from pellucid.origins import Origin, Unrecorded, has_origin, history
from pellucid.primitives import BroadcastTo, Primitive, StopGradient
from pellucid.primitives.base import FLOATS, INT64, DType, known_dtype
from pellucid.refusals import KINDS, Kind, require
from pellucid.strict import strict

KINDS[Primitive] = Kind("It is a primitive; a function is called, as it is: f(x)")


def holding(array: Any, origin: Origin | None = None) -> "Tensor":
    """A tensor that holds an array, or a value, as it is: nothing is looked at or copied."""
    made = _blank()
    made.array, made.origin, made.grad = array, origin, None
    return made


class Tensor(Conversions):
    """An immutable array.

    Made by `tensor(...)` and by operations. `array` is the NumPy array (never write into
    it; `numpy()` gives a view that cannot be written), or, for a symbolic tensor, a `Value`
    with shape and dtype alone. `origin` says what it was computed from, where that is
    recorded. `grad` is set by `backward()` on the tensors that asked for gradients.

    `==` compares element by element, as in NumPy; sets and dicts tell tensors apart by
    identity. NumPy's warnings, as of a division by zero, are those of NumPy: eager is plain.
    """

    __slots__ = ("__weakref__", "array", "grad", "origin")
    __hash__ = object.__hash__

    array: Any
    origin: Origin | None
    grad: "Tensor | None"
    holding = staticmethod(holding)  # for what knows no tensor but one that is there

    def __init__(self, *_: Any, **__: Any) -> None:
        raise CallError(
            "Tensor: a tensor is made by the function `tensor`, which looks at what it is given: "
            "pc.tensor([1.0, 2.0]); one of zeros by pc.zeros((2, 3))."
        )

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
        try:
            if len(others) == 1 and type(self) is Tensor:
                other = others[0]
                if type(other) is not Tensor:
                    other = self.operand(other)
                return _apply_to_two(primitive, self, other)
            if not others:
                return self.alone(primitive)
        except AttributeError:
            require("apply", "primitive", primitive, Primitive)
            raise
        return apply(primitive, self, *[self.operand(other) for other in others])

    def alone(self, primitive: Primitive) -> "Tensor":
        """The primitive applied to this tensor alone."""
        return _apply_to_one(primitive, self) if type(self) is Tensor else apply(primitive, self)

    def operand(self, other: Any) -> "Tensor":
        """Another operand as a tensor; a Python number takes this tensor's dtype."""
        if isinstance(other, Tensor):
            return other.read()
        if isinstance(other, np.generic):  # a NumPy number is a number, as Python's are
            other = other.item()
        if isinstance(other, bool | int | float):
            return holding(weak(other, self.dtype))
        return tensor(other)

    def fresh(self, data: Any) -> "Tensor":
        """Data as a tensor of its own dtype."""
        return tensor(data)

    def positions(self, indices: Any) -> "Tensor":
        """Indices as a tensor of integers; an empty list counts as integers too."""
        if isinstance(indices, Tensor):
            return indices.read()
        array = np.asarray(indices)
        return tensor(array.astype(INT64) if array.size == 0 else array)

    def __reduce__(self) -> Any:
        """What `copy` and `pickle` keep: the numbers, and whether gradients are wanted."""
        made = functools.partial(tensor, requires_grad=self.requires_grad)
        return made, (self.known("a copy"),)

    # ---- differentiation -----------------------------------------------------------------

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded for differentiation."""
        return self.origin is not None and not isinstance(self.origin, Unrecorded)

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        raise GradientError(
            f"requires_grad = {wanted}: that is settled when a tensor is made, by tensor(x, "
            "requires_grad=True). A parameter stays as it is with w.frozen = True, all of a module "
            "with model.freeze()."
        )

    @strict
    def backward(self, gradient: Any = None) -> None:
        """Fill `.grad` of every source this tensor was computed from.

        Sources are trainable variables and tensors made with `requires_grad=True`. A second
        call *replaces* the gradients of the first: nothing needs to be set to zero. The
        gradients have no history; `pellucid.grad` gives ones that can be differentiated.
        Errors: GradientError where there is no history, or for more than one number without
        `gradient`, the weight of each.
        """
        y = self.read()
        if y.dtype not in FLOATS:
            raise GradientError(f"backward: a tensor of {y.dtype}. Only floats have gradients.")
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
        if (dy.shape, dy.dtype) != (y.shape, y.dtype):
            raise GradientError(
                f"backward: gradient {dy.dtype}{list(dy.shape)} of a tensor {y.dtype}"
                f"{list(y.shape)}. There is one weight for each of its numbers."
            )
        sources = [t for t in history([y]) if t.origin.primitive is None]
        for x, dx in zip(sources, gradients(y, sources, dy), strict=True):
            if dx is not None:
                x.grad = dx if is_symbolic(dx) else holding(dx.array)


_blank = functools.partial(object.__new__, Tensor)  # quicker than a call of the class


@strict
def apply(primitive: Primitive, *inputs: Any) -> Tensor:
    """A primitive applied to tensors: check, compute, record.

    Shapes and dtypes are checked by the primitive's rules before it computes; the result is
    recorded where an input has a history. Your own subclass of `Primitive` works like the
    built-in ones.
    """
    # Lists, as generators take twice the time.
    tensors = tuple([x if type(x) is Tensor else _as_tensor(x) for x in inputs])
    arrays = [x.array for x in tensors]
    shapes, dtypes = [array.shape for array in arrays], [array.dtype for array in arrays]
    try:
        shape, dtype = primitive.output(shapes, dtypes)
    except ShapeError as error:
        error.operands = (primitive, *tensors)
        raise
    except AttributeError:
        require("apply", "primitive", primitive, Primitive)
        raise
    if Value in [type(array) for array in arrays]:
        return holding(Value("", shape, dtype), Origin(primitive, tensors))
    return _recorded(primitive, tensors, asarray(primitive.forward(np, *arrays)), shape, dtype)


def _apply_to_one(primitive: Primitive, a: Tensor) -> Tensor:
    """`apply` for one tensor, quickly where the result surely has its shape and dtype."""
    x = a.array
    shape, dtype = x.shape, x.dtype
    if dtype not in primitive.plain or type(x) is Value:
        return apply(primitive, a)
    y = primitive.forward(np, x)
    if type(y) is not ndarray:  # one number
        y = asarray(y)
    if y.dtype is not dtype or y.shape != shape:
        return _recorded(primitive, (a,), y, shape, primitive.result or dtype)
    return holding(y) if a.origin is None else holding(y, _origin(primitive, (a,)))


def _apply_to_two(primitive: Primitive, a: Tensor, b: Tensor) -> Tensor:
    """`apply` for two tensors, quickly where their shapes and dtypes are the same."""
    x, z = a.array, b.array
    shape, dtype = x.shape, x.dtype
    if shape != z.shape or dtype is not z.dtype or dtype not in primitive.plain:
        return apply(primitive, a, b)
    if type(x) is Value or type(z) is Value:
        return apply(primitive, a, b)
    y = primitive.forward(np, x, z)
    if type(y) is not ndarray:
        y = asarray(y)
    if y.dtype is not dtype or y.shape != shape:
        return _recorded(primitive, (a, b), y, shape, primitive.result or dtype)
    if a.origin is None and b.origin is None:
        return holding(y)
    return holding(y, _origin(primitive, (a, b)))


def _recorded(
    primitive: Primitive, inputs: tuple[Tensor, ...], y: Any, shape: tuple[int, ...], dtype: DType
) -> Tensor:
    """What `forward` gave, as a tensor with its history; an error where it breaks the rules.

    Integers and booleans have no derivative and therefore no history; records have, as some of
    their arrays may be floats.
    """
    if y.shape != shape or y.dtype != dtype:
        raise GraphError(
            f"{primitive.name}: forward gave {y.dtype}{list(y.shape)}, its rules say "
            f"{dtype}{list(shape)}. Make `shape` and `dtype` agree with `forward`."
        )
    # Lists, as a generator takes twice the time here.
    if dtype.kind not in "fV" or all([x.origin is None for x in inputs]):  # noqa: C419
        return holding(y)
    return holding(y, _origin(primitive, inputs))


def _origin(primitive: Primitive, inputs: tuple[Tensor, ...]) -> Origin | None:
    """Where something comes from that was computed from tensors, one of which has a history."""
    for x in inputs:
        if x.origin is not None and not isinstance(x.origin, Unrecorded):
            return Origin(primitive, inputs)
    if isinstance(primitive, StopGradient):
        return None
    found = [x.origin for x in inputs if isinstance(x.origin, Unrecorded)]
    return functools.reduce(Unrecorded.joined, found)


def _as_tensor(x: Any) -> Tensor:
    return x.read() if isinstance(x, Tensor) else tensor(x)


@strict
def tensor(data: Any, dtype: Any = None, *, requires_grad: bool = False) -> Tensor:
    """A tensor from a number, nested lists, an array, or another tensor.

    Python floats become float32, integers int64; arrays keep their dtype. The data is copied,
    unless nobody can write it. With `requires_grad`, operations on it are recorded and
    `backward()` fills its `grad`. Errors: DTypeError for what has no dtype of its own here.

    >>> tensor([[1.0, 2.0], [3.0, 4.0]]).sum(axis=0)
    tensor([4., 6.], float32)
    """
    array = array_of(data, dtype)
    if requires_grad and array.dtype not in FLOATS:
        raise GradientError(f"tensor: gradients of {array.dtype}. Only floats have gradients.")
    return holding(array, Origin(None, ()) if requires_grad else None)


@strict
def ones_like(x: Tensor, *, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor of ones with the shape and dtype of x; symbolic where x is."""
    x, of = like("ones_like", x, dtype, device)
    if not is_symbolic(x):  # known ones would be constants as large as the batch
        return holding(np.ones(x.shape, of))
    one = holding(np.ones((), of))
    return holding(Value("", x.shape, of), Origin(BroadcastTo(x.shape), (one,)))


def like(where: str, x: Any, dtype: Any, device: Any) -> tuple[Tensor, DType]:
    """What a tensor is to be like, and the dtype that it is to have."""
    check_device(where, device)
    x = _as_tensor(x)
    return x, x.dtype if dtype is None else known_dtype(where, dtype)

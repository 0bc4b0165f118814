"""What a primitive is: the one definition of an operation that everything reads.

    Primitive       fields are the attributes; `shape`, `dtype`, `forward`, `backward`
    Elementwise     the same scalar function at every position; inputs broadcast
    holds           whether a dtype has a number
    known_dtype     a dtype that tensors have
    whole_sizes     sizes as Python integers
    broadcast       the shape that several shapes broadcast to
    normal_axis     an axis counted from the front

A user's own operation is a subclass too: give it the same methods and pass it to
`pellucid.apply`.
"""

import inspect
import math
import operator
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np

from pellucid.errors import DTypeError, OptionError, ShapeError
from pellucid.primitives.attributes import normal
from pellucid.sizes import check_sizes

Shape = tuple[int, ...]
DType = np.dtype[Any]

BOOL: DType = np.dtype(np.bool_)
UINT8: DType = np.dtype(np.uint8)
UINT32: DType = np.dtype(np.uint32)
INT32: DType = np.dtype(np.int32)
INT64: DType = np.dtype(np.int64)
FLOAT32: DType = np.dtype(np.float32)
FLOAT64: DType = np.dtype(np.float64)

FLOATS = (FLOAT32, FLOAT64)
INTEGERS = (UINT8, UINT32, INT32, INT64)
NUMBERS = INTEGERS + FLOATS
SUMMABLE = NUMBERS[1:]  # a sum of uint8 would pass 255, and wrap, at once
DTYPES = (BOOL, *NUMBERS)


@dataclass(frozen=True)
class Primitive:
    """An operation with one output, defined once.

    The fields are its attributes: they are given one form when a primitive is made (see
    `primitives.attributes`). `shape` and `dtype` compare them with the inputs: `output` asks both
    before `forward` runs. `forward` computes with `xp`, a
    namespace with the names of the Array API standard, and never writes into an input.
    `backward` gives one gradient per input, or None, using only operators and methods of the
    tensors it is given, so that gradients can be differentiated again; where inputs were
    broadcast it may return the broadcast shape.

    `accepts`: the dtypes it is defined for. `result`: the dtype of the output, where it is not
    that of the inputs. Found by itself: `arity`, the number of inputs, None for any number;
    `plain`, the dtypes for which inputs of one shape need no look at the rules.
    """

    name: ClassVar[str] = "primitive"
    formula: ClassVar[str] = ""
    gradient_formula: ClassVar[str] = ""
    accepts: ClassVar[tuple[DType, ...]] = DTYPES
    result: ClassVar[DType | None] = None
    arity: ClassVar[int | None] = None
    plain: ClassVar[frozenset[DType]] = frozenset()

    def __init_subclass__(cls) -> None:
        """Name the subclass as users spell it: `BroadcastTo` is `broadcast_to`."""
        if "name" not in cls.__dict__:
            cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        positional = [p.kind for p in inspect.signature(cls.forward).parameters.values()]
        cls.arity = None if inspect.Parameter.VAR_POSITIONAL in positional else len(positional) - 2

    def __post_init__(self) -> None:
        """Give the attributes their one form. Errors: OptionError."""
        normal(self)

    def __str__(self) -> str:
        """The name with its attributes, as the text form of a graph writes it."""
        attributes = ((f.name, getattr(self, f.name)) for f in fields(self))
        written = (f"{k}={v if isinstance(v, np.dtype) else repr(v)}" for k, v in attributes)
        return f"{self.name}({', '.join(written)})"

    @property
    def bodies(self) -> tuple[Any, ...]:
        """The graphs that it runs; a graph prints and checks them with the node."""
        return ()

    def shape(self, *shapes: Shape) -> Shape:
        """The shape of the output, from the shapes of the inputs."""
        raise NotImplementedError(f"{type(self).__name__} must define shape")

    def dtype(self, *dtypes: DType) -> DType:
        """The dtype of the output: that of the inputs, which must agree, or `result`."""
        same = same_dtype(self, dtypes)
        return self.result or same

    def output(self, shapes: Sequence[Shape], dtypes: Sequence[DType]) -> tuple[Shape, DType]:
        """The shape and dtype of the output for such inputs, if all rules hold.

        Errors: OptionError for another number of inputs; ShapeError, DTypeError from the rules,
        and where no array can be so large.
        """
        if self.arity not in (None, len(shapes)):
            raise OptionError(f"{self.name}: {len(shapes)} inputs. It takes {self.arity}.")
        shape = self.shape(*shapes)
        dtype = self.dtype(*dtypes)
        check_sizes(self.name, shape, dtype)
        return shape, dtype

    def forward(self, xp: Any, *inputs: Any) -> Any:
        """The output array, from the input arrays."""
        raise NotImplementedError(f"{type(self).__name__} must define forward")

    def backward(self, dy: Any, y: Any, *inputs: Any) -> tuple[Any, ...]:
        """The gradients of the inputs, from the gradient `dy` of the output `y`."""
        return (None,) * len(inputs)


class Elementwise(Primitive):
    """The same scalar function at every position; the inputs broadcast against each other."""

    def __init_subclass__(cls) -> None:
        """Note the dtypes for which the rules are the plain ones, so that they need not run."""
        super().__init_subclass__()
        usual = cls.shape is Elementwise.shape and cls.dtype is Primitive.dtype
        cls.plain = frozenset(cls.accepts if usual else ())

    def shape(self, *shapes: Shape) -> Shape:
        """The shape that the inputs broadcast to."""
        return broadcast(self.name, shapes)


def same_dtype(primitive: Primitive, dtypes: tuple[DType, ...]) -> DType:
    """The one dtype of all inputs; an error where they differ or are not accepted."""
    if not dtypes:
        raise OptionError(f"{primitive.name}: no inputs. It takes at least one.")
    first = dtypes[0]
    for other in dtypes[1:]:
        if other != first:
            raise DTypeError(
                f"{primitive.name}: {' with '.join(str(d) for d in dtypes)}. Inputs must have "
                "one dtype: nothing is promoted silently. Use x.astype(...) on one of them."
            )
    accept(primitive, first)
    return first


def accept(primitive: Primitive, dtype: DType) -> None:
    """Raise unless the primitive is defined for this dtype."""
    if dtype not in primitive.accepts:
        names = ", ".join(str(d) for d in primitive.accepts)
        raise DTypeError(
            f"{primitive.name}: not defined for {dtype}. It takes {names}. "
            "Convert with x.astype(...)."
        )


def holds(dtype: DType, number: float) -> bool:
    """Whether a dtype of integers or booleans has this number; floats have every one, rounded.

    >>> holds(UINT8, 255.0), holds(UINT8, 0.5), holds(BOOL, 2)
    (True, False, False)
    """
    if dtype in FLOATS:
        return True
    if not math.isfinite(number) or number != int(number):
        return False
    low, high = (0, 1) if dtype == BOOL else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    return bool(low <= number <= high)


def known_dtype(where: str, dtype: Any) -> DType:
    """A dtype by its name or NumPy's object, if it is one that tensors have.

    >>> known_dtype("zeros", "int32")
    dtype('int32')
    """
    try:
        found: DType | None = None if dtype is None else np.dtype(dtype)
    except TypeError:
        found = None
    if found is None or found not in DTYPES:
        raise DTypeError(
            f"{where}: dtype {found or repr(dtype)}. Known are {', '.join(map(str, DTYPES))}: "
            "convert the data first, or pass dtype=."
        )
    return found


def whole_sizes(where: str, sizes: Iterable[Any]) -> Shape:
    """Sizes as Python integers, whichever integers they are; numbers with a fraction are none."""
    try:
        return tuple(map(operator.index, sizes))
    except TypeError:
        raise ShapeError(f"{where}: sizes {tuple(sizes)}. They are whole numbers.") from None


def broadcast(name: str, shapes: Iterable[Shape]) -> Shape:
    """The shape that several shapes broadcast to.

    Aligned from the right, the sizes of an axis must be equal or 1; a 1 is stretched.

    >>> broadcast("add", [(4, 1), (3,)])
    (4, 3)
    """
    shapes = tuple(shapes)
    result: list[int] = []
    for shape in shapes:
        result[:0] = [1] * (len(shape) - len(result))
        for axis in range(-len(shape), 0):
            size = shape[axis]
            if size != 1 and result[axis] not in (1, size):
                raise ShapeError(
                    f"{name}: shapes {' and '.join(str(s) for s in shapes)} do not broadcast. "
                    "From the right, two sizes must be equal or one of them 1."
                )
            result[axis] = size if result[axis] == 1 else result[axis]
    return tuple(result)


def normal_axis(name: str, axis: int, dimensions: int) -> int:
    """The axis counted from the front; negative ones count from the back.

    >>> normal_axis("sum", -1, 3)
    2
    """
    if not -dimensions <= axis < dimensions:
        raise ShapeError(
            f"{name}: axis {axis} of an array with {dimensions} axes. "
            f"An axis lies between {-dimensions} and {dimensions - 1}."
        )
    return axis % dimensions

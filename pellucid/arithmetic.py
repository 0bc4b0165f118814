"""Arithmetic, comparisons and choice: what is computed at each position of a tensor.

each         the method that computes a primitive, as `x.exp()`
Arithmetic   the first part of what a `Tensor` can do

Every method comes down to `apply`,
which `Tensor` defines: check shapes and dtypes, compute, record where the result came from.
"""

import math
from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any, Self, TypeVar

import numpy as np

from pellucid import primitives as p
from pellucid.primitives.base import BOOL, INTEGERS, DType, Shape, known_dtype
from pellucid.strict import strict, unasked

_ADD = p.Add()
_SUBTRACT = p.Subtract()
_MULTIPLY = p.Multiply()
_DIVIDE = p.Divide()
_POWER = p.Power()
_NEGATIVE = p.Negative()
_WHERE = p.Where()
_IDENTITY = p.Identity()
_EQUAL = p.Equal()
_LESS = p.Less()
_LESS_EQUAL = p.LessEqual()
_NOT = p.LogicalNot()
_AND = p.LogicalAnd()
_OR = p.LogicalOr()
_BITS_AND = p.BitwiseAnd()
_BITS_OR = p.BitwiseOr()
_BITS_XOR = p.BitwiseXor()
_UP = p.BitwiseLeftShift()
_DOWN = p.BitwiseRightShift()
_FLOOR_DIVIDE = p.FloorDivide()
_REMAINDER = p.Remainder()
_MAXIMUM = p.Maximum()
_MINIMUM = p.Minimum()


Each = TypeVar("Each", bound="Arithmetic")


def each(primitive: p.Primitive, meaning: str) -> Callable[[Each], Each]:
    """The method that computes a primitive at each position.

    It looks at its arguments itself: the frame of `strict` would be felt around so little.
    """

    def method(self: Each, *given: Any, **options: Any) -> Each:
        if given or options:
            raise unasked(f"{type(self).__name__}.{primitive.name}", given, options)
        return self.alone(primitive)

    method.__name__ = primitive.name
    method.__qualname__ = f"Arithmetic.{primitive.name}"
    method.__doc__ = meaning
    itself = Parameter("self", Parameter.POSITIONAL_OR_KEYWORD)
    method.__signature__ = Signature([itself])  # type: ignore[attr-defined]
    return method


class Arithmetic:
    """Operators and functions at each position, each expressed by primitives."""

    __slots__ = ()

    @property
    def shape(self) -> Shape:
        """The sizes of all axes."""
        raise NotImplementedError

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return math.prod(self.shape)

    @property
    def dtype(self) -> DType:
        """The dtype of every element."""
        raise NotImplementedError

    def apply(self, primitive: p.Primitive, *others: Any) -> Self:
        """The primitive applied to this tensor and others; Python numbers take its dtype."""
        raise NotImplementedError

    def alone(self, primitive: p.Primitive) -> Self:
        """The primitive applied to this tensor alone."""
        raise NotImplementedError

    def operand(self, other: Any) -> Self:
        """Another operand as a tensor; a Python number takes this tensor's dtype."""
        raise NotImplementedError

    def fresh(self, data: Any) -> Self:
        """Data as a tensor of its own dtype."""
        raise NotImplementedError

    # ---- arithmetic ----------------------------------------------------------------------

    def __add__(self, other: Any) -> Self:
        return self.apply(_ADD, other)

    def __radd__(self, other: Any) -> Self:
        return self.operand(other).apply(_ADD, self)

    def __sub__(self, other: Any) -> Self:
        return self.apply(_SUBTRACT, other)

    def __rsub__(self, other: Any) -> Self:
        return self.operand(other).apply(_SUBTRACT, self)

    def __mul__(self, other: Any) -> Self:
        return self.apply(_MULTIPLY, other)

    def __rmul__(self, other: Any) -> Self:
        return self.operand(other).apply(_MULTIPLY, self)

    def __truediv__(self, other: Any) -> Self:
        return self.apply(_DIVIDE, other)

    def __rtruediv__(self, other: Any) -> Self:
        return self.operand(other).apply(_DIVIDE, self)

    def __floordiv__(self, other: Any) -> Self:
        return self.apply(_FLOOR_DIVIDE, other)

    def __rfloordiv__(self, other: Any) -> Self:
        return self.operand(other).apply(_FLOOR_DIVIDE, self)

    def __mod__(self, other: Any) -> Self:
        return self.apply(_REMAINDER, other)

    def __rmod__(self, other: Any) -> Self:
        return self.operand(other).apply(_REMAINDER, self)

    def __pow__(self, other: Any) -> Self:
        if self.dtype in INTEGERS:
            return self._whole_power(self.operand(other))
        return self.apply(_POWER, other)

    def _whole_power(self, exponent: Self) -> Self:
        """Squares multiplied, one for each bit of the exponent; what does not fit wraps around."""
        if exponent.dtype != self.dtype:
            return self.apply(_POWER, exponent)  # the error says what to convert
        y = (self & 0) + (exponent & 0) + 1
        square = self
        bits = exponent
        for _ in range(8 * self.dtype.itemsize):
            y = (bits & 1).astype(BOOL).where(y * square, y)
            square = square * square
            bits = bits >> 1
        return y

    def __rpow__(self, other: Any) -> Self:
        return self.operand(other) ** self

    def __pos__(self) -> Self:
        return self.alone(_IDENTITY)

    def __neg__(self) -> Self:
        return self.alone(_NEGATIVE)

    def __abs__(self) -> Self:
        return self.abs()

    abs = each(p.Abs(), "Absolute value.")
    sign = each(p.Sign(), "-1, 0 or 1.")
    floor = each(p.Floor(), "The largest integer not above each number, as a float.")
    exp = each(p.Exp(), "Exponential.")
    expm1 = each(p.Expm1(), "e^x - 1, accurate near 0.")
    log = each(p.Log(), "Natural logarithm.")
    log1p = each(p.Log1p(), "log(1 + x), accurate near 0.")
    sqrt = each(p.Sqrt(), "Square root.")
    sin = each(p.Sin(), "Sine of radians.")
    cos = each(p.Cos(), "Cosine of radians.")
    tanh = each(p.Tanh(), "Hyperbolic tangent.")
    sigmoid = each(p.Sigmoid(), "Logistic function 1 / (1 + e^-x).")
    erf = each(p.Erf(), "Error function.")

    @strict
    def maximum(self, other: Any) -> Self:
        """The larger of two numbers at each position."""
        return self.apply(_MAXIMUM, other)

    @strict
    def minimum(self, other: Any) -> Self:
        """The smaller of two numbers at each position."""
        return self.apply(_MINIMUM, other)

    # ---- comparisons, logic, choice ------------------------------------------------------

    def __eq__(self, other: Any) -> Self:  # type: ignore[override]
        # Nothing is no number: Python then says that they are not the same.
        return NotImplemented if other is None else self.apply(_EQUAL, other)

    def __ne__(self, other: Any) -> Self:  # type: ignore[override]
        return NotImplemented if other is None else self.apply(_EQUAL, other).alone(_NOT)

    def __lt__(self, other: Any) -> Self:
        return self.apply(_LESS, other)

    def __le__(self, other: Any) -> Self:
        return self.apply(_LESS_EQUAL, other)

    def __gt__(self, other: Any) -> Self:
        return self.operand(other).apply(_LESS, self)

    def __ge__(self, other: Any) -> Self:
        return self.operand(other).apply(_LESS_EQUAL, self)

    def __and__(self, other: Any) -> Self:
        return self.apply(_BITS_AND if self.dtype in INTEGERS else _AND, other)

    def __rand__(self, other: Any) -> Self:
        return self.operand(other) & self

    def __or__(self, other: Any) -> Self:
        return self.apply(_BITS_OR if self.dtype in INTEGERS else _OR, other)

    def __ror__(self, other: Any) -> Self:
        return self.operand(other) | self

    def __xor__(self, other: Any) -> Self:
        if self.dtype in INTEGERS:
            return self.apply(_BITS_XOR, other)
        other = self.operand(other)
        return self.apply(_OR, other) & ~self.apply(_AND, other)

    def __rxor__(self, other: Any) -> Self:
        return self.operand(other) ^ self

    def __invert__(self) -> Self:
        if self.dtype in INTEGERS:
            return self ^ (-1 if self.dtype.kind == "i" else int(np.iinfo(self.dtype).max))
        return self.alone(_NOT)

    def __lshift__(self, other: Any) -> Self:
        return self.apply(_UP, other)

    def __rlshift__(self, other: Any) -> Self:
        return self.operand(other).apply(_UP, self)

    def __rshift__(self, other: Any) -> Self:
        return self.apply(_DOWN, other)

    def __rrshift__(self, other: Any) -> Self:
        return self.operand(other).apply(_DOWN, self)

    __hash__ = object.__hash__

    @strict
    def where(self, a: Any, b: Any) -> Self:
        """`a` where this condition is true, else `b`: `(x > 0).where(x, 0.0)`."""
        if isinstance(a, Arithmetic):
            return self.apply(_WHERE, a, a.operand(b))
        if isinstance(b, Arithmetic):
            return self.apply(_WHERE, b.operand(a), b)
        first = self.fresh(a)
        return self.apply(_WHERE, first, first.operand(b))

    @strict
    def astype(self, dtype: Any) -> Self:
        """The same numbers in another dtype."""
        to = known_dtype("astype", dtype)
        return self if to == self.dtype else self.apply(p.Cast(to))

    @strict
    def stop_gradient(self) -> Self:
        """The same value, treated as a constant by differentiation."""
        return self.apply(p.StopGradient())

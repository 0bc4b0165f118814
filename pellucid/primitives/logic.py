"""Comparisons, logic, choice, and the ways to rename a value.

`where` passes the gradient to the branch that was taken, and exactly 0 to the other.
"""

from dataclasses import dataclass
from typing import Any

from pellucid.errors import DTypeError
from pellucid.primitives.base import (
    BOOL,
    FLOATS,
    INTEGERS,
    NUMBERS,
    DType,
    Elementwise,
    accept,
    same_dtype,
)
from pellucid.primitives.special import saturated


class Comparison(Elementwise):
    """A question about two numbers; the answer is bool and has no gradient."""

    gradient_formula = "none: the answer is flat wherever it is continuous"
    result = BOOL


class Equal(Comparison):
    """Whether two values are equal; nan equals nothing."""

    formula = "y = [a = b]"

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a == b


class Less(Comparison):
    """Whether the first number is smaller; false with nan."""

    formula = "y = [a < b]"
    accepts = NUMBERS

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a < b


class LessEqual(Comparison):
    """Whether the first number is smaller or equal; false with nan."""

    formula = "y = [a <= b]"
    accepts = NUMBERS

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a <= b


class LogicalAnd(Elementwise):
    """Whether both are true."""

    formula = "y = a and b"
    gradient_formula = "none: booleans"
    accepts = (BOOL,)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.logical_and(a, b)


class LogicalOr(Elementwise):
    """Whether at least one is true."""

    formula = "y = a or b"
    gradient_formula = "none: booleans"
    accepts = (BOOL,)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.logical_or(a, b)


class LogicalNot(Elementwise):
    """The opposite."""

    formula = "y = not x"
    gradient_formula = "none: booleans"
    accepts = (BOOL,)

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.logical_not(x)


class Where(Elementwise):
    """One of two values, chosen by a condition.

    The branch not taken gets a gradient of exactly 0, also where its value is nan. An inf in
    the derivative *behind* that branch still gives 0 times inf = nan: choose the argument
    first, `where(x > 0, log(where(x > 0, x, 1)), 0)`.
    """

    formula = "y = a where condition, else b"
    gradient_formula = "da = dy where condition, else 0;  db = 0 where condition, else dy"

    def dtype(self, *dtypes: DType) -> DType:
        condition, *branches = dtypes
        if condition != BOOL:
            raise DTypeError(
                f"where: a condition of dtype {condition}. It must be bool: compare first, "
                "as in where(x > 0, a, b)."
            )
        return same_dtype(self, tuple(branches))

    def forward(self, xp: Any, condition: Any, a: Any, b: Any) -> Any:
        return xp.where(condition, a, b)

    def backward(
        self,
        dy: Any,
        y: Any,
        condition: Any,
        a: Any,
        b: Any,
    ) -> tuple[Any, ...]:
        return None, condition.where(dy, 0.0), condition.where(0.0, dy)


@dataclass(frozen=True)
class Cast(Elementwise):
    """The same numbers in another dtype, by one rule for each pair, on every executor.

    A float becomes an integer by dropping its fraction; one that does not fit becomes the
    nearest integer that does, and nan 0. An integer becomes a smaller one by dropping its upper
    bits: 256 becomes 0 as uint8, and -1 255. Everything but 0 becomes True, nan too; True becomes
    1. A number becomes the nearest float, a tie the even one, and beyond the largest inf.

    Between floats the gradient is cast back; integers and booleans have none.
    """

    formula = "y = x, in another dtype"
    gradient_formula = "dx = dy, in the dtype of x"
    to: DType

    def dtype(self, *dtypes: DType) -> DType:
        accept(self, dtypes[0])
        accept(self, self.to)
        return self.to

    def forward(self, xp: Any, x: Any) -> Any:
        if self.to in INTEGERS and x.dtype in FLOATS:
            return saturated(xp, x, self.to)
        return xp.astype(x, self.to)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy.astype(x.dtype) if x.dtype in FLOATS else None,)


@dataclass(frozen=True)
class Identity(Elementwise):
    """The value itself under a fresh name: what differentiation is taken with respect to."""

    formula = "y = x"
    gradient_formula = "dx = dy"

    def forward(self, xp: Any, x: Any) -> Any:
        return x

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy,)


@dataclass(frozen=True)
class StopGradient(Elementwise):
    """The value itself, treated as a constant by differentiation."""

    formula = "y = x"
    gradient_formula = "dx = 0"

    def forward(self, xp: Any, x: Any) -> Any:
        return x

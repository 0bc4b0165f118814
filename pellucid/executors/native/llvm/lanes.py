"""Lanes: values that emit LLVM instructions, so that the rules of primitives become code.

    Lanes       some numbers side by side, with operators

Semantics are those of NumPy: comparisons with nan are false, the larger and the smaller of
two numbers are nan if either is, integers wrap around. One lane is a plain scalar. What is
computed does not depend on the number of lanes.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir

from pellucid.executors.native.llvm.functions import called
from pellucid.executors.native.llvm.known import Repeated, known
from pellucid.executors.native.llvm.types import (
    I32,
    lanes_type,
    listed,
    nothing,
    repeated,
    scalar_type,
    suffix,
)
from pellucid.primitives.base import BOOL, DType


class Lanes:
    """Some numbers of one dtype side by side, being computed by emitted code."""

    __array_ufunc__ = None  # so that `numpy_number + lanes` asks the lanes

    def __init__(self, builder: ir.IRBuilder, value: ir.Value, dtype: Any) -> None:
        self.builder = builder
        self.value = value
        self.dtype: DType = np.dtype(dtype)

    @property
    def width(self) -> int:
        """The number of lanes."""
        kind = self.value.type
        if isinstance(kind, ir.VectorType):
            return int(kind.count)
        return 1

    @property
    def number(self) -> Any:
        """The number in all lanes, if it is known now, else None."""
        raw = self.value
        if isinstance(raw, Repeated):
            raw = raw.constant[0]
        return raw.constant if isinstance(raw, ir.Constant) else None

    @classmethod
    def constant(cls, builder: ir.IRBuilder, number: Any, dtype: Any) -> "Lanes":
        """A number known now."""
        dtype = np.dtype(dtype)
        plain = float(number) if dtype.kind == "f" else int(number)
        raw = known(scalar_type(dtype), plain)
        return cls(builder, raw, dtype)

    @classmethod
    def counting(cls, builder: ir.IRBuilder, width: int, step: int, dtype: Any) -> "Lanes":
        """0, step, 2 step and so on."""
        kind = scalar_type(np.dtype(dtype))
        numbers = [lane * step for lane in range(width)]
        return cls(builder, listed(kind, numbers), dtype)

    def made(self, value: ir.Value) -> "Lanes":
        """Lanes of the same dtype."""
        return Lanes(self.builder, value, self.dtype)

    def splat(self, width: int) -> "Lanes":
        """A single number in all lanes."""
        if self.width == width:
            return self
        raw = repeated(self.builder, self.value, width)
        return self.made(raw)

    def where_mask(self, mask: ir.Value, other: "Lanes") -> "Lanes":
        """These lanes where the mask is set, the others elsewhere."""
        raw = self.builder.select(mask, self.value, other.value)
        return self.made(raw)

    def folded(self, join: Callable[["Lanes", "Lanes"], "Lanes"]) -> "Lanes":
        """All lanes joined to one: halves are joined until one is left, in a fixed order."""
        x = self
        width = self.width
        while width > 1:
            width //= 2
            low = x._part(0, width)
            high = x._part(width, width)
            x = join(low, high)
        if isinstance(x.value.type, ir.VectorType):
            return x.lane(0)
        return x

    def _part(self, first: int, width: int) -> "Lanes":
        """Some lanes side by side."""
        chosen = listed(I32, range(first, first + width))
        raw = self.builder.shuffle_vector(self.value, nothing(self.value.type), chosen)
        return self.made(raw)

    def lane(self, number: int) -> "Lanes":
        """One of several lanes."""
        raw = self.builder.extract_element(self.value, I32(number))
        return self.made(raw)

    # ---- operators -------------------------------------------------------------------------

    def like(self, other: Any) -> ir.Value:
        """Another operand in the form of this one; a Python number takes its dtype."""
        if isinstance(other, Lanes):
            return other.value
        number = Lanes.constant(self.builder, other, self.dtype)
        return number.splat(self.width).value

    def _with(self, emit: Callable[..., ir.Value], other: Any) -> "Lanes":
        """What an instruction makes of these lanes and another operand."""
        raw = emit(self.value, self.like(other))
        return self.made(raw)

    def _binary(self, name: str, other: Any) -> "Lanes":
        """An instruction that has another name for floats."""
        if self.dtype.kind == "f":
            name = f"f{name}"
        return self._with(getattr(self.builder, name), other)

    def __add__(self, other: Any) -> "Lanes":
        return self._binary("add", other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> "Lanes":
        return self._binary("sub", other)

    def __rsub__(self, other: Any) -> "Lanes":
        return self.made(self.like(other)) - self

    def __mul__(self, other: Any) -> "Lanes":
        return self._binary("mul", other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> "Lanes":
        return self._binary("div", other)

    def __rtruediv__(self, other: Any) -> "Lanes":
        return self.made(self.like(other)) / self

    def __neg__(self) -> "Lanes":
        is_float = self.dtype.kind == "f"
        negate = self.builder.fneg if is_float else self.builder.neg
        return self.made(negate(self.value))

    def __invert__(self) -> "Lanes":
        return self.made(self.builder.not_(self.value))

    def __xor__(self, other: Any) -> "Lanes":
        return self._with(self.builder.xor, other)

    def __or__(self, other: Any) -> "Lanes":
        return self._with(self.builder.or_, other)

    def __and__(self, other: Any) -> "Lanes":
        return self._with(self.builder.and_, other)

    def __lshift__(self, other: Any) -> "Lanes":
        return self._with(self.builder.shl, other)

    def __rshift__(self, other: Any) -> "Lanes":
        is_signed = self.dtype.kind == "i"
        shift = self.builder.ashr if is_signed else self.builder.lshr
        return self._with(shift, other)

    def _compare(self, sign: str, other: Any) -> "Lanes":
        b = self.builder
        compare = {"f": b.fcmp_ordered, "i": b.icmp_signed}.get(self.dtype.kind, b.icmp_unsigned)
        raw = compare(sign, self.value, self.like(other))
        return Lanes(b, raw, BOOL)

    def __eq__(self, other: object) -> "Lanes":  # type: ignore[override]
        return self._compare("==", other)

    def __ne__(self, other: object) -> "Lanes":  # type: ignore[override]
        return ~(self == other)

    def __lt__(self, other: Any) -> "Lanes":
        return self._compare("<", other)

    def __le__(self, other: Any) -> "Lanes":
        return self._compare("<=", other)

    def __gt__(self, other: Any) -> "Lanes":
        return self._compare(">", other)

    def __ge__(self, other: Any) -> "Lanes":
        return self._compare(">=", other)

    __hash__ = object.__hash__

    # ---- conversion ------------------------------------------------------------------------

    def astype(self, dtype: Any) -> "Lanes":
        """The same numbers in another dtype.

        A float becomes an integer by dropping its fraction; one that does not fit becomes the
        nearest integer that does, and nan 0. (NumPy leaves both to the CPU.) Every number but
        0 becomes True, nan too.
        """
        to = np.dtype(dtype)
        if to == self.dtype:
            return self
        if to.kind == "b":
            return self._as_bool()
        if self.dtype.kind == "f" and to.kind != "f":
            return self._truncated(to)
        raw = self.value
        conversion = _conversion(self.dtype, to)
        if conversion:
            emit = getattr(self.builder, conversion)
            raw = emit(raw, lanes_type(to, self.width))
        return Lanes(self.builder, raw, to)

    def view(self, dtype: Any) -> "Lanes":
        """The same bits, taken for numbers of another dtype of the same size."""
        to = np.dtype(dtype)
        raw = self.builder.bitcast(self.value, lanes_type(to, self.width))
        return Lanes(self.builder, raw, to)

    def _truncated(self, to: DType) -> "Lanes":
        """Integers of floats; the plain instruction is undefined for what does not fit."""
        sign = "s" if to.kind == "i" else "u"
        kind = lanes_type(to, self.width)
        name = f"llvm.fpto{sign}i.sat.{suffix(kind)}.{suffix(self.value.type)}"
        raw = called(self.builder, name, kind, self.value)
        return Lanes(self.builder, raw, to)

    def _as_bool(self) -> "Lanes":
        b = self.builder
        compare = b.fcmp_unordered if self.dtype.kind == "f" else b.icmp_unsigned
        raw = compare("!=", self.value, self.like(0))
        return Lanes(b, raw, BOOL)


def _conversion(of: DType, to: DType) -> str:
    """The LLVM instruction from one dtype to another; none where the bits stay."""
    wider = to.itemsize > of.itemsize or of.kind == "b"
    if of.kind == "f" and to.kind == "f":
        return "fpext" if wider else "fptrunc"
    if to.kind == "f":
        return "sitofp" if of.kind == "i" else "uitofp"
    if wider:
        return "sext" if of.kind == "i" else "zext"
    return "trunc" if to.itemsize < of.itemsize else ""

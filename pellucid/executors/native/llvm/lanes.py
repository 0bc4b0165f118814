"""Lanes: values that emit LLVM instructions, so that the rules of primitives become code.

    Lanes       some numbers side by side, with operators
    scalar_type, lanes_type, call, declared, suffix, repeated, zeros    what else emits code needs

Semantics are those of NumPy: comparisons with nan are false, the larger and the smaller of
two numbers are nan if either is, integers wrap around. One lane is a plain scalar. What is
computed does not depend on the number of lanes.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from llvmlite import ir

from pellucid.executors.native.llvm.known import Repeated, known, repeated_number
from pellucid.primitives.base import BOOL, DType

I1, I8, I32, I64 = ir.IntType(1), ir.IntType(8), ir.IntType(32), ir.IntType(64)


@lru_cache(maxsize=64)
def scalar_type(dtype: DType) -> ir.Type:
    """The type of one number in a register; a bool is one bit."""
    if dtype.kind == "b":
        return I1
    if dtype.kind == "f":
        return ir.FloatType() if dtype.itemsize == 4 else ir.DoubleType()
    return ir.IntType(8 * dtype.itemsize)


@lru_cache(maxsize=256)
def lanes_type(dtype: DType, width: int) -> ir.Type:
    """The type of `width` numbers in a register."""
    kind = scalar_type(dtype)
    return kind if width == 1 else ir.VectorType(kind, width)


def suffix(kind: ir.Type) -> str:
    """How LLVM writes a type in the name of an intrinsic."""
    if isinstance(kind, ir.VectorType):
        return f"v{kind.count}{suffix(kind.element)}"
    if isinstance(kind, ir.FloatType):
        return "f32"
    if isinstance(kind, ir.DoubleType):
        return "f64"
    return "p0" if isinstance(kind, ir.PointerType) else f"i{kind.width}"


def declared(
    builder: ir.IRBuilder, name: str, result: ir.Type, arguments: list[ir.Type]
) -> ir.Function:
    """A function from elsewhere: an intrinsic, or one of the C library."""
    found = builder.module.globals.get(name)
    if found is None:
        found = ir.Function(builder.module, ir.FunctionType(result, arguments), name)
    return found


def call(builder: ir.IRBuilder, name: str, *values: ir.Value) -> ir.Value:
    """An intrinsic whose operands and result have one type."""
    kind = values[0].type
    function = declared(builder, f"llvm.{name}.{suffix(kind)}", kind, [v.type for v in values])
    return builder.call(function, values)


@lru_cache(maxsize=256)
def zeros(kind: ir.Type) -> ir.Constant:
    """0 in all lanes; made once, and short, as are the lanes of `nothing`."""
    return Repeated(kind, zeros(kind.element)) if isinstance(kind, ir.VectorType) else kind(0)


@lru_cache(maxsize=256)
def nothing(kind: ir.Type) -> ir.Constant:
    """Undefined lanes, to be filled."""
    undefined = ir.Constant(getattr(kind, "element", kind), ir.Undefined)
    return Repeated(kind, undefined) if isinstance(kind, ir.VectorType) else undefined


def repeated(builder: ir.IRBuilder, raw: ir.Value, width: int) -> ir.Value:
    """One number in all lanes."""
    if width == 1:
        return raw
    if isinstance(raw, ir.Constant):
        return repeated_number(raw, width)
    kind = ir.VectorType(raw.type, width)
    first = builder.insert_element(nothing(kind), raw, I32(0))
    return builder.shuffle_vector(first, nothing(kind), zeros(ir.VectorType(I32, width)))


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
        return int(kind.count) if isinstance(kind, ir.VectorType) else 1

    @property
    def number(self) -> Any:
        """The number in all lanes, if it is known now, else None."""
        raw = self.value.constant[0] if isinstance(self.value, Repeated) else self.value
        return raw.constant if isinstance(raw, ir.Constant) else None

    @classmethod
    def constant(cls, builder: ir.IRBuilder, number: Any, dtype: Any) -> "Lanes":
        """A number known now."""
        dtype = np.dtype(dtype)
        plain = float(number) if dtype.kind == "f" else int(number)
        return cls(builder, known(scalar_type(dtype), plain), dtype)

    @classmethod
    def counting(cls, builder: ir.IRBuilder, width: int, step: int, dtype: Any) -> "Lanes":
        """0, step, 2 step and so on."""
        kind = ir.VectorType(scalar_type(np.dtype(dtype)), width)
        return cls(builder, ir.Constant(kind, [i * step for i in range(width)]), dtype)

    def made(self, value: ir.Value) -> "Lanes":
        """Lanes of the same dtype."""
        return Lanes(self.builder, value, self.dtype)

    def splat(self, width: int) -> "Lanes":
        """A single number in all lanes."""
        if self.width == width:
            return self
        return self.made(repeated(self.builder, self.value, width))

    def where_mask(self, mask: ir.Value, other: "Lanes") -> "Lanes":
        """These lanes where the mask is set, the others elsewhere."""
        return self.made(self.builder.select(mask, self.value, other.value))

    def folded(self, join: Callable[["Lanes", "Lanes"], "Lanes"]) -> "Lanes":
        """All lanes joined to one: halves are joined until one is left, in a fixed order."""
        b, x, width = self.builder, self, self.width
        while width > 1:
            width //= 2
            halves = []
            for start in (0, width):
                chosen = ir.Constant(ir.VectorType(I32, width), list(range(start, start + width)))
                half = b.shuffle_vector(x.value, nothing(x.value.type), chosen)
                halves.append(x.made(half))
            x = join(*halves)
        if isinstance(x.value.type, ir.VectorType):
            x = x.made(b.extract_element(x.value, I32(0)))
        return x

    # ---- operators -------------------------------------------------------------------------

    def like(self, other: Any) -> ir.Value:
        """Another operand in the form of this one; a Python number takes its dtype."""
        if isinstance(other, Lanes):
            return other.value
        return Lanes.constant(self.builder, other, self.dtype).splat(self.width).value

    def _binary(self, name: str, other: Any) -> "Lanes":
        emit = getattr(self.builder, f"f{name}" if self.dtype.kind == "f" else name)
        return self.made(emit(self.value, self.like(other)))

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
        negate = self.builder.fneg if self.dtype.kind == "f" else self.builder.neg
        return self.made(negate(self.value))

    def __invert__(self) -> "Lanes":
        return self.made(self.builder.not_(self.value))

    def __xor__(self, other: Any) -> "Lanes":
        return self.made(self.builder.xor(self.value, self.like(other)))

    def __or__(self, other: Any) -> "Lanes":
        return self.made(self.builder.or_(self.value, self.like(other)))

    def __and__(self, other: Any) -> "Lanes":
        return self.made(self.builder.and_(self.value, self.like(other)))

    def __lshift__(self, other: Any) -> "Lanes":
        return self.made(self.builder.shl(self.value, self.like(other)))

    def __rshift__(self, other: Any) -> "Lanes":
        shift = self.builder.ashr if self.dtype.kind == "i" else self.builder.lshr
        return self.made(shift(self.value, self.like(other)))

    def _compare(self, sign: str, other: Any) -> "Lanes":
        b, right = self.builder, self.like(other)
        if self.dtype.kind == "f":
            raw = b.fcmp_ordered(sign, self.value, right)
        elif self.dtype.kind == "i":
            raw = b.icmp_signed(sign, self.value, right)
        else:
            raw = b.icmp_unsigned(sign, self.value, right)
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
        kind = lanes_type(to, self.width)
        if self.dtype.kind == "f" and to.kind != "f":
            return Lanes(self.builder, self._truncated(kind, to.kind == "i"), to)
        name = _conversion(self.dtype, to)
        raw = getattr(self.builder, name)(self.value, kind) if name else self.value
        return Lanes(self.builder, raw, to)

    def _truncated(self, kind: ir.Type, signed: bool) -> ir.Value:
        """Integers of a type; the plain instruction is undefined for what does not fit."""
        sign, of = "s" if signed else "u", self.value.type
        name = f"llvm.fpto{sign}i.sat.{suffix(kind)}.{suffix(of)}"
        return self.builder.call(declared(self.builder, name, kind, [of]), [self.value])

    def _as_bool(self) -> "Lanes":
        b, zero = self.builder, self.like(0)
        if self.dtype.kind == "f":
            return Lanes(b, b.fcmp_unordered("!=", self.value, zero), BOOL)
        return Lanes(b, b.icmp_unsigned("!=", self.value, zero), BOOL)


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

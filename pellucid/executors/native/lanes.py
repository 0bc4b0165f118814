"""Lanes: values that emit LLVM instructions, so that primitives' rules become machine code."""

from typing import Any

import numpy as np
from llvmlite import ir

I1, I8, I64 = ir.IntType(1), ir.IntType(8), ir.IntType(64)
POINTER = ir.PointerType()


def scalar_type(dtype):
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return I1
    if dtype.kind == "f":
        return ir.FloatType() if dtype.itemsize == 4 else ir.DoubleType()
    return ir.IntType(8 * dtype.itemsize)


def lanes_type(dtype, width):
    kind = scalar_type(dtype)
    return kind if width == 1 else ir.VectorType(kind, width)


def memory_type(dtype, width):
    kind = I8 if np.dtype(dtype).kind == "b" else scalar_type(dtype)
    return kind if width == 1 else ir.VectorType(kind, width)


def suffix(kind):
    if isinstance(kind, ir.VectorType):
        return f"v{kind.count}{suffix(kind.element)}"
    if isinstance(kind, ir.FloatType):
        return "f32"
    if isinstance(kind, ir.DoubleType):
        return "f64"
    if isinstance(kind, ir.PointerType):
        return "p0"
    return f"i{kind.width}"


def declared(builder, name, result, arguments):
    module = builder.module
    found = module.globals.get(name)
    return (
        found
        if found is not None
        else ir.Function(module, ir.FunctionType(result, arguments), name)
    )


def call(builder, name, *values):
    kind = values[0].type
    return builder.call(
        declared(builder, f"llvm.{name}.{suffix(kind)}", kind, [v.type for v in values]), values
    )


def _wide(builder, raw, width):
    if width == 1:
        return raw
    kind = ir.VectorType(raw.type, width)
    one = builder.insert_element(ir.Constant(kind, ir.Undefined), raw, ir.IntType(32)(0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), width), None)
    return builder.shuffle_vector(one, ir.Constant(kind, ir.Undefined), zeros)


def load(builder, address, dtype, width, *, stride=1, mask=None):
    dtype = np.dtype(dtype)
    kind = memory_type(dtype, width)
    if width == 1 or stride == 0:
        raw = builder.load(address, typ=memory_type(dtype, 1), align=dtype.itemsize)
        raw = _wide(builder, raw, width)
    elif stride == 1 and mask is None:
        raw = builder.load(address, typ=kind, align=dtype.itemsize)
    elif stride == 1:
        f = declared(
            builder,
            f"llvm.masked.load.{suffix(kind)}.p0",
            kind,
            [POINTER, ir.IntType(32), mask.type, kind],
        )
        raw = builder.call(
            f, [address, ir.IntType(32)(dtype.itemsize), mask, ir.Constant(kind, None)]
        )
    else:
        offsets = ir.Constant(
            ir.VectorType(I64, width), [i * stride * dtype.itemsize for i in range(width)]
        )
        base = _wide(builder, builder.ptrtoint(address, I64), width)
        pointers = builder.inttoptr(builder.add(base, offsets), ir.VectorType(POINTER, width))
        if mask is None:
            mask = ir.Constant(ir.VectorType(I1, width), [1] * width)
        f = declared(
            builder,
            f"llvm.masked.gather.{suffix(kind)}.v{width}p0",
            kind,
            [pointers.type, ir.IntType(32), mask.type, kind],
        )
        raw = builder.call(
            f, [pointers, ir.IntType(32)(dtype.itemsize), mask, ir.Constant(kind, None)]
        )
    if dtype.kind == "b":
        raw = builder.icmp_unsigned("!=", raw, ir.Constant(kind, None))
    return Lanes(builder, raw, dtype)


def store(builder, address, lanes, *, mask=None):
    raw, dtype = lanes.value, lanes.dtype
    if dtype.kind == "b":
        raw = builder.zext(raw, memory_type(dtype, lanes.width))
    if mask is None or lanes.width == 1:
        builder.store(raw, address, align=dtype.itemsize)
        return
    f = declared(
        builder,
        f"llvm.masked.store.{suffix(raw.type)}.p0",
        ir.VoidType(),
        [raw.type, POINTER, ir.IntType(32), mask.type],
    )
    builder.call(f, [raw, address, ir.IntType(32)(dtype.itemsize), mask])


class Lanes:
    __array_ufunc__ = None

    def __init__(self, builder, value, dtype):
        self.builder, self.value, self.dtype = builder, value, np.dtype(dtype)

    @property
    def width(self):
        return self.value.type.count if isinstance(self.value.type, ir.VectorType) else 1

    @classmethod
    def constant(cls, builder, number, dtype):
        dtype = np.dtype(dtype)
        kind = scalar_type(dtype)
        if dtype.kind == "f":
            return cls(builder, ir.Constant(kind, float(number)), dtype)
        return cls(builder, ir.Constant(kind, int(number)), dtype)

    @classmethod
    def counting(cls, builder, width, step, dtype):
        dtype = np.dtype(dtype)
        return cls(
            builder,
            ir.Constant(ir.VectorType(scalar_type(dtype), width), [i * step for i in range(width)]),
            dtype,
        )

    def splat(self, width):
        return (
            self
            if self.width == width
            else Lanes(self.builder, _wide(self.builder, self.value, width), self.dtype)
        )

    def where_mask(self, mask, other):
        return Lanes(self.builder, self.builder.select(mask, self.value, other.value), self.dtype)

    def folded(self, join):
        b, x, width = self.builder, self, self.width
        while width > 1:
            width //= 2
            halves = []
            for start in (0, width):
                pick = ir.Constant(
                    ir.VectorType(ir.IntType(32), width), list(range(start, start + width))
                )
                part = b.shuffle_vector(x.value, ir.Constant(x.value.type, ir.Undefined), pick)
                halves.append(Lanes(b, part, self.dtype))
            x = join(*halves)
        if isinstance(x.value.type, ir.VectorType):
            x = Lanes(b, b.extract_element(x.value, ir.IntType(32)(0)), self.dtype)
        return x

    def _other(self, other):
        if isinstance(other, Lanes):
            return other.value
        return Lanes.constant(self.builder, other, self.dtype).splat(self.width).value

    def _binary(self, other, integer, floating):
        name = floating if self.dtype.kind == "f" else integer
        return Lanes(
            self.builder, getattr(self.builder, name)(self.value, self._other(other)), self.dtype
        )

    def __add__(self, o):
        return self._binary(o, "add", "fadd")

    __radd__ = __add__

    def __sub__(self, o):
        return self._binary(o, "sub", "fsub")

    def __rsub__(self, o):
        return Lanes(self.builder, self._other(o), self.dtype) - self

    def __rtruediv__(self, o):
        return Lanes(self.builder, self._other(o), self.dtype) / self

    def __mul__(self, o):
        return self._binary(o, "mul", "fmul")

    __rmul__ = __mul__

    def __truediv__(self, o):
        return self._binary(o, "sdiv", "fdiv")

    def __neg__(self):
        if self.dtype.kind == "f":
            return Lanes(self.builder, self.builder.fneg(self.value), self.dtype)
        return Lanes(self.builder, self.builder.neg(self.value), self.dtype)

    def __xor__(self, o):
        return self._binary(o, "xor", "xor")

    def __or__(self, o):
        return self._binary(o, "or_", "or_")

    def __and__(self, o):
        return self._binary(o, "and_", "and_")

    def __lshift__(self, o):
        return self._binary(o, "shl", "shl")

    def __rshift__(self, o):
        return self._binary(o, "lshr", "lshr")

    def _compare(self, op, other):
        o, b = self._other(other), self.builder
        if self.dtype.kind == "f":
            raw = b.fcmp_ordered(op, self.value, o)
        elif self.dtype.kind == "i":
            raw = b.icmp_signed(op, self.value, o)
        else:
            raw = b.icmp_unsigned(op, self.value, o)
        return Lanes(b, raw, np.dtype(bool))

    def __eq__(self, o):
        return self._compare("==", o)

    def __lt__(self, o):
        return self._compare("<", o)

    def __le__(self, o):
        return self._compare("<=", o)

    def __gt__(self, o):
        return self._compare(">", o)

    def __ge__(self, o):
        return self._compare(">=", o)

    __hash__ = object.__hash__

    def astype(self, dtype):
        to, b = np.dtype(dtype), self.builder
        if to == self.dtype:
            return self
        kind = lanes_type(to, self.width)
        zero = (
            ir.Constant(self.value.type, 0.0 if self.dtype.kind == "f" else 0)
            if self.width == 1
            else ir.Constant(self.value.type, None)
        )
        if to.kind == "b":
            raw = (
                b.fcmp_unordered("!=", self.value, zero)
                if self.dtype.kind == "f"
                else b.icmp_unsigned("!=", self.value, zero)
            )
        elif self.dtype.kind == "f":
            if to.kind == "f":
                raw = (b.fpext if to.itemsize > self.dtype.itemsize else b.fptrunc)(
                    self.value, kind
                )
            else:
                raw = (b.fptosi if to.kind == "i" else b.fptoui)(self.value, kind)
        elif to.kind == "f":
            raw = (b.sitofp if self.dtype.kind == "i" else b.uitofp)(self.value, kind)
        elif self.dtype.kind == "b" or to.itemsize > self.dtype.itemsize:
            raw = (b.sext if self.dtype.kind == "i" else b.zext)(self.value, kind)
        elif to.itemsize < self.dtype.itemsize:
            raw = b.trunc(self.value, kind)
        else:
            raw = self.value
        return Lanes(b, raw, to)


class XP:
    def __init__(self, builder):
        self.builder = builder

    def _unary(self, name, x):
        return Lanes(self.builder, call(self.builder, name, x.value), x.dtype)

    def exp(self, x):
        return self._accurate("exp", x)

    def log(self, x):
        return self._accurate("log", x)

    def expm1(self, x):
        return self._accurate("expm1", x)

    def log1p(self, x):
        return self._accurate("log1p", x)

    def tanh(self, x):
        return self._accurate("tanh", x)

    def _accurate(self, name, x):
        """Vectors of float32 in our own code; float64 lane by lane in the C library."""
        from pellucid.executors.native import vector_math

        if x.dtype.itemsize == 4:
            return {
                "exp": vector_math.exp,
                "log": vector_math.log,
                "expm1": vector_math.expm1,
                "log1p": vector_math.log1p,
                "tanh": vector_math.tanh,
            }[name](x)
        return self._by_lanes(name, x)

    def _by_lanes(self, name, *operands):
        b, dtype, width = self.builder, operands[0].dtype, operands[0].width
        kind = scalar_type(dtype)
        name = name if dtype.itemsize == 8 else name + "f"
        f = declared(b, name, kind, [kind] * len(operands))
        if width == 1:
            return Lanes(b, b.call(f, [x.value for x in operands]), dtype)
        result = ir.Constant(operands[0].value.type, ir.Undefined)
        for i in range(width):
            lane = ir.IntType(32)(i)
            y = b.call(f, [b.extract_element(x.value, lane) for x in operands])
            result = b.insert_element(result, y, lane)
        return Lanes(b, result, dtype)

    def sqrt(self, x):
        return self._unary("sqrt", x)

    def sin(self, x):
        return self._unary("sin", x)

    def cos(self, x):
        return self._unary("cos", x)

    def floor(self, x):
        return self._unary("floor", x)

    def abs(self, x):
        if x.dtype.kind == "f":
            return self._unary("fabs", x)
        return self.where(x < 0, -x, x)

    def pow(self, a, b):
        return self._by_lanes("pow", a, b)

    def sign(self, x):
        one, zero = self.full_like(x, 1), self.full_like(x, 0)
        y = self.where(x > 0, one, self.where(x < 0, -one, zero))
        return self.where(x == x, y, x)

    def full_like(self, x, number):
        return Lanes.constant(self.builder, number, x.dtype).splat(x.width)

    def ones_like(self, x):
        return self.full_like(x, 1)

    def maximum(self, a, b):
        y = self.where(a > b, a, b)
        return self.where(a == a, y, a) if a.dtype.kind == "f" else y

    def minimum(self, a, b):
        y = self.where(a < b, a, b)
        return self.where(a == a, y, a) if a.dtype.kind == "f" else y

    def where(self, c, a, b):
        return Lanes(self.builder, self.builder.select(c.value, a.value, b.value), a.dtype)

    def logical_and(self, a, b):
        return a & b

    def logical_or(self, a, b):
        return a | b

    def logical_not(self, x):
        return Lanes(self.builder, self.builder.not_(x.value), x.dtype)

    def astype(self, x, dtype):
        return x.astype(dtype)

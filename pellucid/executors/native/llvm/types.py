"""The types of numbers in code, and their constants: in registers, in memory, side by side.

I1, I8, I32, I64, POINTER, VOID     types of LLVM
scalar_type, lanes_type             of numbers in registers
memory_type                         how numbers lie in memory; a bool is a byte there
listed, zeros, nothing, repeated    numbers side by side
suffix                              how LLVM writes a type in a name
"""

from collections.abc import Sequence
from functools import lru_cache

from llvmlite import ir

from pellucid.executors.native.llvm.known import Repeated, repeated_number
from pellucid.primitives.base import DType

I1 = ir.IntType(1)
I8 = ir.IntType(8)
I32 = ir.IntType(32)
I64 = ir.IntType(64)
POINTER = ir.PointerType()
VOID = ir.VoidType()


@lru_cache(maxsize=64)
def scalar_type(dtype: DType) -> ir.Type:
    """The type of one number in a register; a bool is one bit."""
    if dtype.kind == "b":
        return I1
    if dtype.kind != "f":
        return ir.IntType(8 * dtype.itemsize)
    return ir.FloatType() if dtype.itemsize == 4 else ir.DoubleType()


@lru_cache(maxsize=256)
def lanes_type(dtype: DType, width: int) -> ir.Type:
    """The type of `width` numbers in a register."""
    return _side_by_side(scalar_type(dtype), width)


def memory_type(dtype: DType, width: int) -> ir.Type:
    """The type of `width` numbers in memory."""
    kind = I8 if dtype.kind == "b" else scalar_type(dtype)
    return _side_by_side(kind, width)


def _side_by_side(kind: ir.Type, width: int) -> ir.Type:
    """A vector, but a plain number where there is one alone."""
    return kind if width == 1 else ir.VectorType(kind, width)


def suffix(kind: ir.Type) -> str:
    """How LLVM writes a type in the name of an intrinsic."""
    match kind:
        case ir.VectorType():
            return f"v{kind.count}{suffix(kind.element)}"
        case ir.FloatType():
            return "f32"
        case ir.DoubleType():
            return "f64"
        case ir.PointerType():
            return "p0"
    return f"i{kind.width}"


def listed(kind: ir.Type, numbers: Sequence[int]) -> ir.Constant:
    """Known numbers side by side."""
    vector = ir.VectorType(kind, len(numbers))
    return ir.Constant(vector, list(numbers))


@lru_cache(maxsize=256)
def zeros(kind: ir.Type) -> ir.Constant:
    """0 in all lanes; made once, and short, as are the lanes of `nothing`."""
    if isinstance(kind, ir.VectorType):
        return Repeated(kind, zeros(kind.element))
    return kind(0)


@lru_cache(maxsize=256)
def nothing(kind: ir.Type) -> ir.Constant:
    """Lanes of which nothing is known, to be filled."""
    if isinstance(kind, ir.VectorType):
        return Repeated(kind, nothing(kind.element))
    return ir.Constant(kind, ir.Undefined)


def repeated(builder: ir.IRBuilder, raw: ir.Value, width: int) -> ir.Value:
    """One number in all lanes."""
    if width == 1:
        return raw
    if isinstance(raw, ir.Constant):
        return repeated_number(raw, width)
    empty = nothing(ir.VectorType(raw.type, width))
    first = builder.insert_element(empty, raw, I32(0))
    from_first = zeros(ir.VectorType(I32, width))
    return builder.shuffle_vector(first, empty, from_first)

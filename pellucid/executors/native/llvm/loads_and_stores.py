"""Loads and stores of lanes: contiguous, repeated, strided, masked.

load, store     lanes from and to memory
ask_for         a cache line that is needed soon; copy_bytes: from place to place
memory_type     how numbers lie in memory; a bool is a byte there
element_address     where an element of an array lies
"""

from typing import Any

from llvmlite import ir

from pellucid.executors.native.llvm.indices import Number, raw_number
from pellucid.executors.native.llvm.lanes import (
    I1,
    I8,
    I32,
    I64,
    Lanes,
    declared,
    repeated,
    scalar_type,
    suffix,
    zeros,
)
from pellucid.primitives.base import DType

POINTER = ir.PointerType()


def ask_for(b: ir.IRBuilder, address: ir.Value, *, level: int = 1, writes: bool = False) -> None:
    """Prefetch a cache line into the cache of this level; the address may be an invalid one.

    One that will be written is taken from the caches of other CPUs meanwhile.
    """
    function = declared(b, "llvm.prefetch.p0", ir.VoidType(), [address.type, I32, I32, I32])
    b.call(function, [address, I32(int(writes)), I32(4 - level), I32(1)])


def element_address(b: ir.IRBuilder, array: ir.Value, dtype: DType, element: Number) -> ir.Value:
    """Where an element lies of an array that begins at an address."""
    return b.gep(array, [raw_number(element)], source_etype=scalar_type(dtype))


def memory_type(dtype: DType, width: int) -> ir.Type:
    """The type of `width` numbers in memory."""
    kind = I8 if dtype.kind == "b" else scalar_type(dtype)
    return kind if width == 1 else ir.VectorType(kind, width)


def load(
    b: ir.IRBuilder,
    address: ir.Value,
    dtype: DType,
    width: int,
    *,
    stride: int = 1,
    mask: Any = None,
) -> Lanes:
    """`width` numbers, `stride` elements apart; lanes outside the mask are not touched."""
    size, kind = dtype.itemsize, memory_type(dtype, width)
    if width == 1 or stride == 0:
        number = b.load(address, typ=memory_type(dtype, 1), align=size)
        raw = repeated(b, number, width)
    elif stride == 1 and mask is None:
        raw = b.load(address, typ=kind, align=size)
    elif stride == 1:
        name, types = f"llvm.masked.load.{suffix(kind)}.p0", [POINTER, I32, mask.type, kind]
        function = declared(b, name, kind, types)
        raw = b.call(function, [address, I32(size), mask, zeros(kind)])
    else:
        raw = _gathered(b, address, kind, stride * size, mask)
    if dtype.kind == "b":
        raw = b.icmp_unsigned("!=", raw, zeros(kind))
    return Lanes(b, raw, dtype)


def _gathered(
    b: ir.IRBuilder, address: ir.Value, kind: ir.VectorType, apart: int, mask: Any
) -> ir.Value:
    """Numbers from addresses `apart` bytes from each other."""
    width = kind.count
    offsets = ir.Constant(ir.VectorType(I64, width), [i * apart for i in range(width)])
    first = repeated(b, b.ptrtoint(address, I64), width)
    pointers = b.inttoptr(b.add(first, offsets), ir.VectorType(POINTER, width))
    if mask is None:
        mask = ir.Constant(ir.VectorType(I1, width), [I1(1)] * width)
    name = f"llvm.masked.gather.{suffix(kind)}.v{width}p0"
    function = declared(b, name, kind, [pointers.type, I32, mask.type, kind])
    return b.call(function, [pointers, I32(1), mask, zeros(kind)])


def store(b: ir.IRBuilder, address: ir.Value, lanes: Lanes, *, mask: Any = None) -> None:
    """Neighbouring numbers; those outside the mask are left as they are."""
    raw, size = lanes.value, lanes.dtype.itemsize
    if lanes.dtype.kind == "b":
        raw = b.zext(raw, memory_type(lanes.dtype, lanes.width))
    if mask is None or lanes.width == 1:
        b.store(raw, address, align=size)
        return
    if isinstance(mask, ir.Constant) and [bit.constant for bit in mask.constant].count(1) == 1:
        # LLVM 22 makes one lane of a narrowed vector a store as wide as it was before.
        b.store(b.extract_element(raw, I32(0)), address, align=size)
        return
    name = f"llvm.masked.store.{suffix(raw.type)}.p0"
    function = declared(b, name, ir.VoidType(), [raw.type, POINTER, I32, mask.type])
    b.call(function, [raw, address, I32(size), mask])


def copy_bytes(b: ir.IRBuilder, target: ir.Value, source: ir.Value, size: int) -> None:
    """Copy `size` bytes between places that do not overlap."""
    name = "llvm.memcpy.p0.p0.i64"
    kind = ir.FunctionType(ir.VoidType(), [POINTER, POINTER, I64, I1])
    found = b.module.globals.get(name) or ir.Function(b.module, kind, name)
    b.call(found, [target, source, I64(size), I1(0)])

"""Loads and stores of lanes: contiguous, repeated, strided, masked.

load, store     lanes from and to memory
Interleaved, load_interleaved   every second or third number, of what lies side by side
ask_for         a cache line that is needed soon; copy_bytes: from place to place
element_address     where an element of an array lies
"""

from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from pellucid.executors.native.llvm.functions import called
from pellucid.executors.native.llvm.indices import Number, raw_number
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.types import (
    I1,
    I32,
    I64,
    POINTER,
    VOID,
    listed,
    memory_type,
    repeated,
    scalar_type,
    suffix,
    zeros,
)
from pellucid.primitives.base import DType

# Elements. Chosen: loading what lies between, too, is quicker than asking for numbers one by one.
NEAR = 4


def ask_for(b: ir.IRBuilder, address: ir.Value, *, level: int = 1, writes: bool = False) -> None:
    """Prefetch a cache line into the cache of this level; the address may be an invalid one.

    One that will be written is taken from the caches of other CPUs meanwhile.
    """
    locality = 4 - level
    is_data = 1
    numbers = (I32(int(writes)), I32(locality), I32(is_data))
    called(b, "llvm.prefetch.p0", VOID, address, *numbers)


def element_address(b: ir.IRBuilder, array: ir.Value, dtype: DType, element: Number) -> ir.Value:
    """Where an element lies of an array that begins at an address."""
    return b.gep(array, [raw_number(element)], source_etype=scalar_type(dtype))


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
    size = dtype.itemsize
    kind = memory_type(dtype, width)
    if width == 1 or stride == 0:
        number = b.load(address, typ=memory_type(dtype, 1), align=size)
        raw = repeated(b, number, width)
    elif stride == 1:
        raw = _neighbours(b, address, kind, size, mask)
    elif 1 < stride <= NEAR and _is_prefix(mask):
        places = _places(width, stride, mask)
        raw = _picked(b, address, dtype, places, max(places) + 1)
        raw = raw if mask is None else b.select(mask, raw, zeros(kind))
    else:
        raw = _gathered(b, address, kind, stride * size, mask)
    return _as_lanes(b, raw, dtype)


def _as_lanes(b: ir.IRBuilder, raw: ir.Value, dtype: DType) -> Lanes:
    """Lanes of what was loaded."""
    if dtype.kind == "b":
        raw = b.icmp_unsigned("!=", raw, zeros(raw.type))
    return Lanes(b, raw, dtype)


@dataclass(frozen=True)
class Interleaved:
    """Of `count` numbers that lie side by side, again and again, the one with this number."""

    number: int
    count: int


def load_interleaved(
    b: ir.IRBuilder,
    address: ir.Value,
    dtype: DType,
    width: int,
    part: Interleaved,
    mask: Any = None,
) -> Lanes:
    """`width` numbers of a part. All parts are in memory, and are loaded as for the others.

    Lanes outside the mask are any numbers: to make them 0 would take a step for each part.
    """
    if not 1 < part.count <= NEAR or not _is_prefix(mask):
        first = element_address(b, address, dtype, part.number)
        return load(b, first, dtype, width, stride=part.count, mask=mask)
    places = _places(width, part.count, mask)
    reach = max(places) + part.count
    raw = _picked(b, address, dtype, [place + part.number for place in places], reach)
    return _as_lanes(b, raw, dtype)


def _neighbours(
    b: ir.IRBuilder, address: ir.Value, kind: ir.VectorType, size: int, mask: Any
) -> ir.Value:
    """Numbers one after the other."""
    if mask is None:
        return b.load(address, typ=kind, align=size)
    name = f"llvm.masked.load.{suffix(kind)}.p0"
    return called(b, name, kind, address, I32(size), mask, zeros(kind))


def _is_prefix(mask: ir.Value | None) -> bool:
    """Whether a mask is known to leave the first lanes alone; None leaves all."""
    if mask is None:
        return True
    bits = _known_bits(mask)
    return bits == sorted(bits, reverse=True) and any(bits)


def _places(width: int, stride: int, mask: ir.Value | None) -> list[int]:
    """Where the number of each lane lies; of those outside the mask the first."""
    count = width if mask is None else sum(_known_bits(mask))
    return [stride * lane if lane < count else 0 for lane in range(width)]


def _picked(
    b: ir.IRBuilder, address: ir.Value, dtype: DType, places: list[int], reach: int
) -> ir.Value:
    """Numbers a few elements apart: picked from what is loaded with all that lies between.

    Of memory nothing is read behind the `reach` elements that are known to be there.
    """
    width = len(places)
    starts = [min(first, max(0, reach - width)) for first in range(0, reach, width)]
    known = listed(I1, [I1(lane < reach) for lane in range(width)]) if reach < width else None
    kind = memory_type(dtype, width)
    picked: ir.Value = ir.Constant(kind, ir.Undefined)
    for start in starts:
        place = element_address(b, address, dtype, start)
        block = _neighbours(b, place, kind, dtype.itemsize, known)
        picked = _with_lanes(b, picked, block, [place_of - start for place_of in places])
    return picked


def _with_lanes(b: ir.IRBuilder, picked: ir.Value, block: ir.Value, lanes: list[int]) -> ir.Value:
    """`picked`, but with the lanes of a block that each lane names, where it names one."""
    width = len(lanes)
    chosen = [width + n if 0 <= n < width else i for i, n in enumerate(lanes)]
    return b.shuffle_vector(picked, block, listed(I32, chosen))


def _gathered(
    b: ir.IRBuilder, address: ir.Value, kind: ir.VectorType, apart: int, mask: Any
) -> ir.Value:
    """Numbers from addresses `apart` bytes from each other."""
    width = kind.count
    first = repeated(b, b.ptrtoint(address, I64), width)
    offsets = listed(I64, range(0, width * apart, apart))
    places = b.add(first, offsets)
    pointers = b.inttoptr(places, ir.VectorType(POINTER, width))
    if mask is None:
        mask = listed(I1, [I1(1)] * width)
    name = f"llvm.masked.gather.{suffix(kind)}.v{width}p0"
    alignment = I32(1)
    return called(b, name, kind, pointers, alignment, mask, zeros(kind))


def store(b: ir.IRBuilder, address: ir.Value, lanes: Lanes, *, mask: Any = None) -> None:
    """Neighbouring numbers; those outside the mask are left as they are."""
    raw = lanes.value
    size = lanes.dtype.itemsize
    if lanes.dtype.kind == "b":
        raw = b.zext(raw, memory_type(lanes.dtype, lanes.width))
    if mask is None or lanes.width == 1:
        b.store(raw, address, align=size)
        return
    if _is_one_lane(mask):
        # LLVM 22 makes one lane of a narrowed vector a store as wide as it was before.
        b.store(b.extract_element(raw, I32(0)), address, align=size)
        return
    name = f"llvm.masked.store.{suffix(raw.type)}.p0"
    called(b, name, VOID, raw, address, I32(size), mask)


def _is_one_lane(mask: ir.Value) -> bool:
    """Whether a mask is known to leave the first lane alone."""
    return _known_bits(mask).count(1) == 1


def _known_bits(mask: ir.Value) -> list[int]:
    """Which lanes a mask leaves alone, where that is known; else none are listed."""
    if not isinstance(mask, ir.Constant):
        return []
    return [bit.constant for bit in mask.constant]


def copy_bytes(b: ir.IRBuilder, target: ir.Value, source: ir.Value, size: int) -> None:
    """Copy `size` bytes between places that do not overlap."""
    is_volatile = I1(0)
    called(b, "llvm.memcpy.p0.p0.i64", VOID, target, source, I64(size), is_volatile)

"""The frame of a kernel function: its arguments, and how it reaches memory.

Frame           one kernel being emitted: builder, pointers, loads and stores
Slot            lanes kept from turn to turn of a loop
kernel_type     what a kernel is called with
"""

from collections.abc import Iterable, Sequence
from typing import Any

from llvmlite import ir

from pellucid.executors.native.counting import ceil_div
from pellucid.executors.native.ir.kernels import RowBlocks
from pellucid.executors.native.kernels.rule_functions import RuleFunctions
from pellucid.executors.native.llvm.builder import Builder
from pellucid.executors.native.llvm.counted_loops import Interval
from pellucid.executors.native.llvm.indices import Index, Number, smaller
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.loads_and_stores import ask_for, load, store
from pellucid.executors.native.llvm.types import I8, I64, POINTER, VOID
from pellucid.executors.native.matmul.panels import Site
from pellucid.executors.native.schedule.plan import MemoryPlace
from pellucid.executors.native.schedule.planned import Planned
from pellucid.graph import Value
from pellucid.primitives.base import DType


def kernel_type() -> ir.FunctionType:
    """A kernel: (table, bindings, step, first unit, unit after the last)."""
    table, bindings = POINTER, POINTER
    step, first, after = I64, I64, I64
    return ir.FunctionType(VOID, [table, bindings, step, first, after])


class Frame:
    """One kernel function being emitted, in a module of its own.

    The function finds its buffers through a list of bindings that it is given, so kernels
    that differ only in where their buffers lie are one and the same code. It calls `rules`,
    where there are some, instead of writing out what they do.
    """

    def __init__(
        self, shared: Planned, program: Planned | None = None, rules: RuleFunctions | None = None
    ) -> None:
        """For a kernel in the body of a loop, `program` is what the whole program shares."""
        self.shared = shared
        self.program = program or shared
        self.rules = rules
        self.views = shared.views
        self.target = shared.target
        module = ir.Module("kernel")
        self.function = ir.Function(module, kernel_type(), "kernel")
        self.table, self.bindings, step, begin, end = self.function.args
        entry = self.function.append_basic_block("entry")
        self.code = self.function.append_basic_block("code")
        self._entry = Builder(entry)
        self._pointers: dict[MemoryPlace, ir.Value] = {}
        self._own: dict[str, ir.Value] = {}  # where values lie that are the kernel's own
        self.stack_bytes = 0
        self.builder = Builder(self.code)
        self.step = Index(self._entry, step)
        self.units = Interval.of(self.builder, begin, end)

    @property
    def has_units(self) -> ir.Value:
        """Whether there is anything to do, where all is one unit."""
        return self.units.begin < self.units.end

    def refine(self, rows: RowBlocks | None, of_row: int = 1) -> None:
        """Where units are blocks of rows, count them as a kernel divides rows: so many of each."""
        if rows is None:
            return
        begin = self.units.begin * rows.height
        end = smaller(self.units.end * rows.height, rows.count)
        self.units = Interval(begin * of_row, end * of_row)

    @property
    def site(self) -> Site:
        """Where products are written."""
        return Site(self.builder, self.target, self.scratch)

    def finish(self) -> tuple[str, list[MemoryPlace]]:
        """The text of the module, and the places that are bound, in the order of the bindings."""
        self.builder.ret_void()
        self._entry.branch(self.code)
        return str(self.function.module), list(self._pointers)

    def number(self, value: Value) -> Any:
        """The number that a single-element constant is; None for everything else."""
        return self.shared.numbers.get(value.name)

    def pointer(self, value: Value, offset: int = 0) -> ir.Value:
        """Where an element of the buffer of a value lies in this step."""
        own = self._own.get(value.name)
        if own is None:
            return self.bound(self.shared.place(value, offset))
        return self.builder.gep(own, [I64(offset * value.dtype.itemsize)], source_etype=I8)

    def place(self, value: Value, begin: ir.Value) -> None:
        """Let a value lie in memory of the kernel's own, in code written from now on."""
        self._own[value.name] = begin

    def bound(self, place: MemoryPlace) -> ir.Value:
        """Where a place in memory begins in this step."""
        if place not in self._pointers:
            b = self._entry
            first = 3 * len(self._pointers)
            slot, offset, moves = (self._binding(first + i) for i in range(3))
            entry = b.gep(self.table, [slot], source_etype=POINTER)
            start = b.load(entry, typ=POINTER)
            moved = self.step * moves + offset
            self._pointers[place] = b.gep(start, [moved], source_etype=I8)
        return self._pointers[place]

    def _binding(self, number: int) -> ir.Value:
        """One of the numbers that tell where buffers lie."""
        b = self._entry
        address = b.gep(self.bindings, [I64(number)], source_etype=I64)
        return b.load(address, typ=I64)

    def constant(self, number: Any, dtype: DType) -> Lanes:
        """A number known now."""
        return Lanes.constant(self.builder, dtype.type(number), dtype)

    def scratch(self, kind: ir.Type, count: int = 1) -> ir.Value:
        """Memory on the stack; LLVM keeps single slots in registers."""
        self.stack_bytes += count * _bytes(kind)
        slot = self._entry.alloca(kind, size=count)
        if count > 1:
            slot.align = 64
        return slot

    def address(self, value: Value, element: Number, offset: int = 0) -> ir.Value:
        """The address of an element of a buffer, counted from the element `offset` on."""
        bytes_before = Index(self.builder, element) * value.dtype.itemsize
        begin = self.pointer(value, offset)
        return self.builder.gep(begin, [bytes_before], source_etype=I8)

    def load(
        self,
        value: Value,
        element: Number,
        width: int = 1,
        stride: int = 1,
        mask: Any = None,
        offset: int = 0,
    ) -> Lanes:
        """`width` elements from `element` on, `stride` apart; counted from `offset` on."""
        address = self.address(value, element, offset)
        b, dtype = self.builder, value.dtype
        return load(b, address, dtype, width, stride=stride, mask=mask)

    def store(self, value: Value, element: Number, lanes: Lanes, mask: Any = None) -> None:
        """Write neighbouring elements."""
        address = self.address(value, element)
        store(self.builder, address, lanes, mask=mask)

    def claim(self, value: Value, element: Number, further: Iterable[int] = (0,)) -> None:
        """Ask for the cache lines of elements to be this CPU's own: they will be written soon.

        `further`: how far behind `element` each of them lies.
        """
        first = self.address(value, element)
        for count in further:
            place = first
            if count:
                place = self.builder.gep(
                    first, [I64(count * value.dtype.itemsize)], source_etype=I8
                )
            ask_for(self.builder, place, writes=True)

    def element(self, offset: int, indices: Sequence[Any], strides: Sequence[int]) -> Index:
        """offset + sum of index times stride; indices that are None count as 0."""
        total = Index(self.builder, offset)
        for index, stride in zip(indices, strides, strict=True):
            if index is not None and stride:
                total = total + Index(self.builder, index) * stride
        return total


class Slot:
    """Lanes kept on the stack from turn to turn of a loop: LLVM has them in registers."""

    def __init__(self, frame: Frame, like: Lanes) -> None:
        self.b, self.like = frame.builder, like
        self.kind = like.value.type
        self.place = frame.scratch(self.kind)

    def get(self) -> Lanes:
        """What was put there last."""
        raw = self.b.load(self.place, typ=self.kind)
        return self.like.made(raw)

    def put(self, lanes: Lanes) -> None:
        """Keep other lanes."""
        self.b.store(lanes.value, self.place)


def _bytes(kind: ir.Type) -> int:
    """What a number or a vector takes in memory."""
    match kind:
        case ir.VectorType():
            return int(kind.count) * _bytes(kind.element)
        case ir.IntType():
            return ceil_div(int(kind.width), 8)
        case ir.FloatType():
            return 4
    return 8

"""Programs on memory beside forbidden pages, filled with poison: no access outside goes unseen.

    Guarded     a program whose every buffer lies so
    POISON      what memory holds before it is written: nan in both sizes of floats

Arguments, variables, constants and results each end (or begin) at a page that may not be
touched: an access outside ends the process. So does the arena, or, where values lie `apart`,
every value in it. Results and the arena are full of poison before each call: a value that is
read before it was written shows.
"""

import ctypes
import mmap
import os
from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

import numpy as np

from pellucid.executors.native.executor import Native
from pellucid.executors.native.ir.kernels import Kernel
from pellucid.executors.native.ir.views import Views
from pellucid.executors.native.schedule import plan
from pellucid.executors.native.schedule.plan import MemoryPlace
from pellucid.graph import Procedure

ARENAS = ("packed", "apart at ends", "apart at begins")
PAGE = mmap.PAGESIZE
POISON = np.frombuffer(b"\xa5\xa5\xf5\xff", np.uint8)
_C = ctypes.CDLL(None, use_errno=True)
_side = {"now": "end"}


def guarded(count: int, side: str) -> tuple[Any, Any]:
    """Bytes that end or begin at a forbidden page, and what keeps them alive."""
    pages = max(1, -(-count // PAGE))
    region = mmap.mmap(-1, (pages + 2) * PAGE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(region))
    for forbidden in (address, address + (pages + 1) * PAGE):
        _forbid(forbidden)
    first = (pages + 1) * PAGE - count if side == "end" else PAGE
    return np.frombuffer(region, np.uint8, count, first), region


def _forbid(address: int, pages: int = 1) -> None:
    if _C.mprotect(ctypes.c_void_p(address), ctypes.c_size_t(pages * PAGE), 0):
        raise OSError(ctypes.get_errno(), "mprotect")


def poison(memory: Any) -> None:
    """Fill bytes with poison."""
    whole = memory.size // POISON.size * POISON.size
    memory[:whole].reshape(-1, POISON.size)[:] = POISON
    memory[whole:] = POISON[: memory.size - whole]


def placed(array: Any, side: str) -> Any:
    """A copy of an array beside a forbidden page."""
    copy = poisoned(array.shape, array.dtype, side)
    copy[...] = array
    return copy


def poisoned(shape: tuple[int, ...], dtype: Any, side: str) -> Any:
    """An array full of poison beside a forbidden page; its base keeps the pages alive."""
    count = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    memory, _ = guarded(count, side)
    poison(memory)
    return memory.view(dtype).reshape(shape)


def apart(
    kernels: list[Kernel], _: Any, places: dict[str, MemoryPlace], views: Views, slot: int
) -> int:
    """Instead of the plan's arena: every value has pages of its own, forbidden ones between."""
    end = PAGE
    for kernel in kernels:
        for value in kernel.stores:
            if value.name in places:
                continue
            size = views.gaps.room(value)
            pages = max(1, -(-size // PAGE))
            start = end + pages * PAGE - size if _side["now"] == "end" else end
            places[value.name] = MemoryPlace(slot, start)
            end += (pages + 1) * PAGE
    return end


class Guarded:
    """A procedure as a program whose memory is guarded; `arena`: one of ARENAS."""

    def __init__(self, procedure: Procedure, arena: str) -> None:
        self.procedure, before = procedure, plan._allocate
        _side["now"] = "begin" if arena == "apart at begins" else "end"
        if arena != "packed":
            plan._allocate = apart
        # Nothing is kept on the disk, where the next arena of the procedure would find its code.
        try:
            with patch.dict(os.environ, PELLUCID_CACHE=os.devnull):
                self.ready = Native(procedure)
            self.shared = self.ready.shared
        finally:
            plan._allocate = before
        self.ready._borrows = False  # it works in the arena that stands in its table
        self._place_arena(arena == "packed")
        self._constants = [placed(a, _side["now"]) for a in self.ready._constants]
        for slot, array in enumerate(self._constants, len(procedure.graph.inputs)):
            self.ready.table[slot] = array.ctypes.data

    def _place_arena(self, packed: bool) -> None:
        """The arena in pages of its own; `self._parts` are its bytes that may be touched."""
        plan_ = self.shared.plan
        if packed:
            memory, _ = guarded(plan_.arena_bytes, "end")
            self._parts = [memory]
            self.ready.table[plan_.arena_slot] = memory.ctypes.data
            return
        self._region = mmap.mmap(-1, max(plan_.arena_bytes, PAGE) + PAGE)
        address = ctypes.addressof(ctypes.c_char.from_buffer(self._region))
        room, self._parts = self.shared.views.gaps.room, []
        last = 0
        for value in (v for kernel in plan_.kernels for v in kernel.stores):
            place = plan_.places[value.name]
            if place.slot != plan_.arena_slot or not room(value):
                continue
            first, end = place.offset // PAGE, -(-(place.offset + room(value)) // PAGE)
            _forbid(address + last * PAGE, first - last)
            last = end
            self._parts.append(np.frombuffer(self._region, np.uint8, room(value), place.offset))
        _forbid(address + last * PAGE, len(self._region) // PAGE - last)
        self.ready.table[plan_.arena_slot] = address

    def call(
        self, arguments: Sequence[Any], state: Sequence[Any], side: str, steps: int | None = None
    ) -> tuple[list[Any], list[Any], list[Any]]:
        """Results of a call, or of a loop of `steps`; arguments and state as they are after it."""
        given, held = ([placed(a, side) for a in arrays] for arrays in (arguments, state))
        rows = () if steps is None else (steps,)
        outputs = self.procedure.graph.outputs[: self.procedure.results]
        results = [poisoned((*rows, *v.shape), v.dtype, side) for v in outputs]
        for part in self._parts:
            poison(part)
        failed = self.ready._run(given, held, results, steps or 1)
        if failed is not None:
            raise failed.error
        return results, given, held

"""Random programs with forbidden pages around every buffer: an access outside ends the process.

    PYTHONPATH=.:tests python -m executors.native.guarded end 300 [FIRST]
    PYTHONPATH=.:tests python -m executors.native.guarded begin 300 [FIRST]

Arguments, variables, constants, results and every value in the arena each end (or begin) at
a page that may not be touched.
"""

import ctypes
import mmap
import os
import sys
from typing import Any

import numpy as np
from executors.native.bounds import disagreement, reference_with_bounds
from executors.native.programs import Program, seeded, small_chunks

from pellucid.executors import threads
from pellucid.executors.native import plan
from pellucid.executors.native.kernels import Kernel
from pellucid.executors.native.native import Native
from pellucid.executors.native.plan import Place
from pellucid.executors.native.views import Views

PAGE = mmap.PAGESIZE
_C = ctypes.CDLL(None, use_errno=True)
_SIDE = {"now": "end"}


def guarded(count: int, side: str) -> tuple[Any, Any]:
    """Bytes that end or begin at a forbidden page, and what keeps them alive."""
    pages = max(1, -(-count // PAGE))
    region = mmap.mmap(-1, (pages + 2) * PAGE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(region))
    for forbidden in (address, address + (pages + 1) * PAGE):
        _forbid(forbidden)
    first = (pages + 1) * PAGE - count if side == "end" else PAGE
    return np.frombuffer(region, np.uint8, count, first), region


def _forbid(address: int) -> None:
    if _C.mprotect(ctypes.c_void_p(address), ctypes.c_size_t(PAGE), 0):
        raise OSError(ctypes.get_errno(), "mprotect")


def placed(array: Any, side: str, held: list[Any]) -> Any:
    """A copy of an array beside a forbidden page."""
    memory, region = guarded(array.nbytes, side)
    held.append(region)
    copy = memory.view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


def apart(kernels: list[Kernel], _: Any, places: dict[str, Place], views: Views, slot: int) -> int:
    """Instead of the plan's arena: every value has pages of its own, forbidden ones between."""
    end = PAGE
    for kernel in kernels:
        for value in kernel.stores:
            if value.name in places:
                continue
            size = views.gaps.room(value)
            pages = max(1, -(-size // PAGE))
            start = end + pages * PAGE - size if _SIDE["now"] == "end" else end
            places[value.name] = Place(slot, start)
            end += (pages + 1) * PAGE
    return end


def protected_arena(count: int, places: dict[str, Place], slot: int, sizes: dict[str, int]) -> Any:
    """The arena that `apart` laid out: only the pages of values may be touched."""
    region = mmap.mmap(-1, max(count, PAGE) + PAGE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(region))
    used = set()
    for name, place in places.items():
        if place.slot == slot:
            last = place.offset + max(sizes[name], 1) - 1
            used.update(range(place.offset // PAGE, last // PAGE + 1))
    for page in range(len(region) // PAGE):
        if page not in used:
            _forbid(address + page * PAGE)
    return region, address


class GuardedNative(Native):
    """A program whose every buffer lies beside forbidden pages."""

    def prepare(self, side: str) -> None:
        """Move constants and the arena."""
        self.side, self.held = side, []
        plan_ = self.shared.plan
        sizes = {v.name: self.shared.views.gaps.room(v) for k in plan_.kernels for v in k.stores}
        region, address = protected_arena(plan_.arena_bytes, plan_.places, plan_.arena_slot, sizes)
        self.held.append(region)
        self.table[plan_.arena_slot] = address
        for i, (_, array) in enumerate(self.shared.graph.constants):
            copy = placed(array, side, self.held)
            self.table[plan_.inputs + i] = copy.ctypes.data

    def run_guarded(self, arguments: list[Any], state: list[Any]) -> tuple[list[Any], list[Any]]:
        """Results and new state."""
        arguments = [placed(a, self.side, self.held) for a in arguments]
        state = [placed(a, self.side, self.held) for a in state]
        outputs = self.shared.graph.outputs[: self.procedure.results]
        results = [placed(np.zeros(v.shape, v.dtype), self.side, self.held) for v in outputs]
        self._run(arguments, state, results, 1)
        return results, state


def check(made: Program, side: str) -> str | None:
    """Run a program between forbidden pages; what differs from the reference, if it lives."""
    _SIDE["now"] = side
    expected = reference_with_bounds(made.procedure.graph, [*made.arguments, *made.state])
    before, plan._allocate = plan._allocate, apart
    try:
        with small_chunks():
            ready = GuardedNative(made.procedure)
            ready.prepare(side)
            threads.set_threads(2)
            results, state = ready.run_guarded(made.arguments, made.state)
    finally:
        plan._allocate = before
    first = made.procedure.arguments
    found = [*results, *(state[i - first] for i in made.procedure.updates)]
    wrong = [disagreement(a, b) for a, b in zip(expected, found, strict=True)]
    return next((text for text in wrong if text), None)


def main(side: str, count: int, first: int = 0) -> int:
    """Run programs; the number of those that differ. The last seed printed is the one that died."""
    # A cache would keep code for other places in memory: none can be written here.
    os.environ["PELLUCID_CACHE"] = os.devnull
    bad = 0
    for seed in range(first, first + count):
        print(f"\rprogram {seed}", end="", flush=True)
        wrong = check(seeded(seed), side)
        if wrong:
            bad += 1
            print(f": {wrong}", flush=True)
    print(f"\r{bad} of {count} programs differ")
    return bad


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1], *map(int, sys.argv[2:])) else 0)

"""The native executor: a procedure as one program of machine code.

    Native          a procedure ready to run

The passes, each in its own file: simplify, views (layout), fusion, nest (spill), plan,
emission, cache; what they make is loaded and run here.
"""

import json
import os
import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import OptionError, closest
from pellucid.executors.native import target as targets
from pellucid.executors.native.again import again
from pellucid.executors.native.cache import Cache, key_of
from pellucid.executors.native.call_back import CallBack
from pellucid.executors.native.depth import cut
from pellucid.executors.native.emission import divide, emit
from pellucid.executors.native.frame import Layout
from pellucid.executors.native.fusion import fuse
from pellucid.executors.native.kernels import Loop
from pellucid.executors.native.masks import masks_from_results
from pellucid.executors.native.nest import spill
from pellucid.executors.native.pitch import pitches
from pellucid.executors.native.plan import plan
from pellucid.executors.native.program import Listing, Task, aligned, runner
from pellucid.executors.native.report import Report, report
from pellucid.executors.native.scattered import scattered
from pellucid.executors.native.schedule import schedule_text
from pellucid.executors.native.simplify import simplify
from pellucid.executors.native.strips import by_strips, neighbours
from pellucid.executors.native.views import Gaps, Views, layout
from pellucid.executors.threads import threads
from pellucid.graph import Procedure
from pellucid.primitives import PRIMITIVES

LONG_NANOSECONDS = 10_000_000  # of a step on one thread
WORTH_THREADS = 100_000  # nanoseconds: calls with less to share run in the calling thread alone


@dataclass(frozen=True)
class MachineCode:
    """Object code, and for each kernel its function and where its buffers lie."""

    object: bytes
    names: tuple[str, ...]
    bindings: tuple[tuple[int, ...], ...]

    def packed(self) -> bytes:
        """As bytes: the length of a JSON head, the head, the object code."""
        head = json.dumps({"names": self.names, "bindings": self.bindings}).encode()
        return len(head).to_bytes(8, "little") + head + self.object

    @classmethod
    def unpacked(cls, content: bytes) -> "MachineCode":
        """The code that `packed` gave these bytes for."""
        end = 8 + int.from_bytes(content[:8], "little")
        head = json.loads(content[8:end])
        return cls(content[end:], tuple(head["names"]), tuple(map(tuple, head["bindings"])))


class Native:
    """A procedure compiled for this machine."""

    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure
        self.shared = planned(procedure)
        self.work = divide(self.shared)
        self.code = self._compiled()
        self.engine = targets.loaded(self.code.object, self.shared.target)
        functions = [self.engine.get_function_address(name) for name in self.code.names]
        self.listing = Listing(functions, self.code.bindings, self.work)
        self.runner = runner()
        self._make_table()

    # ---- compiling ---------------------------------------------------------------------------

    def _compiled(self) -> MachineCode:
        """Machine code: from the disk cache, or compiled and kept there."""
        procedure = self.procedure
        graph = self.shared.graph
        text = f"{graph}{procedure.arguments} {procedure.updates} {self.shared.views.gaps}"
        if any(type(node.primitive) not in PRIMITIVES for node in graph.nodes):
            # A graph names primitives; what a user's own do may change under the same name.
            text += emit(self.shared).text
        key, cache = key_of(text, self.shared.target), Cache()
        kept = cache.find(key)
        if kept is not None:
            return MachineCode.unpacked(kept)
        code = emit(self.shared)
        found = targets.object_code(code.text, self.shared.target, thorough=self._is_long)
        made = MachineCode(found, code.names, code.bindings)
        cache.keep(key, made.packed())
        return made

    @property
    def _is_long(self) -> bool:
        """Whether a step takes so long that better code is worth waiting for."""
        return sum(work.nanoseconds for work in self.work) > LONG_NANOSECONDS

    def _make_table(self) -> None:
        """The table of addresses; constants and the arena stay where they are."""
        plan_ = self.shared.plan
        self._arena = aligned(plan_.arena_bytes)
        self._constants = [np.ascontiguousarray(a) for _, a in self.shared.graph.constants]
        self.table = np.zeros(plan_.arena_slot + 2, np.int64)
        for i, array in enumerate(self._constants):
            self.table[plan_.inputs + i] = array.ctypes.data
        self.table[plan_.arena_slot] = self._arena.ctypes.data
        self.call_back = CallBack(self.shared, self.table)
        self.table[plan_.arena_slot + 1] = self.call_back.address
        self._address = self.table.ctypes.data
        self._outputs = [
            (v.shape, v.dtype) for v in self.shared.graph.outputs[: self.procedure.results]
        ]
        shared = [work for work in self.work if work.chunks(2) > 1]
        self._to_share = sum(work.nanoseconds for work in shared)
        self._most_workers = max((work.units for work in shared), default=1)
        self._first_result = plan_.inputs + plan_.constants
        self._led_to: list[Any] = [None] * plan_.arena_slot
        self._tasks: dict[int, Task] = {}
        # The table, the arena and the tasks serve one call at a time; other Python threads wait.
        self._lock = threading.Lock()
        _programs.add(self)

    # ---- running -----------------------------------------------------------------------------

    def __call__(self, arguments: Sequence[Any], state: Sequence[Any]) -> list[Any]:
        """The results for these arguments; `state` arrays are updated in place."""
        results = [np.empty(shape, dtype) for shape, dtype in self._outputs]
        self._run(arguments, state, results, 1)
        return results

    def loop(self, rows: Sequence[Any], state: Sequence[Any]) -> list[Any]:
        """One call for each row of the arguments; the results of all calls, stacked."""
        steps = len(rows[0])
        results = [np.empty((steps, *shape), dtype) for shape, dtype in self._outputs]
        self._run(rows, state, results, steps)
        return results

    def _run(
        self, arguments: Sequence[Any], state: Sequence[Any], results: list[Any], steps: int
    ) -> None:
        self.call_back.refuse_inside()
        held = [a if a.flags.c_contiguous else np.ascontiguousarray(a) for a in arguments]
        with self._lock:
            self._lead_to(0, held)
            self._lead_to(len(held), state)
            self._lead_to(self._first_result, results)
            self._start(steps)
            self.call_back.raise_failure()

    def _lead_to(self, slot: int, arrays: Sequence[Any]) -> None:
        """Put arrays into the table, from a slot on; those that are there already stay."""
        for i, array in enumerate(arrays, slot):
            if self._led_to[i] is not array:
                self._led_to[i] = array
                self.table[i] = array.ctypes.data

    def _start(self, steps: int) -> None:
        """Run the program, on several threads where there is enough to share."""
        small = self._to_share * steps < WORTH_THREADS
        workers = 1 if small else min(threads(), self._most_workers)
        if workers == 1 or not self._shared(workers, steps):
            self.runner.alone(self.listing.alone(), self._address, steps)

    def _shared(self, workers: int, steps: int) -> bool:
        """Run it with others; False where they work for another program."""
        if workers not in self._tasks:
            self._tasks[workers] = Task(self.listing, self._address, workers)
        return self.runner.crew.work(self._tasks[workers].ready(steps), workers - 1)

    # ---- looking -----------------------------------------------------------------------------

    def report(self) -> Report:
        """What each kernel does and how long it takes, measured on scratch memory."""
        graph, plan_ = self.shared.graph, self.shared.plan
        table = self.table.copy()
        # Written, not just reserved: unwritten pages are one page of zeros, always in the cache.
        scratch = [np.full(v.shape, 0, v.dtype) for v in graph.inputs]
        scratch += [np.empty(shape, dtype) for shape, dtype in self._outputs]
        slots = [*range(plan_.inputs), *range(plan_.arena_slot - plan_.results, plan_.arena_slot)]
        for slot, array in zip(slots, scratch, strict=True):
            table[slot] = array.ctypes.data
        arena = aligned(plan_.arena_bytes)
        arena[:] = 0
        table[plan_.arena_slot] = arena.ctypes.data
        return report(self.shared, self.work, self.listing, table)

    def source(self, form: str) -> str:
        """The program as "graph", "schedule", "llvm" or "assembly"."""
        match form:
            case "graph":
                return str(self.shared.graph)
            case "schedule":
                return schedule_text(self.shared)
            case "llvm":
                return emit(self.shared).text
            case "assembly":
                text = emit(self.shared).text
                return targets.assembly(text, self.shared.target, thorough=self._is_long)
        forms = ("graph", "schedule", "llvm", "assembly")
        raise OptionError(f"source: form {form!r}. {closest(form, forms)}")


_programs: "weakref.WeakSet[Native]" = weakref.WeakSet()


def _unlock() -> None:
    """In a forked child nobody runs a program: what another thread was doing is not continued."""
    for program in list(_programs):
        program._lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock)


def planned(procedure: Procedure) -> Layout:
    """A procedure with all decisions taken: kernels, their order, places in memory."""
    graph = by_strips(cut(masks_from_results(simplify(procedure.graph))))
    updated = {graph.inputs[position].name for position in procedure.updates}
    gaps = Gaps(pitches(graph), scattered(graph, updated))
    graph = layout(graph, gaps)
    views = Views(graph, gaps)
    kernels = neighbours(again(fuse(graph, views), graph, updated, views), views)
    for kernel in kernels:
        if isinstance(kernel, Loop):
            kernel.stores += spill(kernel, views)
    program = plan(procedure, graph, kernels, views)
    return Layout(graph, views, program, targets.host(), procedure.arguments)

"""The native executor: a procedure as one program of machine code.

    Native          a procedure ready to run

Its machine code is loaded and run here; `machine_code` tells where it comes from.
"""

import ctypes
import os
import threading
import weakref
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.errors import OptionError, closest
from pellucid.executors.inside import Inside, called_inside, wait_outside
from pellucid.executors.native.kernels.interface import FAILURE, TABLE_END
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.machine_code import is_long, machine_code
from pellucid.executors.native.runtime.accepted import Accepted
from pellucid.executors.native.runtime.call_back import CallBack, Failed
from pellucid.executors.native.runtime.listing import Gate, Listing, shared_work
from pellucid.executors.native.runtime.program import LEAST_WORK, SharedTask, step_loop
from pellucid.executors.native.runtime.scratch import LEAST_SHARED, forget, left, taken
from pellucid.executors.threads import threads
from pellucid.graph import Procedure
from pellucid.memory import empty

if TYPE_CHECKING:
    from pellucid.executors.native.runtime.report import Report
    from pellucid.executors.native.schedule.loop_bodies import Coded
    from pellucid.executors.native.schedule.planned import Planned


class Native:
    """A procedure compiled for this machine."""

    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure
        self.accepted = Accepted(procedure)
        self.code = machine_code(procedure)
        self.engine = targets.loaded(self.code.object, targets.host())
        functions = [self.engine.get_function_address(name) for name in self.code.names]
        self.step_loop = step_loop()
        self._make_table()
        gate = Gate(self.code.gate, self._arena_slot + FAILURE)
        code = self.code
        self.listing = Listing(functions, code.bindings, code.work, gate, code.items)
        shared = shared_work(self.listing.work)
        self._to_share = sum(work.nanoseconds for work in shared)
        self._most_workers = max((work.units for work in shared), default=1)

    @cached_property
    def shared(self) -> "Planned":
        """The plan that the code was made from, made again for those who look at it."""
        # Imported on use, like all that compiles: a program from the disk runs without it.
        from pellucid.executors.native.planning import planned

        return planned(self.procedure)

    @cached_property
    def coded(self) -> "list[Coded]":
        """The kernels that have code, by the numbers that the code knows them by."""
        from pellucid.executors.native.schedule.loop_bodies import coded

        return coded(self.shared)[0]

    def _make_table(self) -> None:
        """The table by which kernels find memory: of inputs, constants, results and the arena.

        Behind them stand what calls Python back, and what tells of a failure.

        Constants stay where they are; so does a small arena. A larger one is lent at each call.
        """
        code, graph = self.code, self.procedure.graph
        given = [array for _, array in graph.constants]
        constants = [given[c] if isinstance(c, int) else c for c in code.constants]
        self._constants = [np.ascontiguousarray(array) for array in constants]
        self._borrows = code.arena_bytes >= LEAST_SHARED
        self._arena = empty(0 if self._borrows else code.arena_bytes, np.uint8)
        self._first_result = len(graph.inputs) + len(constants)
        self._arena_slot = self._first_result + self.procedure.results
        self.table = np.zeros(self._arena_slot + TABLE_END, np.int64)
        for i, array in enumerate(self._constants, len(graph.inputs)):
            self.table[i] = array.ctypes.data
        self._arena_at = self.table[self._arena_slot] = self._arena.ctypes.data
        self.call_back = CallBack(self, self.table, self._arena_slot)
        self._address = self.table.ctypes.data
        self._outputs = [(v.shape, v.dtype) for v in graph.outputs[: self.procedure.results]]
        self._led_to: list[Any] = [None] * self._arena_slot
        self._tasks: dict[int, SharedTask] = {}
        # The table, the arena and the tasks serve one call at a time; other Python threads wait.
        # It can be taken again by its holder, a signal's handler say, who is then refused.
        self._lock = threading.RLock()
        self._is_running = False
        _programs.add(self)
        if self._borrows:
            weakref.finalize(self, forget).atexit = False

    # ---- running -----------------------------------------------------------------------------

    def __call__(
        self, arguments: Sequence[Any], state: Sequence[Any], updates: int = 0
    ) -> list[Any]:
        """The results for these arguments; `state` arrays are updated in place.

        Where it raises, no array of the state has changed.
        """
        del updates
        held = self.accepted.call(arguments, state)
        results = [np.empty(shape, dtype) for shape, dtype in self._outputs]
        failed = self._run(held, state, results, 1)
        if failed is not None:
            raise failed.error
        return results

    def loop(
        self, rows: Sequence[Any], state: Sequence[Any], updates: int = 0
    ) -> tuple[list[Any], BaseException | None]:
        """One call for each row of the arguments; the results of all calls, stacked.

        Where one fails, the results of those before it, and what it raised.
        """
        del updates
        held = self.accepted.loop(rows, state)
        steps = len(held[0])
        results = [np.empty((steps, *shape), dtype) for shape, dtype in self._outputs]
        failed = self._run(held, state, results, steps)
        if failed is not None:
            return [column[: failed.step] for column in results], failed.error
        return results, None

    def fill(
        self, rows: Sequence[Any], state: Sequence[Any], results: list[Any], updates: int = 0
    ) -> None:
        """As `loop`, for what cannot fail: results go to the rows of given arrays."""
        del updates
        held = self.accepted.loop(rows, state)
        self._run(held, state, results, len(held[0]))

    def _run(
        self, arguments: Sequence[Any], state: Sequence[Any], results: list[Any], steps: int
    ) -> Failed | None:
        """Run some steps. The first that failed, or None."""
        if self._is_running:
            wait_outside(self)
        with self._lock:
            if self._is_running:
                raise called_inside()
            self._is_running = True
            try:
                self._lead_to(0, [*arguments, *state])
                self._lead_to(self._first_result, results)
                if not self.code.can_fail:
                    self._start(steps)
                    return None
                self.call_back.forget()
                self._start(steps)
                return self.call_back.failed()
            finally:
                self._is_running = False

    @property
    def inside(self) -> Inside | None:
        """The thread that is inside a rule of this program in Python, if one is."""
        return self.call_back.inside

    def _lead_to(self, slot: int, arrays: Sequence[Any]) -> None:
        """Enter the addresses of arrays in the table, from a slot on, if they are not there yet."""
        led_to, variables = self._led_to, self.accepted.variables
        for array in arrays:
            if led_to[slot] is not array:
                if slot in variables:
                    self.accepted.variable(slot, array)
                # A signal can end this anywhere: what is noted must not be ahead of the table.
                led_to[slot] = None
                self.table[slot] = _address(array)
                led_to[slot] = array
            slot += 1

    def _start(self, steps: int) -> None:
        """Run the program, in its own arena or in one that is lent to it."""
        if not self._borrows:
            self._work(steps)
            return
        room = taken(self.code.arena_bytes)
        if room.address != self._arena_at:
            self._arena_at = 0  # as above: never ahead of the table
            self.table[self._arena_slot] = room.address
            self._arena_at = room.address
        try:
            self._work(steps)
        finally:
            left(room)

    def _work(self, steps: int) -> None:
        """Run the program, on several threads where there is enough to share."""
        work = self._to_share * steps
        workers = 1 if work < LEAST_WORK else min(threads(), self._most_workers)
        if workers == 1:
            self.step_loop.alone(self.listing.alone, self._address, steps)
            return
        pool = self.step_loop.pool
        workers = workers if pool.is_worth(work) else 1
        if workers == 1 or not self._shared(workers, steps):
            self.step_loop.alone(self.listing.alone, self._address, steps)
        pool.rest()

    def _shared(self, workers: int, steps: int) -> bool:
        """Run it on the threads of the pool; False where they work for another program."""
        if workers not in self._tasks:
            self._tasks[workers] = SharedTask(self.listing, self._address, workers)
        return self.step_loop.pool.work(self._tasks[workers].ready(steps), workers - 1)

    # ---- looking -----------------------------------------------------------------------------

    def report(self) -> "Report":
        """What each kernel does and how long it takes, measured on scratch memory."""
        from pellucid.executors.native.runtime.report import report

        graph, plan_ = self.shared.graph, self.shared.plan
        # Written, not just reserved: unwritten pages are one page of zeros, always in the cache.
        scratch = [np.full(v.shape, 0, v.dtype) for v in graph.inputs]
        scratch += [np.empty(shape, dtype) for shape, dtype in self._outputs]
        slots = [*range(plan_.inputs), *range(plan_.arena_slot - plan_.results, plan_.arena_slot)]
        arena = empty(plan_.arena_bytes, np.uint8)
        arena[:] = 0
        with self._lock:
            before = self.table.copy()
            try:
                # Not in a copy: rules in Python find their operands through the table.
                self.table[[*slots, plan_.arena_slot]] = [a.ctypes.data for a in (*scratch, arena)]
                return report(self.shared, self.listing, self.table)
            finally:
                self.table[:] = before

    def source(self, form: str) -> str:
        """The program as "graph", "schedule", "llvm" or "assembly"."""
        from pellucid.executors.native.kernels.emission import emit
        from pellucid.executors.native.runtime.schedule_text import schedule_text

        match form:
            case "graph":
                return str(self.shared.graph)
            case "schedule":
                return schedule_text(self.shared)
            case "llvm":
                return emit(self.shared).text
            case "assembly":
                text = emit(self.shared).text
                return targets.assembly(
                    text, self.shared.target, thorough=is_long(self.listing.work)
                )
        forms = ("graph", "schedule", "llvm", "assembly")
        raise OptionError(f"source: form {form!r}. {closest(form, forms)}")


def _address(array: Any) -> int:
    """Where an array begins; NumPy's own answer takes four times as long."""
    if array.flags.writeable:
        try:
            return _start_of(_bytes_of(array))
        except ValueError:  # it has no elements
            pass
    return int(array.ctypes.data)


_start_of, _bytes_of = ctypes.addressof, ctypes.c_char.from_buffer


_programs: "weakref.WeakSet[Native]" = weakref.WeakSet()


def _unlock() -> None:
    """In a forked child nobody runs a program: what another thread was doing is not continued."""
    for program in list(_programs):
        program._lock, program._is_running = threading.RLock(), False


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock)

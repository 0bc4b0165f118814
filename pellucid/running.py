"""Running a program on variables, so that nobody sees or disturbs a step that is halfway done.

Specialization  a captured function, and the program made of it, which runs when its turn has come
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pellucid import executors
from pellucid.captured import Captured
from pellucid.executors.inside import called_inside
from pellucid.guards import JOINS, Guard, joined, roots

Result = TypeVar("Result")
# Of arguments, variables, and how often these were updated in place.
Run = Callable[[Sequence[Any], Sequence[Any], int], Result]


class Specialization:
    """A captured function, and the program made of it when it first runs.

    A program that updates variables takes its turn with all that update or read them, and read
    variables that somebody updates. One that only reads waits for none, unless one is at work.
    """

    def __init__(self, captured: Captured) -> None:
        self.captured = captured
        self._program: executors.Program | None = None
        self._updated = [variable for variable, changes in captured.changes if changes]
        self._guard: Guard | None = None
        self._guards: tuple[Guard, ...] = ()  # of what a program reads that updates nothing
        self._joins = self._free = -1  # when guards were looked for; when none was found

    def program(self, executor: str | None) -> executors.Program:
        """The program, compiled at the first call."""
        if self._program is None:
            name = executors.checked(executor)
            self._program = executors.ready(self.captured.procedure, name)
        return self._program

    def run(self, executor: str | None, arrays: Sequence[Any]) -> list[Any]:
        """The results of one call; variables are updated."""
        program = self._program or self.program(executor)
        if self._free == JOINS.count:
            state = [variable.present() for variable in self.captured.variables]
            if self._free == JOINS.count:  # nobody has begun to update them meanwhile
                return program(arrays, state)
        return self._in_turn(program, program, arrays)

    def loop(
        self, executor: str | None, rows: Sequence[Any]
    ) -> tuple[list[Any], BaseException | None]:
        """One call for each row; the results of those that did not fail, and what failed."""
        program = self.program(executor)
        return self._in_turn(program, program.loop, rows)

    def _in_turn(
        self, program: executors.Program, run: Run[Result], arrays: Sequence[Any]
    ) -> Result:
        """Run it on the arrays of its variables, while no other program updates them."""
        while True:
            if self._joins != JOINS.count:
                self._look_for_guards()
            guard = self._guard
            if guard is None:
                return self._reading(run, arrays)
            if guard.running is not None:
                guard.wait()
            with guard.lock:
                if guard.running is not None:
                    raise called_inside()
                if guard.into is None:  # not joined to another meanwhile
                    return self._updating(guard, program, run, arrays)

    def _look_for_guards(self) -> None:
        """The guard of what it updates, or those of what it only reads."""
        count = JOINS.count
        variables = self.captured.variables
        if self._updated:
            others = [variable for variable in variables if variable.guard is not None]
            self._guard = joined((*self._updated, *others))
        else:
            self._guards = tuple(roots(variables))
            self._free = -1 if self._guards else count
        self._joins = count

    def _updating(
        self, guard: Guard, program: executors.Program, run: Run[Result], arrays: Sequence[Any]
    ) -> Result:
        """Run it, with the guard's lock; arrays that somebody reads are left to him."""
        guard.thread = threading.get_ident()
        guard.running = program
        guard.updates += 1  # and again below: a rule in Python may read what is not yet updated
        try:
            taken = guard.taken() if guard.reading else ()
            changes = self.captured.changes
            state = [v.writable(taken) if changed else v.present() for v, changed in changes]
            return run(arrays, state, 0)
        finally:
            guard.updates += 1
            guard.running = None

    def _reading(self, run: Run[Result], arrays: Sequence[Any]) -> Result:
        """Run it on arrays that programs leave alone meanwhile: they write into copies."""
        while True:
            state = [variable.present() for variable in self.captured.variables]
            held = list(state)
            for guard in self._guards:
                guard.reading[id(held)] = held
            updates = sum(guard.updates for guard in self._guards)
            try:
                if self._are_whole(state):
                    return run(arrays, state, updates)
            finally:
                held.clear()
                for guard in self._guards:
                    guard.reading.pop(id(held), None)
            for guard in self._guards:
                guard.wait()
                with guard.lock:
                    pass
            self._look_for_guards()

    def _are_whole(self, state: list[Any]) -> bool:
        """Whether no program was at work on these arrays when they became known to be read."""
        if self._joins != JOINS.count:
            return False
        if any(g.into is not None or not (g.running is None or g.is_inside) for g in self._guards):
            return False
        pairs = zip(self.captured.variables, state, strict=True)
        return all(variable.present() is array for variable, array in pairs)

"""Variables that programs update in place: who may, and who must not look meanwhile.

Guard       what variables share that some program updates together
joined      have variables share one
roots       the guards of some variables; JOINS counts changes
put         set slots of several objects at once
unchanged   hold all programs off some variables for a while

One program at a time updates the variables of a guard. A value that was read never changes: a
program copies what somebody holds, and writes into the copy. Who reads for a while, as other
programs do, says so, and no program waits for him.
"""

import os
import threading
import weakref
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, Protocol

from pellucid.errors import GraphError
from pellucid.executors.inside import Running, wait_outside


class Guard:
    """Whoever updates variables of it has its lock, as the thread that it may be called from.

    `running` is the program that updates them now, `reading` lists of arrays that are being
    read, by their ids; they are empty once that is over. A guard that was joined to another
    counts no more; `into` is that one. `updates` grows with each update: what was computed from
    an array before may be old.
    """

    __slots__ = ("__weakref__", "into", "lock", "reading", "running", "thread", "updates")

    def __init__(self) -> None:
        self.into: Guard | None = None
        self.updates = 0
        self.reading: dict[int, list[Any]] = {}
        self.reset()
        _guards.add(self)

    def reset(self) -> None:
        """Nobody runs or reads."""
        self.lock = threading.RLock()
        self.running: Running | None = None
        self.thread = 0
        self.reading.clear()

    @property
    def root(self) -> "Guard":
        """The guard that counts: this one, or what it was joined to."""
        guard = self
        while guard.into is not None:
            guard = guard.into
        return guard

    @property
    def is_inside(self) -> bool:
        """Whether the running program waits for the calling thread, which runs a rule of it.

        No variable has been updated then: all rules come before all updates of a step.
        """
        running = self.running
        if running is None or self.thread == threading.get_ident():
            return running is not None
        inside = running.inside
        return inside is not None and inside.is_mine()

    def wait(self) -> None:
        """Wait for a program that runs rules in Python; unless it waits for the calling thread.

        Errors: GraphError where it does: neither would ever end.
        """
        if self.running is not None:
            wait_outside(self.running)

    def taken(self) -> set[int]:
        """The ids of the arrays that are being read."""
        return {id(array) for arrays in tuple(self.reading.values()) for array in tuple(arrays)}


_guards: "weakref.WeakSet[Guard]" = weakref.WeakSet()


class Guarded(Protocol):
    """A variable: without a guard until a program updates it."""

    guard: Guard | None

    def put_under(self, guard: Guard) -> None:
        """Give it its first guard."""
        ...


class Joins:
    """How often variables were put under guards: what was found out about them may be old."""

    def __init__(self) -> None:
        self.count = 0
        self.lock = threading.RLock()


JOINS = Joins()


def joined(variables: Iterable[Guarded]) -> Guard:
    """The guard of some variables, one for all of them from now on.

    Errors: GraphError where guards are to be joined in a rule of a program of one of them.
    """
    variables = tuple(variables)
    while True:
        found = sorted(roots(variables), key=id)
        if len(found) == 1 and all(variable.guard is not None for variable in variables):
            return found[0]
        several = found if len(found) > 1 else ()
        for guard in several:
            guard.wait()
        # Last of all locks: a rule, with the lock of its program's guard, may want it too.
        with _locked([*(guard.lock for guard in several), JOINS.lock]):
            if sorted(roots(variables), key=id) == found:
                return _join(found or [Guard()], variables)


def _join(guards: Sequence[Guard], variables: Iterable[Guarded]) -> Guard:
    """Put variables under the first of some guards, and all of the others."""
    guard, *others = guards
    for other in others:
        guard.reading.update(other.reading)
        guard.updates += other.updates
        other.into = guard
    for variable in variables:
        if variable.guard is None:
            variable.put_under(guard)
    JOINS.count += 1
    return guard


def roots(variables: Iterable[Guarded]) -> dict[Guard, None]:
    """The guards of some variables, each once."""
    return {v.guard.root: None for v in variables if v.guard is not None}


@contextmanager
def unchanged(variables: Iterable[Guarded], *, assigning: bool = False) -> Iterator[None]:
    """No program updates these variables inside.

    A rule that a program runs may read what that one is about to update, but not be `assigning`.
    Errors: GraphError where it is, or where a program waits for the calling thread.
    """
    variables = tuple(variables)
    while True:
        guards = sorted(roots(variables), key=id)
        for guard in guards:
            if not guard.is_inside:
                guard.wait()
            elif assigning:
                raise _assigned_inside()
        locks = [guard.lock for guard in guards if not guard.is_inside]
        if any(variable.guard is None for variable in variables):
            locks.append(JOINS.lock)  # nor does it get one meanwhile
        with _locked(locks):
            if sorted(roots(variables), key=id) == guards:
                yield
                return


@contextmanager
def _locked(locks: Sequence[Any]) -> Iterator[None]:
    """Have some locks, in this order."""
    if not locks:
        yield
        return
    with locks[0], _locked(locks[1:]):
        yield


def put(objects: Sequence[Any], values: Mapping[str, Iterable[Any]]) -> None:
    """Set slots of several objects, by name a value for each; all of them or none.

    In one call: between two lines of Python a signal could raise.
    """
    if not objects:
        return
    kind = type(objects[0])
    steps = [map(getattr(kind, name).__set__, objects, column) for name, column in values.items()]
    deque(chain.from_iterable(steps), maxlen=0)


def _assigned_inside() -> GraphError:
    return GraphError(
        "assign: a primitive that a compiled function runs gives another value to a variable that "
        "the function itself updates. Assign it after the call, or in the function."
    )


def _reset() -> None:
    """In a forked child nobody runs a program: what another thread was doing is not continued."""
    JOINS.lock = threading.RLock()
    for guard in list(_guards):
        guard.reset()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset)

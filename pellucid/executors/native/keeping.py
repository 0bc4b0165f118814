"""Predictions that keep what follows from their variables alone, from call to call.

    KeepingProgram  a procedure that runs so

What is kept is old where an array of the variables is another one, or where the arrays were
updated in place meanwhile, which `updates` tells: then it is computed anew.
"""

from collections.abc import Sequence
from operator import is_
from typing import TYPE_CHECKING, Any, NamedTuple

from pellucid.executors.inside import Inside
from pellucid.executors.native.executor import Native

if TYPE_CHECKING:
    from pellucid.executors.native.passes.kept_values import Keeping
    from pellucid.executors.native.runtime.report import Report


class _Kept(NamedTuple):
    """What is kept: of which arrays, as often updated, and what a call takes as its variables."""

    state: list[Any]
    updates: int
    of_call: list[Any]


class KeepingProgram:
    """A procedure in two: what is computed once for a set of weights, and the rest."""

    def __init__(self, parts: "Keeping") -> None:
        self.parts = parts
        self.preparation = Native(parts.kept)
        self.native = Native(parts.call)
        self._kept = _Kept([], -1, [])

    def __call__(
        self, arguments: Sequence[Any], state: Sequence[Any], updates: int = 0
    ) -> list[Any]:
        """The results for these arguments."""
        return self.native(arguments, self._variables(state, updates))

    def loop(
        self, rows: Sequence[Any], state: Sequence[Any], updates: int = 0
    ) -> tuple[list[Any], BaseException | None]:
        """One call for each row of the arguments."""
        return self.native.loop(rows, self._variables(state, updates))

    def fill(
        self, rows: Sequence[Any], state: Sequence[Any], results: list[Any], updates: int = 0
    ) -> None:
        """As `loop`, for what cannot fail: results go to the rows of given arrays."""
        self.native.fill(rows, self._variables(state, updates), results)

    def _variables(self, state: Sequence[Any], updates: int) -> list[Any]:
        """What a call takes as its variables: some of the state, and what is kept.

        It is read once: another thread may compute it for other arrays meanwhile.
        """
        kept = self._kept
        if kept.updates != updates or not all(map(is_, state, kept.state)):
            kept = self._kept = self._prepared(state, updates)
        return kept.of_call

    def _prepared(self, state: Sequence[Any], updates: int) -> _Kept:
        values = self.preparation([state[i] for i in self.parts.positions], [])
        return _Kept([*state], updates, [*(state[i] for i in self.parts.places), *values])

    @property
    def inside(self) -> Inside | None:
        """The thread that is inside a rule in Python."""
        return self.native.inside

    def report(self) -> "Report":
        """What each kernel of a call does, and how long it takes; what is kept is left out."""
        return self.native.report()

    def source(self, form: str) -> str:
        """The program of a call as "graph", "schedule", "llvm" or "assembly"."""
        return self.native.source(form)

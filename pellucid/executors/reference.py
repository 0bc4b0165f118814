"""The reference executor: the meaning of a graph, its nodes one after the other on NumPy.

Reference   a procedure ready to run
"""

from collections import deque
from collections.abc import Sequence
from itertools import chain, repeat
from typing import Any

import numpy as np

from pellucid.evaluation import run
from pellucid.executors.inside import Inside
from pellucid.graph import Procedure


class Reference:
    """A procedure ready to run on NumPy."""

    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure
        self.inside: Inside | None = None

    def __call__(
        self, arguments: Sequence[Any], state: Sequence[Any], updates: int = 0
    ) -> list[Any]:
        """The results for these arguments; `state` arrays are updated in place, at the end.

        Where it raises, no array of the state has changed.
        """
        del updates
        results: list[list[Any]] = []
        self._step(arguments, state, results)
        return results[0]

    def loop(
        self, rows: Sequence[Any], state: Sequence[Any], updates: int = 0
    ) -> tuple[list[Any], BaseException | None]:
        """One call for each row of the arguments; the results of all calls, stacked.

        Where one fails, the results of those before it, and what it raised.
        """
        del updates
        graph = self.procedure.graph
        failure = None
        results: list[list[Any]] = []
        try:
            for arguments in zip(*rows, strict=True):
                self._step(arguments, state, results)
        except BaseException as error:
            failure = error
        shapes = [(0, *v.shape) for v in graph.outputs[: self.procedure.results]]
        empty = [np.empty(s, v.dtype) for s, v in zip(shapes, graph.outputs, strict=False)]
        columns = zip(*results, strict=True) if results else ()
        return [np.stack(column) for column in columns] or empty, failure

    def _step(
        self, arguments: Sequence[Any], state: Sequence[Any], results: list[list[Any]]
    ) -> None:
        """Run once; update the state, and add to the results."""
        procedure = self.procedure
        # Only who updates is waited for, one thread at a time.
        self.inside = Inside() if procedure.updates else None
        try:
            # Copies, before anything is updated: outputs may share memory with the inputs.
            outputs = [np.array(array) for array in run(procedure.graph, [*arguments, *state])]
        finally:
            self.inside = None
        places = [state[position - procedure.arguments] for position in procedure.updates]
        new = outputs[procedure.results :]
        # All in one call without a line of Python in between, where a signal could raise.
        updates = map(np.ndarray.__setitem__, places, repeat(...), new)
        deque(chain(updates, map(results.append, [outputs[: procedure.results]])), maxlen=0)

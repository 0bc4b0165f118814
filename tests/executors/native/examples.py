"""Procedures for tests, written as text.

procedure   a graph in its text form as a procedure
same        whether the native executor agrees with the reference on it
"""

from typing import Any

import numpy as np
from executors.native.builder import Program
from executors.native.programs import difference

from pellucid.graph import Procedure
from pellucid.graph_text import parse


def procedure(text: str, updates: dict[str, str] | None = None) -> Procedure:
    """A graph as a procedure. `updates`: variable inputs, and the values that they take.

    The variables are the last inputs.
    """
    lines = text.strip().splitlines()
    updates = updates or {}
    if updates:
        lines[-1] += f"{',' if lines[-1].strip() != 'return' else ''} {', '.join(updates.values())}"
    graph = parse("\n".join(lines))
    names = [value.name for value in graph.inputs]
    positions = tuple(names.index(name) for name in updates)
    arguments = sum(not name.startswith("w") for name in names)
    return Procedure(graph, arguments, positions)


def same(made: Procedure, seed: int = 0) -> str | None:
    """What differs between the executors, on random numbers; None if nothing does."""
    generator = np.random.default_rng(seed)
    arrays: list[Any] = [
        np.asarray(generator.uniform(-3, 3, v.shape)).astype(v.dtype)
        if v.dtype.kind != "u"
        else generator.integers(0, 5, v.shape).astype(v.dtype)
        for v in made.graph.inputs
    ]
    return difference(Program(made, arrays[: made.arguments], arrays[made.arguments :]))

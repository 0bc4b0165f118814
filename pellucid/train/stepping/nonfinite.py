"""Finds the operation that made the first nan or inf, by running one step again node by node.

    find_origin    the first place where finite numbers gave one that is not
    Birthplace     that place, as a sentence

A nan spreads to everything that is computed from it, so that the loss says nothing about its
cause. The graph knows the order, and the layer of every operation.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.evaluation import run
from pellucid.graph import Node, Procedure
from pellucid.primitives import Scan


@dataclass(frozen=True)
class Birthplace:
    """The operation, or the input of the graph, that first held a number that is not finite."""

    name: str
    scope: str
    value: str
    inputs: tuple[str, ...]
    is_input: bool = False
    turn: int | None = None  # of the loop that it is in, counted by slices

    def __str__(self) -> str:
        if self.is_input:
            return f"{self.name} holds {self.value} before the step begins"
        layer = f"layer {self.scope!r}" if self.scope else "outside any layer"
        when = "" if self.turn is None else f" at step {self.turn} of its loop"
        gave = f"gave {self.value} from {', '.join(self.inputs)}"
        return f"{layer}, operation {self.name}{when}, {gave}"


@dataclass
class _Watch:
    """What is not finite: for each such value the node that made it, with ranges."""

    found: dict[str, tuple[Node, list[Any], Any]]

    def __call__(self, node: Node, arguments: list[Any], result: Any) -> None:
        if not is_finite(result):
            self.found[node.output.name] = (node, arguments, result)


def is_finite(array: Any) -> bool:
    """Whether every number is finite; integers and booleans always are.

    >>> is_finite(np.array([1.0, np.inf])), is_finite(np.array([1, 2]))
    (False, True)
    """
    if array.dtype.names is not None:
        return all(is_finite(array[name]) for name in array.dtype.names)
    if array.dtype.kind != "f":
        return True
    # One pass without a temporary array decides nearly always: finite numbers have, short of
    # an overflow, a finite sum.
    with np.errstate(all="ignore"):
        return bool(np.isfinite(array.sum())) or bool(np.isfinite(array).all())


def find_origin(procedure: Procedure, inputs: Sequence[Any]) -> Birthplace | None:
    """Where the outputs of a procedure first stopped being finite; None where they are.

    Only what reached an output counts: an infinity that a mask takes away again is no fault.
    """
    graph = procedure.graph
    for value, array in zip(graph.inputs, inputs, strict=True):
        if not is_finite(array):
            return Birthplace(value.name, "", _describe_place(array), (), is_input=True)
    watch = _Watch({})
    outputs = run(graph, inputs, observe=watch)
    blamed: set[str] = set()
    waiting = [v.name for v, a in zip(graph.outputs, outputs, strict=True) if not is_finite(a)]
    # Results come before updates: the loss is explained before a gradient.
    while waiting:
        name = waiting.pop()
        if name in watch.found and name not in blamed:
            blamed.add(name)
            waiting += [value.name for value in watch.found[name][0].inputs]
    for name, (node, arguments, result) in watch.found.items():
        if name in blamed and all(is_finite(a) for a in arguments):
            if isinstance(node.primitive, Scan):
                return _in_loop(node.primitive, arguments)
            named = zip(node.inputs, arguments, strict=True)
            ranges = tuple(f"{value.name} {_describe(array)}" for value, array in named)
            return Birthplace(node.primitive.name, node.scope, _describe_place(result), ranges)
    return None


def _in_loop(scan: Scan, arguments: Sequence[Any]) -> Birthplace | None:
    """Where in the body of a loop a number was born that is not finite: in the first such turn."""
    for t, given, found in scan.turns(arguments):
        if not all(is_finite(array) for array in found):
            origin = find_origin(Procedure(scan.body, len(given)), given)
            return origin and replace(origin, turn=t)
    return None


def _describe(array: Any) -> str:
    """Dtype, shape and range: `float32(3, 4) from -1.5 to 88.7`."""
    kind = f"{array.dtype}{array.shape}"
    if array.size == 0 or array.dtype.kind == "b":
        return kind
    return f"{kind} from {array.min():.6g} to {array.max():.6g}"


def _describe_place(array: Any) -> str:
    """The first number that is not finite, where it stands, and how many there are."""
    wrong = ~np.isfinite(array)
    count = int(np.count_nonzero(wrong))
    if array.ndim == 0:
        return str(array.item())
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    rest = f" and {count - 1:,} more" if count > 1 else ""
    return f"{array[place]} at {list(place)}{rest}"

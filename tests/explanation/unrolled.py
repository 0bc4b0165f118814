"""A run with every step of its loops over time: what each value and each gradient is at each.

    unrolled        values and gradients inside of loops, by name, each a list of all steps

The body of a scan is applied to tensors step after step, in Python, and automatic differentiation
goes back through all of it: nothing of how scans are differentiated, or told, is used.
"""

from typing import Any

import numpy as np

from pellucid.autodiff import gradients
from pellucid.creation import stack
from pellucid.origins import Origin
from pellucid.primitives import Part, Scan
from pellucid.primitives.base import FLOATS
from pellucid.replay import replayed
from pellucid.tensor import apply, holding, ones_like

Steps = dict[str, list[Any]]


def unrolled(run: Any) -> tuple[Steps, Steps]:
    """Values and gradients, each `scan/value` with those of all steps in the order of time."""
    graph = run.graph
    known = {}
    for value in graph.inputs:
        known[value.name] = _leaf(run.array(value.name))
    for value, array in graph.constants:
        known[value.name] = holding(np.asarray(array))
    inside: dict[str, list[Any]] = {}
    records = {}
    for node in graph.nodes:
        operands = [known.get(v.name) for v in node.inputs]
        if isinstance(node.primitive, Scan):
            records[node.output.name] = _stepped(node, operands, inside)
        elif isinstance(node.primitive, Part) and node.inputs[0].name in records:
            known[node.output.name] = records[node.inputs[0].name](node.primitive.index)
        else:
            known[node.output.name] = apply(node.primitive, *operands)
    result = known[graph.outputs[0].name]
    flat = [(name, t) for name, steps in inside.items() for t in range(len(steps))]
    wanted = [(name, t) for name, t in flat if inside[name][t].dtype in FLOATS]
    found = gradients(result, [inside[name][t] for name, t in wanted], ones_like(result))
    changes: Steps = {}
    for (name, t), dx in zip(wanted, found, strict=True):
        zeros = np.zeros(inside[name][t].shape)
        changes.setdefault(name, []).append(zeros if dx is None else dx.array)
    return {name: [x.array for x in steps] for name, steps in inside.items()}, changes


def _leaf(array: Any) -> Any:
    array = np.asarray(array)
    return holding(array, Origin(None, ()) if array.dtype in FLOATS else None)


def _stepped(node: Any, operands: list[Any], inside: Steps) -> Any:
    """Run a scan step after step; gives what a part of its record is."""
    scan, body = node.primitive, node.primitive.body
    first, count = scan.constants, scan.carries
    state = operands[first : first + count]
    befores: list[Any] = [None] * scan.steps
    outputs: list[Any] = [None] * scan.steps
    for turn in range(scan.steps):
        t = scan.steps - 1 - turn if scan.reverse else turn
        slices = [x[t] for x in operands[first + count :]]
        values = replayed(body, [*operands[:first], *state, *slices])
        for each in body.nodes:
            if each.output.dtype.names is None:
                steps = inside.setdefault(
                    f"{node.output.name}/{each.output.name}", [None] * scan.steps
                )
                steps[t] = values[each.output.name]
        befores[t], outputs[t] = state, [values[v.name] for v in body.outputs]
        state = outputs[t][:count]

    def part(index: int) -> Any:
        group, k = divmod(index, max(count, 1))
        if count and group == 0:
            return state[k]
        if count and group == 1:
            return stack([each[k] for each in befores])
        return stack([each[k if count and group == 2 else index - 2 * count] for each in outputs])

    return part

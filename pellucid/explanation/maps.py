"""What is inside: feature maps and filters, attention, gates through time, as arrays.

    filters             the kernels of a convolution
    feature_maps        what a layer of a convolutional network made of a sample
    attention_maps      the weights with which each place looks at each other
    gates               the sigmoids and tanhs inside recurrent layers, at every step

All are read from the graph that ran. An attention map is whatever a layer multiplies values with
whose rows are shares: not negative, and 1 together.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import GraphError
from pellucid.explanation.map_pictures import MAP_STYLE, pictures_of_maps
from pellucid.explanation.shown import number
from pellucid.explanation.trace import Trace
from pellucid.graph import Node
from pellucid.languages import said
from pellucid.primitives import (
    Add,
    Convolution,
    MatMul,
    Multiply,
    Part,
    Scan,
    Sigmoid,
    Tanh,
    Where,
)

ROUNDING = 1e-4  # of shares that add up to 1


@dataclass(frozen=True, repr=False)
class Maps:
    """`array` of what `path` holds; `name` says what it is."""

    path: str
    name: str
    array: NDArray[Any]

    def __repr__(self) -> str:
        low = number(self.array.min())
        high = number(self.array.max())
        ends = said("from {low} to {high}", low=low, high=high)
        return f"{self.path} {self.name} {self.array.shape}: {ends}"

    def _repr_html_(self) -> str:
        """What a notebook shows. Errors: ImportError where Pillow is not installed."""
        return MAP_STYLE + pictures_of_maps(self.path, self.name, self.array)

    def as_dict(self) -> dict[str, Any]:
        """Everything as JSON takes it."""
        return {"path": self.path, "name": self.name, "array": self.array.tolist()}


def filters(trace: Trace) -> list[Maps]:
    """The kernels of every convolution of parameters: (filters, channels, height, width)."""
    found = {}
    for node in trace.graph.nodes:
        if isinstance(node.primitive, Convolution):
            name = _parameter_behind(trace, node.inputs[1].name)
            if name is not None:
                found[name] = Maps(name, "filters", trace.array(name))
    return list(found.values())


def _parameter_behind(trace: Trace, name: str) -> str | None:
    """The parameter that a value is, but for its form."""
    while name not in trace.variables:
        maker = trace.makers.get(name)
        if maker is None or len(maker.inputs) != 1:
            return None
        name = maker.inputs[0].name
    return name


def feature_maps(trace: Trace, sample: int = 0) -> list[Maps]:
    """What each layer that gives maps made of one sample: (channels, height, width).

    Errors: GraphError for a sample that the batch does not have.
    """
    found = []
    for path, value in trace.innermost.items():
        if len(value.shape) == 4:
            _check_sample(sample, value.shape[0])
            found.append(Maps(path, "feature maps", trace.array(value.name)[sample]))
    return found


def attention_maps(trace: Trace, sample: int = 0) -> list[Maps]:
    """How much each place looks at each other, for one sample: (heads, to, from).

    Errors: GraphError for a sample that the batch does not have.
    """
    found = []
    for node in trace.graph.nodes:
        if not isinstance(node.primitive, MatMul):
            continue
        left = node.inputs[0]
        if len(left.shape) < 3:
            continue
        array = trace.array(left.name)
        if not _are_shares(array):
            continue
        _check_sample(sample, len(array))
        places = left.shape[-2:]
        maps = array[sample].reshape(-1, *places)
        found.append(Maps(node.scope, "attention", maps))
    return found


def _are_shares(array: Any) -> bool:
    """Whether every row is not negative and adds up to 1."""
    if array.dtype.kind != "f" or not array.size or array.min() < 0.0:
        return False
    return bool(np.abs(array.sum(axis=-1) - 1.0).max() <= ROUNDING)


def gates(
    trace: Trace, sample: int = 0, modules: Mapping[str, Any] = MappingProxyType({})
) -> list[Maps]:
    """The sigmoids and tanhs of every loop, step by step, for one sample: (steps, units).

    They are named by the part of the product that they are of: as the cell calls it, where the
    `modules` have one by that path, such as f of an LSTM; others by their number in the body.
    Steps behind the end of a sample, where batches are filled up, are left out.
    """
    found = []
    for node in trace.graph.nodes:
        if isinstance(node.primitive, Scan):
            found += _inside_loop(trace, node, sample, modules)
    return found


def _inside_loop(
    trace: Trace,
    node: Node,
    sample: int,
    modules: Mapping[str, Any],
) -> list[Maps]:
    """Those of one loop, by the layers that they are in."""
    scan = node.primitive
    makers = {inner.output.name: inner for inner in scan.body.nodes}
    counts: Counter[str] = Counter()
    found = []
    for name, rows in _run_again(trace, node, sample).items():
        if not rows:  # a sample of no steps
            continue
        inner = makers[name]
        counts[inner.primitive.name] += 1
        names = getattr(modules.get(inner.scope), "part_names", ())
        called = _gate(inner, makers, counts, names)
        if scan.reverse:
            rows.reverse()
        found.append(Maps(inner.scope, called, np.stack(rows)))
    return found


def _run_again(trace: Trace, node: Node, sample: int) -> dict[str, list[Any]]:
    """What each gate of a loop gave: the body is run again step by step, and looked at."""
    kept: dict[str, list[Any]] = {}
    going: list[bool] = []  # at each step, whether the sample has not ended
    given = {value.name for value in node.primitive.body.inputs}

    def observe(inner: Node, read: list[Any], result: Any) -> None:
        if isinstance(inner.primitive, Where) and inner.inputs[0].name in given:
            going.append(bool(read[0][sample].all()))
        is_gate = isinstance(inner.primitive, Sigmoid | Tanh)
        if is_gate and result.ndim == 2:
            _check_sample(sample, len(result))
            rows = kept.setdefault(inner.output.name, [])
            rows.append(result[sample])

    inputs = [trace.array(value.name) for value in node.inputs]
    for _ in node.primitive.turns(inputs, observe):
        pass  # what is looked at is kept
    return {name: _until_end(rows, going) for name, rows in kept.items()}


def _until_end(rows: list[Any], going: list[bool]) -> list[Any]:
    """The steps at which the sample was there; each step may choose several states by it."""
    each = len(going) // len(rows)
    if not each:
        return rows
    return [row for row, there in zip(rows, going[::each], strict=True) if there]


def _gate(
    node: Node, makers: Mapping[str, Node], counts: Counter[str], names: Sequence[str]
) -> str:
    """What a gate is called: by the part of the product that it is of, or by its number."""
    kind = str(node.primitive.name)
    indices = _parts_behind(node, makers)
    if len(indices) != 1:
        return f"{kind} {counts[kind]}"
    index = indices.pop()
    return f"{kind} of {names[index]}" if index < len(names) else f"{kind} of part {index}"


def _parts_behind(node: Node, makers: Mapping[str, Node]) -> set[int]:
    """Which parts of products a gate is of, through sums and products with other gates."""
    found = set()
    waiting = list(node.inputs)
    while waiting:
        maker = makers.get(waiting.pop().name)
        if maker is None:
            continue
        if isinstance(maker.primitive, Part):
            found.add(maker.primitive.index)
        elif isinstance(maker.primitive, Add | Multiply):
            waiting += maker.inputs
    return found


def _check_sample(sample: int, count: int) -> None:
    if not 0 <= sample < count:
        raise GraphError(f"explain: sample {sample} of a batch of {count}. It counts from 0.")

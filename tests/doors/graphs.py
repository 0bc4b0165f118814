"""The door of graphs: texts that `parse` reads, and that every executor then runs alike."""

import functools
import math
import os
import random
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from samples import SAMPLES

import pellucid as pc
from doors.case import Case, DifferError, Door
from doors.damage import NUMBERS, damaged, tokens
from pellucid import executors
from pellucid import primitives as p
from pellucid.errors import PellucidError
from pellucid.graph import Graph, Node, Procedure, Value
from pellucid.primitives.base import DTYPES, FLOATS

GOLDEN = Path(__file__).parents[1] / "golden"
MOST_RUN = 20_000  # elements; larger graphs are read, not run
WHOLE = ["-3", "-2", "-1", "0", "0", "1", "1", "2", "3", "4", "64", "2147483648", "1.0", "True"]
WHOLE += ["4611686018427387904", "9223372036854775807", "9223372036854775808", "None", "float32"]
FLOATING = ["0.0", "-0.0", "1.0", "-1.0", "0.1", "nan", "inf", "-inf", "1e300", "255", "256", "-1"]
SIZES = ["0", "1", "1", "2", "2", "3", "3", "4", "5", "17", "2147483648", "4611686018427387904"]


def begin() -> None:
    """Load what is loaded on use; keep machine code away from the user's cache."""
    os.environ["PELLUCID_CACHE"] = os.devnull
    graph = pc.parse("graph(x: float32[3])\n  %0: float32[3] = exp() of (x)\n  return %0")
    _run(graph, "native", [np.ones(3, np.float32)])


def make(rng: random.Random, folder: Path) -> Case:
    """A text: one node with attributes and inputs of all kinds, or a damaged graph."""
    kind = rng.random()
    if kind < 0.75:
        text = _node_text(rng)
    elif kind < 0.85:
        text = tokens(rng, _sample_text(rng.choice(_small_samples())))
    else:
        text = rng.choice([path.read_text() for path in sorted(GOLDEN.glob("graph*.txt"))])
        text = tokens(rng, text) if kind < 0.95 else damaged(rng, text.encode()).decode("latin-1")
    return Case(lambda: _enter(text, rng.getrandbits(32)), 8 * MOST_RUN + len(text), text)


def _enter(text: str, seed: int) -> None:
    graph = pc.parse(text)
    values = [*graph.inputs, *(node.output for node in graph.nodes)]
    if sum(math.prod(v.shape) for v in values) <= MOST_RUN and not _is_wide(graph):
        _compare(graph, _arrays(graph, np.random.default_rng(seed)))


def _is_wide(graph: Graph) -> bool:
    """Whether a convolution spreads its input over more places than are tried here."""
    return any(
        isinstance(node.primitive, p.Convolution)
        and math.prod(node.primitive.room(node.inputs[0].shape)) > MOST_RUN
        for node in graph.nodes
    )


def _compare(graph: Graph, inputs: list[Any]) -> None:
    """Run it on every executor: the same arrays, or the same kind of error."""
    found = [_outcome(graph, name, inputs) for name in ("reference", "native")]
    for outcome in found:
        if isinstance(outcome, PellucidError) and type(found[0]) is type(found[1]):
            raise outcome
    if any(isinstance(outcome, PellucidError) for outcome in found):
        raise DifferError(f"reference: {found[0]!r}\nnative: {found[1]!r}")
    for value, a, b in zip(graph.outputs, *found, strict=True):
        if (a.shape, a.dtype) != (b.shape, b.dtype) or not _are_close(a, b):
            raise DifferError(f"{value}\nreference: {a}\nnative: {b}")


def _are_close(a: Any, b: Any) -> bool:
    if a.dtype not in FLOATS:
        return np.array_equal(a, b)
    return np.allclose(a, b, rtol=1e-3, atol=1e-4, equal_nan=True)


def _outcome(graph: Graph, executor: str, inputs: list[Any]) -> Any:
    try:
        return _run(graph, executor, [array.copy() for array in inputs])
    except PellucidError as error:
        return error


def _run(graph: Graph, executor: str, inputs: list[Any]) -> list[Any]:
    return executors.ready(Procedure(graph, len(graph.inputs)), executor)(inputs, [])


def _arrays(graph: Graph, rng: np.random.Generator) -> list[Any]:
    """Inputs of a graph; whole numbers are small, as most of them are positions."""
    found = []
    for value in graph.inputs:
        if value.dtype in FLOATS:
            array = rng.uniform(-2.0, 2.0, value.shape)
        else:
            high = 2 if value.dtype.kind == "b" else rng.choice((2, 4, 7))
            array = rng.integers(0 if value.dtype.kind in "ub" else 1 - high, high, value.shape)
        found.append(np.asarray(array).astype(value.dtype))
    return found


# ---- texts -----------------------------------------------------------------------------------


@functools.cache
def _small_samples() -> list[Any]:
    return [s for s in SAMPLES if sum(np.size(x) for x in s.inputs) <= 1000]


def _sample_text(sample: Any) -> str:
    inputs = [Value(f"x{i}", np.shape(x), x.dtype) for i, x in enumerate(sample.inputs)]
    shape, dtype = sample.primitive.output([v.shape for v in inputs], [v.dtype for v in inputs])
    node = Node(sample.primitive, tuple(inputs), Value("y", shape, dtype))
    return str(Graph(tuple(inputs), (), (node,), (node.output,)))


def _node_text(rng: random.Random) -> str:
    """One node; its output is what its rules say, where they say anything."""
    cls = rng.choice(p.PRIMITIVES)
    sample = rng.choice([s for s in _small_samples() if type(s.primitive) is cls])
    inputs = [Value(f"x{i}", np.shape(x), x.dtype) for i, x in enumerate(sample.inputs)]
    if rng.random() < 0.6:
        inputs = [_other_value(rng, value) for value in inputs]
    if inputs and rng.random() < 0.03:
        inputs = (
            inputs[:-1]
            if rng.random() < 0.5
            else [*inputs, Value("z", inputs[0].shape, inputs[0].dtype)]
        )
    attributes = ", ".join(_attribute(rng, f, sample.primitive) for f in fields(cls))
    head = ", ".join(f"{v.name}: {v.dtype}[{','.join(map(str, v.shape))}]" for v in inputs)
    names = ", ".join(v.name for v in inputs)
    call = f"{cls.name}({attributes}) of ({names})"
    return f"graph({head})\n  y: {_result(head, call, rng)} = {call}\n  return y\n"


def _result(head: str, call: str, rng: random.Random) -> str:
    """What the rules say of the output: the error for a wrong one tells it."""
    try:
        pc.parse(f"graph({head})\n  y: bool[0,0,0,0,0,0,7] = {call}\n  return y\n")
    except PellucidError as error:
        _, found, said = str(error).rpartition("states another result than its rules, ")
        if found and rng.random() < 0.97:
            return said.removesuffix(".").replace(" ", "")
    return "float32[2,3]"


def _other_value(rng: random.Random, value: Value) -> Value:
    shape, dtype = list(value.shape), value.dtype
    match rng.randrange(5):
        case 0:
            shape = [rng.randint(0, 4) for _ in range(rng.randint(0, 4))]
        case 1 if shape:
            shape[rng.randrange(len(shape))] = rng.choice((0, 1, 2, 5, 16, 17, 33))
        case 2:
            dtype = rng.choice(DTYPES)
        case 3 if rng.random() < 0.1:
            shape = [int(rng.choice(SIZES)) for _ in range(rng.randint(1, 3))]
    return Value(value.name, tuple(shape), dtype)


def _attribute(rng: random.Random, field: Any, primitive: Any) -> str:
    value = getattr(primitive, field.name)
    written = str(value) if isinstance(value, np.dtype) else repr(value)
    if rng.random() < 0.5:
        return f"{field.name}={written}"
    if field.type is int:
        written = rng.choice(WHOLE)
    elif field.type is float:
        written = rng.choice(FLOATING)
    elif isinstance(value, tuple):
        written = _tuple(rng, [str(n) for n in value])
    else:
        written = rng.choice([*map(str, DTYPES), "float16", "object", "1"])
    if rng.random() < 0.02:
        written = rng.choice([*NUMBERS, "(" * 99, "'a'", "-" * 5000 + "1", "()", "[0]", "{0}"])
    return f"{field.name}={written}"


def _tuple(rng: random.Random, words: list[str]) -> str:
    """The words of a tuple, one of them changed, added or left out; or others."""
    match rng.randrange(6):
        case 0 if words:
            del words[rng.randrange(len(words))]
        case 1:
            words.insert(rng.randint(0, len(words)), rng.choice(WHOLE[:12]))
        case 2:
            words = [rng.choice(SIZES[:9]) for _ in range(rng.randint(0, 4))]
        case 3 if len(words) > 1:
            words = words[::-1]
        case _ if words:
            words[rng.randrange(len(words))] = rng.choice(WHOLE)
    return f"({', '.join(words)}{',' if len(words) == 1 else ''})"


DOOR = Door("graphs", make, begin)

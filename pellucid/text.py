"""Reading graphs from their text form.

    parse       the graph that a text stands for; the inverse of str(graph)
"""

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from pellucid.errors import GraphError, closest
from pellucid.graph import Graph, Node, Value, digest
from pellucid.primitives import PRIMITIVES, Primitive

_VALUE = re.compile(r"(?P<name>[^\s:,()]+): (?P<dtype>\w+)\[(?P<shape>[\d,]*)\]")
_NODE = re.compile(r"(?P<name>[\w: -]+)\((?P<fields>.*)\) of \((?P<inputs>.*?)\)(?:  # (?P<scope>.*))?")
_FIELD = re.compile(r"(\w+)=(.*?)(?=, \w+=|$)")


def parse(
    text: str,
    *,
    constants: Iterable[Any] = (),
    primitives: Iterable[type[Primitive]] = PRIMITIVES,
) -> Graph:
    """The graph that a text form stands for, checked.

    `constants`: the arrays of constants printed only as a digest (more than 16 elements).
    `primitives`: the classes that names are looked up in; add your own here.
    Errors: GraphError, naming the line that cannot be read.
    """
    large = {digest(array): array for array in constants}
    classes = {cls.name: cls for cls in primitives}
    lines = [line.strip() for line in text.strip().splitlines()]
    if len(lines) < 2 or not lines[0].startswith("graph(") or lines[-1][:6] != "return":
        raise GraphError("parse: a graph begins with `graph(...)` and ends with `return ...`.")
    inputs = tuple(_value(match) for match in _VALUE.finditer(lines[0][len("graph(") : -1]))
    known = {value.name: value for value in inputs}
    held: list[tuple[Value, Any]] = []
    nodes: list[Node] = []
    for line in lines[1:-1]:
        left, _, right = line.partition(" = ")
        match = _VALUE.fullmatch(left)
        if match is None:
            raise GraphError(f"parse: cannot read `{line}`. A line is `name: dtype[sizes] = ...`.")
        value = _value(match)
        if right.startswith("constant "):
            held.append((value, _constant(right[len("constant ") :], value, large)))
        else:
            nodes.append(_node(right, value, known, classes))
        known[value.name] = value
    outputs = _names(lines[-1][len("return") :], known)
    graph = Graph(inputs, tuple(held), tuple(nodes), outputs)
    graph.check()
    return graph


def _value(match: re.Match[str]) -> Value:
    sizes = tuple(int(n) for n in match["shape"].split(",") if n)
    return Value(match["name"], sizes, np.dtype(match["dtype"]))


def _constant(text: str, value: Value, large: Mapping[str, Any]) -> Any:
    if not text.startswith("["):
        if text not in large:
            raise GraphError(f"parse: constant {value} is only named, by {text}. Pass its array.")
        return large[text]
    words = [word.strip() for word in text.strip("[]").split(",") if word.strip()]
    if value.dtype == np.dtype(bool):
        return np.array([word == "True" for word in words], value.dtype).reshape(value.shape)
    # Through the dtype's own parser: integers above 2^53 must not pass through a float.
    return np.array(words, dtype=str).astype(value.dtype).reshape(value.shape)


def _names(text: str, known: Mapping[str, Value]) -> tuple[Value, ...]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise GraphError(f"parse: {name} is used before it is defined.")
    return tuple(known[name] for name in names)


def _node(
    text: str, output: Value, known: Mapping[str, Value], classes: Mapping[str, type[Primitive]]
) -> Node:
    match = _NODE.fullmatch(text)
    if match is None:
        raise GraphError(f"parse: cannot read `{text}`. A node is `name(fields) of (inputs)`.")
    if match["name"] not in classes:
        raise GraphError(f"parse: no primitive {match['name']!r}. {closest(match['name'], classes)}")
    cls = classes[match["name"]]
    given = {name: _field(word) for name, word in _FIELD.findall(match["fields"])}
    if set(given) != {f.name for f in fields(cls)}:
        raise GraphError(f"parse: {cls.name} has the fields {[f.name for f in fields(cls)]}.")
    return Node(cls(**given), _names(match["inputs"], known), output, match["scope"] or "")


def _field(word: str) -> Any:
    """An attribute: a Python literal, a special float, or a dtype."""
    try:
        return ast.literal_eval(word)
    except (ValueError, SyntaxError):
        pass
    try:
        return float(word)
    except ValueError:
        return np.dtype(word)

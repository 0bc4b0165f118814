"""Reading graphs from their text form.

    parse       the graph that a text stands for; the inverse of str(graph)

A text is `graph(inputs)`, then a line `name: dtype[sizes] = ...` for each constant and each
node, then `return names`. What stands behind `  # ` is the layer that asked for the node. The
body of a loop is such a text itself, below its node.
"""

import ast
import math
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from pellucid.errors import GraphError, PellucidError, closest, nearest
from pellucid.graph import Graph, Node, Value
from pellucid.primitives import PRIMITIVES, RECORDS, Primitive
from pellucid.primitives.base import DTYPES, DType, Shape
from pellucid.primitives.parts import pack
from pellucid.strict import strict
from pellucid.written import digest

_SIZES = r"\[(?P<shape>([0-9]+(,[0-9]+)*)?)\]"
_VALUE = re.compile(r"(?P<name>[\w.%~-]+): (?P<dtype>\w+|\{[^{}]*\})" + _SIZES)
_PART = re.compile(r"(?P<dtype>\w+)" + _SIZES)
_DTYPES = {str(dtype): dtype for dtype in DTYPES}
_COMMA = re.compile(",")
_BETWEEN_VALUES = re.compile(r"(?<=\]),")  # the commas of the sizes stand before the bracket
_SHOWN = 200  # characters of a text that an error shows
_DEEPEST = 16  # bodies within bodies: each is checked within the other
_LONGEST = 20_000  # characters of attributes: 64 axes need no more, and Python's own parser memory


@strict
def parse(
    text: str,
    *,
    constants: Iterable[Any] = (),
    primitives: Iterable[type[Primitive]] = (),
) -> Graph:
    """The graph that a text form stands for, checked.

    `constants`: the arrays of constants printed only as a digest (more than 16 elements).
    `primitives`: classes of your own, in which names are looked up beside pellucid's.
    Errors: GraphError, naming the line that cannot be read.

    >>> graph = parse('''graph(x: float32[2])
    ...     %0: float32[2] = exp() of (x)
    ...     return %0''')
    >>> graph.nodes[0].primitive
    Exp()
    """
    lines = text.strip().splitlines()
    classes = {cls.name: cls for cls in (*RECORDS, *PRIMITIVES, *primitives)}
    readers = [_Reader({digest(array): array for array in constants}, classes)]
    for number, line in enumerate(lines, start=1):
        try:
            _read(readers, line.strip(), first=number == 1, last=number == len(lines))
        except (PellucidError, ValueError, TypeError, SyntaxError, OverflowError) as fault:
            raise GraphError(f"parse: line {number}, `{_short(line.strip())}`: {fault}") from fault
    return readers[0].graph()


def _read(readers: list["_Reader"], line: str, *, first: bool, last: bool) -> None:
    """Take in one line, for the innermost graph that has begun and not ended."""
    if line.startswith("graph(") and not first:
        if len(readers) > _DEEPEST:
            raise GraphError(f"a body within {_DEEPEST} others. So many are read.")
        readers.append(_Reader(readers[0].large, readers[0].classes))
        first = True
    inner = len(readers) > 1 and line.startswith("return ")
    readers[-1].read(line, first=first, last=last or inner)
    if inner:
        body = readers.pop().graph()
        readers[-1].complete(body)


@dataclass
class _Reader:
    """What is known of a graph after the lines read so far."""

    large: Mapping[str, Any]
    classes: Mapping[str, type[Primitive]]
    known: dict[str, Value] = field(default_factory=dict)
    inputs: tuple[Value, ...] = ()
    constants: list[tuple[Value, Any]] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    outputs: tuple[Value, ...] | None = None
    waiting: tuple[str, Value] | None = None  # a node whose body follows

    def read(self, line: str, *, first: bool, last: bool) -> None:
        """Take in one line."""
        if self.waiting is not None:
            raise GraphError("the body of the node above is expected, from `graph(` to `return`.")
        if first:
            words = _split(_between(line, "graph(", ")"), _BETWEEN_VALUES)
            self.inputs = tuple(_value(word) for word in words)
            self.known = {value.name: value for value in self.inputs}
        elif last:
            self.outputs = self._values(_between(f"{line} ", "return ", ""))
        else:
            left, _, right = line.partition(" = ")
            value = _value(left)
            if right.startswith("constant "):
                array = self._constant(right.removeprefix("constant "), value)
                self.constants.append((value, array))
            elif right.startswith("scan("):
                self.waiting = right, value
            else:
                self.nodes.append(self._node(right, value))
            self.known[value.name] = value

    def complete(self, body: Graph) -> None:
        """Take in the body of the node before."""
        if self.waiting is None:
            raise GraphError("a body that belongs to no node above it.")
        self.nodes.append(self._node(*self.waiting, body))
        self.waiting = None

    def graph(self) -> Graph:
        """The graph, checked."""
        if self.outputs is None:
            raise GraphError("parse: a graph begins with `graph(...)` and ends with `return ...`.")
        graph = Graph(self.inputs, tuple(self.constants), tuple(self.nodes), self.outputs)
        graph.check()
        return graph

    def _values(self, text: str) -> tuple[Value, ...]:
        names = _split(text, _COMMA)
        for name in names:
            if name not in self.known:
                raise GraphError(
                    f"{_short(name)} is not defined before. A value comes before its use."
                )
        return tuple(self.known[name] for name in names)

    def _constant(self, text: str, value: Value) -> Any:
        if text.startswith("sha256:"):
            if text not in self.large:
                raise GraphError("only a digest of the elements is here. Pass the array itself.")
            return self.large[text]
        if value.dtype.names is not None:
            raise GraphError("a record is no constant.")
        words = _split(_between(text, "[", "]"), _COMMA)
        if len(words) != math.prod(value.shape):
            raise GraphError(f"{len(words)} numbers for {value}. Each of its elements has one.")
        if value.dtype == np.dtype(bool):
            if not {"True", "False"}.issuperset(words):
                raise GraphError("a boolean is True or False.")
            array = np.array([word == "True" for word in words], bool)
        else:
            # By the dtype's own type: integers above 2^53 must not pass through a float.
            array = np.array([value.dtype.type(word) for word in words], value.dtype)
        return array.reshape(value.shape)

    def _node(self, text: str, output: Value, *bodies: Graph) -> Node:
        words, _, scope = text.partition("  # ")
        call, _, inputs = words.rpartition(" of ")
        name, bracket, attributes = call.partition("(")
        if not bracket:
            raise GraphError("a node is written `primitive(attributes) of (inputs)`.")
        if name not in self.classes:
            near = nearest(_short(name), self.classes)
            guess = f" Did you mean {near!r}?" if near else ""
            raise GraphError(
                f"no primitive {_short(name)!r}.{guess} One of your own is known by its class: "
                "primitives=(Own,)."
            )
        primitive = _primitive(self.classes[name], f"({attributes}", *bodies)
        return Node(primitive, self._values(_between(inputs, "(", ")")), output, scope)


def _between(text: str, opening: str, closing: str) -> str:
    """What stands between an opening and a closing mark."""
    if not (text.startswith(opening) and text.endswith(closing)):
        raise GraphError(f"here `{opening}...{closing}` is expected.")
    return text[len(opening) : len(text) - len(closing)]


def _short(text: str) -> str:
    """What an error shows of a text."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _split(text: str, separator: re.Pattern[str]) -> list[str]:
    """The words between separators."""
    return [word.strip() for word in separator.split(text)] if text.strip() else []


def _value(text: str) -> Value:
    match = _VALUE.fullmatch(text)
    if match is None:
        raise GraphError(f"`{_short(text)}` is no value. A value is written `name: dtype[sizes]`.")
    if match["dtype"].startswith("{"):
        words = _split(match["dtype"][1:-1], _BETWEEN_VALUES)
        return Value(match["name"], _sizes(match), pack("graph", map(_part, words)))
    return Value(match["name"], _sizes(match), _dtype(match["dtype"]))


def _part(word: str) -> tuple[DType, Shape]:
    """Dtype and sizes of an array of a record."""
    match = _PART.fullmatch(word)
    if match is None:
        raise GraphError(f"`{_short(word)}` is no array of a record. It is written `dtype[sizes]`.")
    return _dtype(match["dtype"]), _sizes(match)


def _dtype(word: str) -> DType:
    if word not in _DTYPES:
        raise GraphError(f"no dtype {_short(word)!r}. {closest(_short(word), _DTYPES)}")
    return _DTYPES[word]


def _sizes(match: re.Match[str]) -> Shape:
    return tuple(int(n) for n in match["shape"].split(",") if n)


def _primitive(cls: type[Primitive], call: str, *bodies: Graph) -> Primitive:
    """The primitive with the attributes written as a call, `(axis=(0,))`, behind its bodies."""
    names = [f.name for f in fields(cls)][len(bodies) :]
    if len(call) > _LONGEST:
        raise GraphError(f"{len(call)} characters of attributes. At most {_LONGEST} are read.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # said of what is refused anyway
            expression = ast.parse(f"f{call}", mode="eval").body
        given = _keywords(expression)
        values = [_attribute(keyword.value) for keyword in given or ()]
    except (RecursionError, MemoryError) as fault:
        # What Python says of an expression that is nested too deep.
        raise GraphError(f"{cls.name}: attributes nested too deep.") from fault
    if given is None or [keyword.arg for keyword in given] != names:
        raise GraphError(f"{cls.name} has the attributes {names}, in this order.")
    return cls(*bodies, **dict(zip(names, values, strict=True)))


def _keywords(expression: ast.expr) -> list[ast.keyword] | None:
    """The arguments of a call that has only such as have a name."""
    match expression:
        case ast.Call(func=ast.Name(), args=[], keywords=keywords):
            return keywords
    return None


def _attribute(node: ast.expr) -> Any:
    """An attribute: a Python literal, a special float, or a dtype; or a tuple of such."""
    match node:
        case ast.Tuple(elts=parts):
            return tuple(_attribute(part) for part in parts)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Name(id="inf")):
            return -np.inf
        case ast.Name(id="inf" | "nan" as word):
            return float(word)
        case ast.Name(id=word):
            return np.dtype(word)
        case _:
            return ast.literal_eval(node)

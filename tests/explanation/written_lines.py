"""Written lines evaluated as they stand: a reader of the text that a backward pass prints.

    checked         every line of a backward pass against a run: what differs by more than the bound
    evaluate        the value of a text, from the values of its names

The grammar is that of `pellucid.explanation.notation`: juxtaposition is the product of matrices,
`*` and `/` go element by element, sums keep their axes.
"""

import ast
import dataclasses
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import special

from pellucid.explanation.arrays import MANY
from pellucid.explanation.trace import trace

TOKEN = re.compile(
    r"[A-Za-z_]\w*\[\d+\]|[A-Za-z_]\w*\(|[A-Za-z_]\w*|%\w+|\d+(?:\.\d+)?(?:e[+-]?\d+)?"
    r"|<=|>=|!=|[-+*/^()\[\],<>=]"
)
FLOOR = 1e-6  # errors of smaller numbers, which are sums that cancel, are relative to it


def _softmax(x, axis):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _onehot(ids, count):
    return (np.asarray(ids).astype(int)[..., None] == np.arange(int(count))).astype(float)


KNOWN = {
    "sigmoid": special.expit, "tanh": np.tanh, "exp": np.exp, "log": np.log, "sqrt": np.sqrt,
    "abs": np.abs, "sign": np.sign, "sin": np.sin, "cos": np.cos, "erf": special.erf,
    "where": lambda p, a, b: np.where(np.asarray(p) != 0, a, b),
    "floor": np.floor, "normal_cdf": special.ndtr, "softmax": _softmax, "onehot": _onehot,
    "reshape": lambda x, *sizes: np.reshape(x, [int(n) for n in sizes]),
    "broadcast_to": lambda x, *sizes: np.broadcast_to(x, [int(n) for n in sizes]),
    "max": lambda *x, axis=None: np.maximum(*x) if axis is None
    else np.max(*x, axis=axis, keepdims=True),
    "min": lambda x, axis: np.min(x, axis=axis, keepdims=True),
    "prod": lambda x, axis: np.prod(x, axis=axis, keepdims=True),
}  # fmt: skip
COMPARE = {
    "<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal,
    "=": np.equal, "!=": np.not_equal,
}  # fmt: skip


class Reader:
    """One text, read from left to right."""

    def __init__(self, text: str, values: Mapping[str, Any], functions: Mapping[str, Any], columns):
        self.tokens = TOKEN.findall(text)
        self.values, self.functions, self.columns = values, functions, columns
        self.place = 0

    @property
    def next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.next
        assert not wanted or token == wanted, (wanted, token, self.tokens)
        self.place += 1
        return token

    def total(self):
        negative = self.next == "-" and bool(self.take())
        value = self.term()
        value = -value if negative else value
        while self.next in ("+", "-"):
            sign = self.take()
            other = self.term()
            value = value + other if sign == "+" else value - other
        return value

    def term(self):
        value = self.matrix()
        while self.next in ("*", "/"):
            sign = self.take()
            other = self.matrix()
            value = value * other if sign == "*" else value / other
        return value

    def matrix(self):
        value = self.power()
        while re.match(r"[A-Za-z_(%\d]", self.next):
            value = value @ self.power()
        return value

    def power(self):
        value = self.atom()
        while self.next == "^":
            self.take()
            if self.next == "T":
                self.take()
                value = (
                    np.reshape(value, (-1, 1)) if np.ndim(value) == 1 else value.swapaxes(-1, -2)
                )
            else:
                value = value ** self.atom()
        return value

    def atom(self):
        token = self.take()
        if token == "(":
            value = self.total()
            self.take(")")
            return value
        if token == "[":
            a = self.total()
            if self.next == "]":
                self.take()
                return np.asarray(a, float)
            sign, b = self.take(), self.total()
            self.take("]")
            return COMPARE[sign](a, b).astype(float)
        if token.endswith("("):
            return self.call(token[:-1])
        return float(token) if token[0].isdigit() else self.values[token]

    def call(self, name: str):
        given: list[Any] = []
        axis = None
        while self.next != ")":
            if self.next == "axis":
                self.take(), self.take("=")
                axis = ast.literal_eval("".join(iter(self.literal, "")))
            else:
                given.append(self.total())
            if self.next == ",":
                self.take()
        self.take(")")
        if name == "sum":
            axis = (-1 if self.columns else 0) if axis is None else axis
            return np.sum(given[0], axis=axis, keepdims=True)
        if name in self.functions:
            rule = with_samples(self.functions[name], int(self.values["m"]))
            return np.asarray(rule.forward(np, *given))
        return KNOWN[name](*given, **({} if axis is None else {"axis": axis}))

    def literal(self) -> str:
        """The next token of a number or a tuple of numbers, nothing behind it."""
        before = self.tokens[: self.place]
        depth = 0
        for token in reversed(before):
            if token == "=":
                break
            depth += {"(": 1, ")": -1}.get(token, 0)
        is_done = (self.next == ")" and depth == 0) or (self.next == "," and depth == 0)
        return "" if is_done else self.take()


def with_samples(rule: Any, m: int) -> Any:
    """A primitive of a capture with many samples, for as many as there are."""
    if not dataclasses.is_dataclass(rule):
        return rule
    return dataclasses.replace(
        rule, **{f.name: _counted(getattr(rule, f.name), m) for f in dataclasses.fields(rule)}
    )


def _counted(value: Any, m: int) -> Any:
    if isinstance(value, tuple):
        return tuple(_counted(each, m) for each in value)
    is_count = isinstance(value, int) and value and value % MANY == 0
    return value // MANY * m if is_count else value


def evaluate(text: str, values: Mapping[str, Any], functions: Mapping[str, Any], columns: bool):
    """The value of a text."""
    reader = Reader(text, values, functions, columns)
    value = reader.total()
    assert not reader.next, (text, reader.tokens[reader.place :])
    return np.asarray(value)


def checked(written: Any, function: Any, *inputs: Any, floor: float = FLOOR) -> dict[str, float]:
    """For each line the largest error, relative to the largest number there, in a run."""
    run = trace(function, *inputs)
    columns = written.notation == "columns"
    sizes = [np.shape(x)[0] for x in inputs if np.ndim(x)]
    values: dict[str, Any] = {
        "inf": np.inf,
        "m": float(sizes[0]) if sizes else 1.0,
        **written.constants,
    }
    for text, (name, flipped) in written.inputs.items():
        values[text] = turned(np.asarray(run.array(name)), flipped)
    if written.upstream:
        ones = np.ones(run.array(run.result.name).shape)
        values[written.upstream] = turned(ones, columns and ones.ndim in (1, 2))
    errors: dict[str, float] = {}
    for line in (*written.forward, *written.backward):
        if line.gradient:
            true = np.asarray(run.gradients[line.value])
            true = true * values["m"] if line.per_sample else true
        elif line.value:
            true = np.asarray(run.array(line.value))
        else:
            true = None
        with np.errstate(all="ignore"):
            found = evaluate(line.right, values, written.functions, columns)
        if true is None:
            values[line.left] = found
            continue
        true = turned(true, line.flipped)
        shown = found.reshape(true.shape) if found.size == true.size else (
            np.broadcast_to(found, true.shape))  # fmt: skip
        scale = max(np.abs(true).max(initial=0.0), floor)
        errors[str(line)] = float(np.abs(shown - true).max(initial=0.0) / scale)
        values[line.left] = true
    return errors


def turned(array: Any, flipped: bool) -> Any:
    """The transpose where that is how it is written."""
    if not flipped:
        return array
    return array.reshape(-1, 1) if array.ndim == 1 else array.T

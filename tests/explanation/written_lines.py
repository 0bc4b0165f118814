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
from unittest import mock

import numpy as np
from explanation.correlated import corr, corr_m, flip
from explanation.unrolled import unrolled
from scipy import special

from pellucid import scanning
from pellucid.explanation.arrays import MANY
from pellucid.explanation.trace import trace

TOKEN = re.compile(
    r"\[t=\d+\]|[A-Za-z_]\w*\(|[A-Za-z_]\w*(?:\[\d+\])?(?:_t\b|_\d+\b)?(?:_?\{[^}]*\})?|%\w+"
    r"|\d+(?:\.\d+)?(?:e[+-]?\d+)?|<=|>=|!=|[-+*/^()\[\],<>=:]"
)
STEP = re.compile(r"(.+)_(?:t|(\d+)|\{t([+-]\d+)\}|\{(\d+)\})")
FLOOR = 1e-6  # errors of smaller numbers, which are sums that cancel, are relative to it


def _softmax(x, axis):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _onehot(ids, count):
    return (np.asarray(ids).astype(int)[..., None] == np.arange(int(count))).astype(float)


KNOWN = {
    "corr": corr, "corr_m": corr_m, "flip": flip, "reversed": np.flip,
    "sigmoid": special.expit, "tanh": np.tanh, "exp": np.exp, "log": np.log, "sqrt": np.sqrt,
    "abs": np.abs, "sign": np.sign, "sin": np.sin, "cos": np.cos, "erf": special.erf,
    "where": lambda p, a, b: np.where(np.asarray(p) != 0, a, b),
    "floor": np.floor, "normal_cdf": special.ndtr, "softmax": _softmax, "onehot": _onehot,
    "reshape": lambda x, *sizes: np.reshape(x, [int(n) for n in sizes]),
    "permute_dims": lambda x, *axes: np.transpose(x, [int(n) for n in axes]),
    "concat": lambda *x, axis: np.concatenate(x, axis),
    "padded": lambda x, before, after, axis: np.pad(
        x, [(int(before), int(after)) if i == axis else (0, 0) for i in range(np.ndim(x))]),
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


class Times:
    """What names with a step below them stand for: `steps` by step, `slices` by axis of time."""

    def __init__(self, steps: Mapping[str, Any], slices: Mapping[str, int], columns: bool):
        self.steps, self.slices, self.columns = steps, slices, columns
        self.t = 0

    def count(self, tokens, values):
        """How many steps what is told with these tokens has."""
        for token in tokens:
            found = STEP.fullmatch(token)
            if found and found[1] in self.steps:
                return len(self.steps[found[1]])
            if found and found[1] in self.slices:
                return values[found[1]].shape[self.slices[found[1]][0]]
        raise AssertionError(tokens)

    def at(self, token, values):
        """The value of a name at a step; nothing beyond the steps that there are."""
        base, number, further, fixed = STEP.fullmatch(token).groups()
        t = int(number or fixed) if number or fixed else self.t + int(further or 0)
        if base in self.slices and base not in self.steps:
            found = np.take(values[base], t - 1, self.slices[base][0])
            return turned(found, self.columns and found.ndim in (1, 2))
        known = self.steps[base]
        start = values.get(f"{base}_{t}", values.get(f"{base}_{{{t}}}"))
        is_inside = 1 <= t <= len(known)
        return (
            known[t - 1] if is_inside else np.zeros_like(known[0]) + (0 if start is None else start)
        )


class Reader:
    """One text, read from left to right."""

    def __init__(
        self, text, values: Mapping[str, Any], functions: Mapping[str, Any], columns, times
    ):
        self.tokens = TOKEN.findall(text)
        self.values, self.functions, self.columns = values, functions, columns
        self.times = times
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
        while self.next == "^" or self.is_piece():
            if self.take() == "[":
                value = value[self.piece()]
                continue
            if self.next == "T":
                self.take()
                value = (
                    np.reshape(value, (-1, 1)) if np.ndim(value) == 1 else value.swapaxes(-1, -2)
                )
            else:
                value = value ** self.atom()
        return value

    def is_piece(self):
        """Whether places along axes follow: `[:, 0:4]`."""
        inner = self.tokens[self.place : self.place + 3]
        return inner[:1] == ["["] and ":" in inner

    def piece(self):
        text = ""
        while self.next != "]":
            text += self.take()
        self.take()
        ends = [each.split(":") for each in text.split(",")]
        return tuple(slice(*(int(n) if n else None for n in each)) for each in ends)

    def over_steps(self):
        """The value of what follows at each step."""
        start, before = self.place, self.times.t
        depth, end = 1, self.place
        while depth:
            depth += {"(": 1, ")": -1}.get(self.tokens[end][-1], 0)
            end += 1
        found = []
        for t in range(self.times.count(self.tokens[start:end], self.values)):
            self.place, self.times.t = start, t + 1
            found.append(self.total())
        self.times.t = before
        return found

    def atom(self):
        token = self.take()
        if token.startswith("[t="):
            return float(self.times.t == int(token[3:-1]))
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
        if token[0].isdigit():
            return float(token)
        return self.values[token] if token in self.values else self.times.at(token, self.values)

    def call(self, name: str):
        given: list[Any] = []
        options: dict[str, Any] = {}
        while self.next != ")":
            if self.tokens[self.place + 1] == "=" and self.next.isidentifier():
                option = self.take()
                self.take("=")
                options[option] = ast.literal_eval("".join(iter(self.literal, "")))
            elif name in ("sum_t", "stack_t") and not given:
                given.append(self.over_steps())
            else:
                given.append(self.total())
            if self.next == ",":
                self.take()
        self.take(")")
        axis = options.get("axis")
        if name == "sum":
            axis = (-1 if self.columns else 0) if axis is None else axis
            return np.sum(given[0], axis=axis, keepdims=True)
        if name == "sum_t":
            return sum(given[0])
        if name == "stack_t":
            return np.stack(given[0], axis or 0)
        if name == "step_t":
            return np.take(given[0], self.times.t - 1, axis)
        if name in self.functions:
            rule = with_samples(self.functions[name], int(self.values["m"]))
            return np.asarray(rule.forward(np, *given))
        return KNOWN[name](*given, **options)

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


def evaluate(text: str, values: Mapping[str, Any], functions: Mapping[str, Any], times: Times):
    """The value of a text."""
    reader = Reader(text, values, functions, times.columns, times)
    value = reader.total()
    assert not reader.next, (text, reader.tokens[reader.place :])
    return np.asarray(value)


def checked(written: Any, function: Any, *inputs: Any, floor: float = FLOOR) -> dict[str, float]:
    """For each line the largest error, relative to the largest number there, in a run."""
    with mock.patch.object(scanning, "MOST_ROWS", 0):  # as with many samples
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
    lines = (*written.forward, *written.backward)
    inside = unrolled(run) if any(line.loop for line in lines) else ({}, {})
    steps = {}
    for line in lines:
        if line.loop and line.value:
            true = inside[line.gradient][line.value]
            steps[line.left.removesuffix("_t")] = [_true(line, x, values) for x in true]
    times = Times(steps, written.slices, columns)
    errors: dict[str, float] = {}
    for line in lines:
        if line.loop:
            _check_steps(line, values, written.functions, times, errors, floor)
            continue
        with np.errstate(all="ignore"):
            found = evaluate(line.right, values, written.functions, times)
        if not line.value:
            values[line.left] = found
            continue
        known = run.gradients if line.gradient else run.tensors
        array = known[line.value] if line.gradient else known[line.value].array
        true = _true(line, array, values)
        errors[str(line)] = _error(found, true, floor)
        values[line.left] = true
    return errors


def _true(line: Any, array: Any, values: Mapping[str, Any]) -> Any:
    """A value of a run as its line has it."""
    true = np.asarray(array)
    return turned(true * values["m"] if line.per_sample else true, line.flipped)


def _check_steps(line, values, functions, times: Times, errors, floor) -> None:
    """The error of a line of a loop, at the step where it is largest."""
    base = line.left.removesuffix("_t")
    found = []
    for t in range(line.loop.steps):
        times.t = t + 1
        with np.errstate(all="ignore"):
            found.append(evaluate(line.right, values, functions, times))
    true = times.steps.setdefault(base, found)
    scale = max(floor, *(np.abs(each).max(initial=0.0) for each in true))
    if line.value:
        both = zip(found, true, strict=True)
        errors[str(line)] = max(_error(a, b, scale) for a, b in both)


def _error(found: Any, true: Any, floor: float) -> float:
    """The largest difference, relative to the largest number."""
    shown = found.reshape(true.shape) if found.size == true.size else (
        np.broadcast_to(found, true.shape))  # fmt: skip
    scale = max(np.abs(true).max(initial=0.0), floor)
    return float(np.abs(shown - true).max(initial=0.0) / scale)


def turned(array: Any, flipped: bool) -> Any:
    """The transpose where that is how it is written."""
    if not flipped:
        return array
    return array.reshape(-1, 1) if array.ndim == 1 else array.T

"""Checks of how a loss ends: in a mean over the batch, that falls where the answers get better.

summed      a sum over the batch in the place of a mean
scaled      a mean that is multiplied by a large number
negated     a loss with a minus before it
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pellucid import functional
from pellucid.graph import Node, Value
from pellucid.languages import said
from pellucid.linter.findings import Finding, told
from pellucid.linter.patterns import moved
from pellucid.linter.subject import Subject
from pellucid.linter.trace import TARGETS, Trace
from pellucid.primitives import Add, Divide, Multiply, Negative, Subtract, Sum
from pellucid.tables import significant

SMALLEST = 5  # samples: in fewer a sum cannot be told from a mean
SUMMED = 0.3  # of a factor before the sum: a mean has 1 / samples, half a sum of squares 1 / 2
SUMS = (0.5, 1.0, 2.0)  # factors of what is meant as a sum
LOSSES = frozenset(name for name in dir(functional) if name.endswith(("entropy", "error", "loss")))


def summed(subject: Subject) -> Iterator[Finding]:
    """A loss that grows with the batch: its steps do too."""
    n = subject.trace.batch
    ending = _ending(subject)
    if ending is None or not _is_large(ending, n) or abs(ending.factor) not in SUMS:
        return
    yield told(
        said("the loss is a sum over the samples of a batch, not their mean."),
        subject.place(ending.total),
        said(
            "L = sum over i of l_i: with {n} samples loss and gradient are {n} times those of "
            "the mean, and a step is that much larger.",
            n=subject.batch_size or n,
        ),
        said("Take mean() in the place of sum(); or divide the learning rate by the batch size."),
    )


def scaled(subject: Subject) -> Iterator[Finding]:
    """A loss that is many times the mean over the batch."""
    n = subject.trace.batch
    ending = _ending(subject)
    if ending is None or not _is_large(ending, n) or abs(ending.factor) in SUMS:
        return
    times = significant(abs(ending.factor) * n)
    yield told(
        said("the loss is {times} times the mean over the samples of a batch.", times=times),
        subject.place(ending.total),
        said(
            "L = {times} sum over i of l_i / {n}: gradients and the steps of SGD are that much "
            "larger; Adam, which divides by their size, does not see it.",
            times=times,
            n=n,
        ),
        said("Leave the factor out, and choose the learning rate in its place."),
    )


def negated(subject: Subject) -> Iterator[Finding]:
    """A loss of pellucid with a minus before it: training makes the answers worse."""
    found = _negative(subject.trace)
    if found is None:
        return
    node, name = found
    yield told(
        said("{name} is taken with a minus: training makes it large.", name=name),
        subject.place(node),
        said(
            "L = -{name}: each step makes L smaller, and so {name} larger and the answers worse, "
            "without an end.",
            name=name,
        ),
        said("Leave the minus out: {name} is a loss already, the lower the better.", name=name),
    )


@dataclass(frozen=True)
class _Ending:
    """The sum that a loss ends with, and the number that it is multiplied by."""

    factor: float
    total: Node


def _is_large(ending: _Ending, n: int) -> bool:
    """Whether it is a sum over the samples, and far more than their mean."""
    sizes = [ending.total.inputs[0].shape[axis] for axis in ending.total.primitive.axis]
    return n >= SMALLEST and n in sizes and abs(ending.factor) >= SUMMED


def _ending(subject: Subject) -> _Ending | None:
    trace = subject.trace
    value = subject.trace.loss
    factor = 1.0
    kinds = (Multiply, Divide, Negative, Add, Sum)
    while node := trace.made_by(moved(trace, value), *kinds):
        if type(node.primitive) is Sum:
            return _Ending(factor, node)
        terms = [x for x in node.inputs if trace.has(x, TARGETS)]
        if len(terms) != 1:
            break
        value = terms[0]
        if type(node.primitive) in (Multiply, Divide):
            number = trace.number(next(x for x in node.inputs if x != value))
            if not number:
                break
            factor *= number if type(node.primitive) is Multiply else 1.0 / number
    return None


def _negative(trace: Trace) -> tuple[Node, str] | None:
    """Where a loss of ours gets a minus outside of it, and which loss that is."""
    value = trace.loss
    sign = 1.0
    where = None
    kinds = (Multiply, Divide, Negative, Add, Subtract)
    while node := trace.made_by(moved(trace, value), *kinds):
        name = node.scope.rpartition(".")[2]
        terms = [x for x in node.inputs if trace.has(x, TARGETS)]
        if name in LOSSES or len(terms) != 1:
            break
        value = terms[0]
        turned = _sign(trace, node, value)
        sign = sign * turned
        where = node if turned < 0.0 else where
    node = trace.made_by(moved(trace, value), *kinds, Sum)
    name = node.scope.rpartition(".")[2] if node is not None else ""
    return (where, name) if where is not None and sign < 0.0 and name in LOSSES else None


def _sign(trace: Trace, node: Node, value: Value) -> float:
    """The sign that an operation gives one of its inputs."""
    kind = type(node.primitive)
    if kind is Negative:
        return -1.0
    if kind is Subtract:
        return 1.0 if node.inputs[0] == value else -1.0
    if kind in (Multiply, Divide):
        number = trace.number(next((x for x in node.inputs if x != value), value))
        return -1.0 if number is not None and number < 0.0 else 1.0
    return 1.0

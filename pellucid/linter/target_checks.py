"""Checks of targets in the loss: whether they stand beside what they are compared with.

broadcast        samples against samples
ids_as_numbers   numbers of classes, taken for quantities
"""

from collections.abc import Iterator, Sequence

from pellucid.graph import Node
from pellucid.languages import said
from pellucid.linter.findings import Finding, told
from pellucid.linter.patterns import moved
from pellucid.linter.subject import Subject
from pellucid.linter.trace import PARAMETERS, TARGETS
from pellucid.primitives import Cast, CheckedIds, Divide, Elementwise, Multiply, Subtract


def broadcast(subject: Subject) -> Iterator[Finding]:
    """Targets and outputs that stretch each other to samples x samples."""
    trace = subject.trace
    n = subject.trace.batch
    for node in trace.nodes:
        if not isinstance(node.primitive, Elementwise) or len(node.inputs) != 2 or n < 2:
            continue
        a, b = node.inputs
        sides = [(trace.sources.get(x.name, 0) & (TARGETS | PARAMETERS)) for x in (a, b)]
        y = node.output.shape
        if set(sides) != {TARGETS, PARAMETERS} or y in (a.shape, b.shape) or y.count(n) < 2:
            continue
        outputs, targets = (a, b) if sides[0] == PARAMETERS else (b, a)
        shapes = [_batch(shape, n) for shape in (outputs.shape, targets.shape, y)]
        yield _of_broadcast(node, shapes, subject.place(node), n)
        return


def _of_broadcast(node: Node, shapes: Sequence[str], place: str, n: int) -> Finding:
    return told(
        said(
            "outputs {a} and targets {b} are stretched to {y}: every output is compared with "
            "every target.",
            a=shapes[0],
            b=shapes[1],
            y=shapes[2],
        ),
        place,
        said(
            "{formula} broadcasts (N, 1) with (N,) to (N, N), here N = {n}. All samples are "
            "drawn to the mean of all targets.",
            formula=node.primitive.formula,
            n=n,
        ),
        said(
            "Give both one shape: outputs.reshape(t.shape), or targets of shape (N, 1). The "
            "losses of pellucid.functional refuse what does not fit."
        ),
    )


def _batch(shape: tuple[int, ...], n: int) -> str:
    """A shape with N for the samples: `(N, 1)`."""
    sizes = ["N" if size == n else str(size) for size in shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def ids_as_numbers(subject: Subject) -> Iterator[Finding]:
    """Numbers of classes, of more than two, taken for quantities."""
    trace = subject.trace
    for node in trace.nodes:
        if subject.train.classes <= 2 or type(node.primitive) not in (Subtract, Multiply, Divide):
            continue
        for ids, other in (node.inputs, node.inputs[::-1]):
            number = trace.made_by(moved(trace, ids, but=Cast), Cast)
            if number is None or not trace.has(other, PARAMETERS):
                continue
            source = moved(trace, number.inputs[0], CheckedIds)
            if source.dtype.kind in "iu" and trace.sources.get(source.name, 0) == TARGETS:
                yield _of_ids(subject, node, _batch(other.shape, trace.batch))
                return


def _of_ids(subject: Subject, node: Node, shape: str) -> Finding:
    classes = subject.train.classes
    return told(
        said(
            "the numbers of {classes} classes are taken for quantities, and compared "
            "with outputs {shape}.",
            classes=classes,
            shape=shape,
        ),
        subject.place(node),
        said(
            "{formula} with class ids 0 to {last}: class {last} would be {last} times as "
            "much as class 1, and next to class {before}.",
            formula=node.primitive.formula,
            last=classes - 1,
            before=classes - 2,
        ),
        said(
            "Use cross_entropy with one output for each class; or compare with "
            "one_hot(t, {classes}).",
            classes=classes,
        ),
    )

"""Checks of targets in the loss: whether they stand beside what they are compared with.

broadcast        samples against samples
ids_as_numbers   numbers of classes, taken for quantities
"""

from collections.abc import Iterator

from pellucid.linter.findings import Told
from pellucid.linter.patterns import moved
from pellucid.linter.subject import Subject
from pellucid.linter.trace import PARAMETERS, TARGETS
from pellucid.linter.words import said
from pellucid.primitives import Cast, CheckedIds, Divide, Elementwise, Multiply, Subtract


def broadcast(subject: Subject) -> Iterator[Told]:
    """Targets and outputs that stretch each other to samples x samples."""
    trace, n = subject.trace, subject.trace.batch
    for node in trace.nodes:
        if not isinstance(node.primitive, Elementwise) or len(node.inputs) != 2 or n < 2:
            continue
        a, b = node.inputs
        sides = [(trace.sources.get(x.name, 0) & (TARGETS | PARAMETERS)) for x in (a, b)]
        if set(sides) != {TARGETS, PARAMETERS}:
            continue
        y = node.output.shape
        if y in (a.shape, b.shape) or y.count(n) < 2:
            continue
        outputs, targets = (a, b) if sides[0] == PARAMETERS else (b, a)
        yield Told(
            said(
                "outputs {a} and targets {b} are stretched to {y}: every output is compared with "
                "every target.",
                a=_batch(outputs.shape, n),
                b=_batch(targets.shape, n),
                y=_batch(y, n),
            ),
            subject.place(node),
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
        return


def _batch(shape: tuple[int, ...], n: int) -> str:
    """A shape with N for the samples: `(N, 1)`."""
    sizes = ["N" if size == n else str(size) for size in shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def ids_as_numbers(subject: Subject) -> Iterator[Told]:
    """Numbers of classes, of more than two, taken for quantities."""
    trace, classes = subject.trace, subject.train.classes
    for node in trace.nodes:
        if classes <= 2 or type(node.primitive) not in (Subtract, Multiply, Divide):
            continue
        for ids, other in (node.inputs, node.inputs[::-1]):
            number = trace.made_by(moved(trace, ids, but=Cast), Cast)
            if number is None or not trace.has(other, PARAMETERS):
                continue
            source = moved(trace, number.inputs[0], CheckedIds)
            is_id = source.dtype.kind in "iu" and trace.sources.get(source.name, 0) == TARGETS
            if not is_id:
                continue
            yield Told(
                said(
                    "the numbers of {classes} classes are taken for quantities, and compared "
                    "with outputs {shape}.",
                    classes=classes,
                    shape=_batch(other.shape, trace.batch),
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
            return

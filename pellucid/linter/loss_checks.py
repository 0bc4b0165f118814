"""Checks of the loss: what is put into it, and what it compares.

softmax_first, sigmoid_first, cut_logits
                what is done to the scores that a loss wants as they are
log_of_softmax  logarithms of what was rounded before
dropped_scores  dropout behind the last layer
"""

from collections.abc import Iterator

from pellucid.graph import Node, Value
from pellucid.languages import said
from pellucid.linter.findings import NOTE, WARNING, Finding, told
from pellucid.linter.patterns import (
    logits_of,
    moved,
    relu_of,
    sigmoid_of,
    softmax_of,
    tanh_of,
)
from pellucid.linter.subject import Subject
from pellucid.linter.trace import PARAMETERS, TARGETS, Trace
from pellucid.primitives import (
    Add,
    Divide,
    Log,
    Log1p,
    Maximum,
    Minimum,
    Multiply,
    RandomBits,
    Subtract,
    Sum,
    Take,
    Where,
)


def scores(subject: Subject) -> Iterator[tuple[Node, Value, Node]]:
    """What each loss on logits takes: its node, the scores, and the node that gave them."""
    trace = subject.trace
    seen: set[str] = set()
    for node in trace.nodes:
        z = logits_of(trace, node)
        if z is None or not trace.has(z, PARAMETERS) or not _meets_targets(subject, node):
            continue
        z = moved(trace, z)
        made = trace.maker.get(z.name)
        if made is not None and z.name not in seen:
            seen.add(z.name)
            yield node, z, made


def _meets_targets(subject: Subject, node: Node) -> bool:
    """Whether what the node gives is soon put together with targets, as in a loss."""
    trace = subject.trace
    waiting = [(node.output, 0)]
    while waiting:
        value, depth = waiting.pop()
        for use in trace.uses.get(value.name, ()):
            others = [x for x in use.inputs if x != value]
            if any(trace.has(other, TARGETS) for other in others):
                return True
            if depth < REACH:
                waiting.append((use.output, depth + 1))
    return False


REACH = 3  # operations between a logarithm and the targets


def softmax_first(subject: Subject) -> Iterator[Finding]:
    """Softmax before a loss that takes it by itself."""
    for loss, z, made in scores(subject):
        if softmax_of(subject.trace, z) is not None:
            n = z.shape[-1]
            yield told(
                said("softmax is taken twice: the loss takes it of what is softmax already."),
                subject.place(made),
                said(
                    "{loss} computes -log softmax(z) of its scores z {shape}. Here these lie "
                    "between 0 and 1, so that no class comes above e / (e + {rest}) = {most:.3f}: "
                    "the loss never comes below {least:.3f}, and gradients are small.",
                    loss=loss.scope or said("the loss"),
                    shape=z.shape,
                    rest=n - 1,
                    most=2.718281828 / (2.718281828 + n - 1),
                    least=_least(n),
                ),
                said(
                    "Give the loss the scores before softmax; for probabilities take softmax "
                    "afterwards."
                ),
            )


def _least(n: int) -> float:
    """-log(e / (e + n - 1)): the loss of a sure and right answer, softmax taken twice."""
    from math import e, log

    return log((e + n - 1) / e)


def sigmoid_first(subject: Subject) -> Iterator[Finding]:
    """A sigmoid before a loss that takes it by itself."""
    for loss, z, made in scores(subject):
        if sigmoid_of(subject.trace, z) is not None:
            yield told(
                said("a sigmoid stands before a loss that takes its own of the scores."),
                subject.place(made),
                said(
                    "{loss} takes scores z {shape} of any size. Here they lie between 0 and 1, "
                    "so that sigmoid(z) lies between 0.5 and 0.731: no is never said.",
                    loss=loss.scope or said("the loss"),
                    shape=z.shape,
                ),
                said(
                    "Leave the sigmoid out; or use binary_cross_entropy_from_probabilities, "
                    "which takes what it gives."
                ),
            )


def cut_logits(subject: Subject) -> Iterator[Finding]:
    """An activation that cuts or bounds the scores before the loss."""
    for loss, z, made in scores(subject):
        for kind, low in ((relu_of, "0"), (tanh_of, "-1")):
            if kind(subject.trace, z) is not None:
                name, high = ("relu", "+inf") if kind is relu_of else ("tanh", "1")
                yield told(
                    said("{name} stands between the last layer and the loss.", name=name),
                    subject.place(made),
                    said(
                        "{loss} takes scores z {shape} of any size. {name} keeps them between "
                        "{low} and {high}; where it is flat, the sample teaches nothing.",
                        loss=loss.scope or said("the loss"),
                        shape=z.shape,
                        name=name,
                        low=low,
                        high=high,
                    ),
                    said("Leave the activation behind the last layer out."),
                )


def log_of_softmax(subject: Subject) -> Iterator[Finding]:
    """The logarithm of a softmax or a sigmoid that was rounded before."""
    trace = subject.trace
    seen: set[str] = set()
    for node in trace.nodes:
        if type(node.primitive) not in (Log, Log1p):
            continue
        for value, is_chosen in _unguarded(subject, node.inputs[0]):
            of = "softmax" if softmax_of(trace, value) is not None else ""
            of = of or ("sigmoid" if sigmoid_of(trace, value) is not None else "")
            if of and value.name not in seen and trace.has(value, PARAMETERS):
                seen.add(value.name)
                severity = NOTE if is_chosen else WARNING
                yield _of_rounded(of, value, subject.place(node), severity)


def _of_rounded(of: str, value: Value, place: str, severity: str) -> Finding:
    return told(
        said("the logarithm of a {of} that was rounded before.", of=of),
        place,
        said(
            "In float32 e^-104 is 0 and 1 - e^-18 is 1: where scores {shape} are that far "
            "apart, the logarithm is -inf or 0, or what a guard makes of it, with a "
            "gradient of 0.",
            shape=value.shape,
        ),
        said(
            "Write functional.{stable}(z), which does not round in between; as a loss "
            "functional.{whole}(z, t), of the scores.",
            stable="log_" + of,
            whole="cross_entropy" if of == "softmax" else "binary_cross_entropy",
        ),
        severity,
    )


def _unguarded(subject: Subject, value: Value) -> Iterator[tuple[Value, bool]]:
    """What a logarithm is taken of, before guards, sums over classes and choices.

    With each, whether there was a choice: a loss of probabilities keeps 0 from the logarithm so.
    """
    trace = subject.trace
    waiting = [(value, False)]
    while waiting:
        value, is_chosen = waiting.pop()
        value = moved(trace, value, Take)
        yield value, is_chosen
        node = trace.made_by(value, Add, Subtract, Maximum, Minimum, Where, Multiply, Sum)
        if node is None:
            continue
        chooses = type(node.primitive) is Where
        mine = [x for x in node.inputs[chooses:] if trace.has(x, PARAMETERS)]
        # Of two that are learned it is another formula.
        waiting += [(x, is_chosen or chooses) for x in mine if len(mine) == 1]


def dropped_scores(subject: Subject) -> Iterator[Finding]:
    """Dropout of the scores themselves."""
    trace = subject.trace
    for loss, z, made in scores(subject):
        if not _switches_off(trace, made):
            continue
        yield told(
            said("dropout stands behind the last layer, before the loss."),
            subject.place(made),
            said(
                "{loss} takes scores z {shape}. Dropout sets some of them to 0 by chance: what the "
                "network said of these classes is lost, and teaches nothing.",
                loss=loss.scope or said("the loss"),
                shape=z.shape,
            ),
            said("Put dropout before the last layer: some of its inputs off, and all scores on."),
        )


def _switches_off(trace: Trace, made: Node) -> bool:
    """Whether what it gives is chosen, or multiplied, by random numbers."""
    if type(made.primitive) not in (Where, Multiply, Divide):
        return False
    waiting = list(made.inputs)
    for _ in range(FAR):
        if not waiting:
            return False
        maker = trace.maker.get(waiting.pop(0).name)
        if maker is not None and type(maker.primitive) is RandomBits:
            return True
        if maker is not None and not trace.has(maker.output, PARAMETERS):
            waiting += maker.inputs
    return False


FAR = 16  # operations between random bits and what they switch

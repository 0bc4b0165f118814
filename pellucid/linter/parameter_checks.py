"""Checks of parameters: what the loss reaches, what the optimizer holds, what it does to them.

unreached       parameters that the loss does not depend on, or through no gradient
unheld, foreign_parameters
                what only the model has, and what only the optimizer has
shared_twice    a parameter that is updated twice
penalised       penalties of biases and norms; penalised_twice, of one weight twice
"""

from collections.abc import Iterable, Iterator

from pellucid.errors import some
from pellucid.graph import Node
from pellucid.languages import said
from pellucid.linter.findings import ERROR, NOTE, WARNING, Finding, told
from pellucid.linter.patterns import moved
from pellucid.linter.subject import Subject
from pellucid.optim import Penalty, Proximal
from pellucid.primitives import Multiply, Power, Primitive, Sum
from pellucid.variables import Variable


def unreached(subject: Subject) -> Iterator[Finding]:
    """Parameters without a gradient of the loss, but for those that are frozen on purpose."""
    names = {v: name for name, v in subject.variables.items()}
    cut: dict[str, list[Variable]] = {}
    lost: list[Variable] = []
    own = set(subject.parameters.values())
    for parameter in dict.fromkeys((*subject.parameters.values(), *subject.held)):
        reached = parameter in subject.reached or parameter.frozen
        if reached or parameter not in subject.paths:
            continue
        node = _cut(subject, names[parameter]) if parameter in names else None
        if node is None and parameter in own:
            lost.append(parameter)
        elif node is not None:
            cut.setdefault(node.output.name, []).append(parameter)
    if lost:
        yield _of_lost(subject, lost)
    for name, those in cut.items():
        yield _of_cut(subject, subject.trace.maker[name], those)


def _of_lost(subject: Subject, lost: list[Variable]) -> Finding:
    return told(
        said("the loss does not depend on {names}.", names=_named(subject, lost)),
        "",
        said(
            "dL/dw does not exist for these {count:,} numbers: training leaves them as they are.",
            count=sum(v.size for v in lost),
        ),
        said("Use the layer in `forward`, or take it out of the model."),
    )


def _of_cut(subject: Subject, node: Node, those: list[Variable]) -> Finding:
    return told(
        said(
            "the loss depends on {names}, but no gradient comes back to them.",
            names=_named(subject, those),
        ),
        subject.place(node),
        said(
            "{primitive}: {formula}. Its derivative is 0 or none: {gradient}.",
            primitive=node.primitive.name,
            formula=node.primitive.formula,
            gradient=node.primitive.gradient_formula or said("none"),
        ),
        said("Take a smooth function in its place, such as sigmoid for step."),
    )


def _named(subject: Subject, variables: Iterable[Variable]) -> str:
    return some([f"{subject.paths[v]} {v.shape}" for v in variables], 4)


def _cut(subject: Subject, name: str) -> Node | None:
    """The last operation that keeps a gradient from a value; None where the value is not used."""
    alive = {name}
    last = None
    for node in subject.trace.nodes:
        if not any(value.name in alive for value in node.inputs):
            continue
        if _stops(node):
            last = node
        else:
            alive.add(node.output.name)
            last = last or node
    return last


def _stops(node: Node) -> bool:
    """Whether an operation has no gradient: by its dtype, by its own word, or without a rule."""
    told = node.primitive.gradient_formula
    without = type(node.primitive).backward is Primitive.backward
    return node.output.dtype.kind != "f" or without or told.startswith("none") or told == "dx = 0"


def unheld(subject: Subject) -> Iterator[Finding]:
    """Parameters of the model that no optimizer updates."""
    if not subject.optimizers:
        return
    left = [v for v in subject.parameters.values() if v not in subject.held]
    if not left:
        return
    other = subject.held - set(subject.parameters.values())
    none = len(left) == len(subject.parameters)
    yield told(
        said("no optimizer holds {names}.", names=_named(subject, left)),
        "",
        said(
            "{count} of the {all} parameters of the model are never updated.",
            count=len(left),
            all=len(subject.parameters),
        ),
        said(
            "Make the optimizer after the model, with model.parameters(). Layers that are kept "
            "as they are on purpose stay."
        ),
        ERROR if none else WARNING if other else NOTE,
    )


def foreign_parameters(subject: Subject) -> Iterator[Finding]:
    """What an optimizer holds, and the loss does not read."""
    read = set(subject.variables.values())
    own = set(subject.parameters.values())
    odd = [v for v in subject.paths if v in subject.held and v not in read and v not in own]
    if odd:
        yield told(
            said(
                "the optimizer holds {names}, which the model has not and the loss does not read.",
                names=_named(subject, odd),
            ),
            "",
            said(
                "{count} of its {all} parameters get no gradient: it was made for another model, "
                "or before layers were replaced.",
                count=len(odd),
                all=len(subject.held),
            ),
            said("Make the optimizer anew: optim.Adam(model.parameters())."),
        )


def shared_twice(subject: Subject) -> Iterator[Finding]:
    """A variable under two names, or in two optimizers."""
    places: dict[Variable, list[str]] = {}
    for i, optimizer in enumerate(subject.optimizers):
        name = type(optimizer).__name__ + (f" {i + 1}" if len(subject.optimizers) > 1 else "")
        for path, variable in getattr(optimizer, "parameters", {}).items():
            places.setdefault(variable, []).append(f"{name}: {path}")
    for variable, names in places.items():
        if len(names) > 1:
            yield told(
                said(
                    "one parameter {shape} is updated {count} times a step.",
                    shape=variable.shape,
                    count=len(names),
                ),
                some(names, 4),
                said(
                    "w <- w - rate g happens once for each place it is held in, each with a "
                    "momentum of its own; its gradient is the sum over all its uses already."
                ),
                said("Give it to one optimizer, once: model.parameters() has each once."),
            )


def penalised(subject: Subject) -> Iterator[Finding]:
    """L1, L2 or decay of biases, scales and shifts."""
    for optimizer in subject.optimizers:
        for rule in getattr(optimizer, "rules", ()):
            if not isinstance(rule, Penalty | Proximal) or not _acts(rule):
                continue
            those = [v for p, v in optimizer.parameters.items() if v.ndim < 2 and rule.to(p, v)]
            if those:
                yield _of_biases(subject, those, type(rule).__name__, "")
    trace = subject.trace
    squares = [
        (subject.parameter(moved(trace, node.inputs[0])), node)
        for node in trace.nodes
        if type(node.primitive) in (Multiply, Power) and _is_square(subject, node)
    ]
    found = [(v, node) for v, node in squares if v is not None and v.ndim < 2]
    if found:
        place = subject.place(found[0][1])
        yield _of_biases(subject, [v for v, _ in found], "sum(w^2)", place)


def _acts(rule: Penalty | Proximal) -> bool:
    return bool(rule.l1 or rule.l2 or getattr(rule, "weight_decay", 0.0))


def _is_square(subject: Subject, node: Node) -> bool:
    """Whether a node squares something that is then summed."""
    a, b = node.inputs
    squares = a == b if type(node.primitive) is Multiply else subject.trace.number(b) == 2.0
    uses = subject.trace.uses.get(node.output.name, ())
    return squares and any(type(use.primitive) is Sum for use in uses)


def _of_biases(subject: Subject, those: list[Variable], rule: str, place: str) -> Finding:
    return told(
        said("{rule} draws {names} to 0.", rule=rule, names=_named(subject, those)),
        place or rule,
        said(
            "They are biases, or scales and shifts of norms: {count} numbers that lower no "
            "overfitting; a scale of 1 is as far from 0 as a large weight.",
            count=sum(v.size for v in those),
        ),
        said("The options l1, l2 and weight_decay take weights alone; or to=weights_only."),
    )


def penalised_twice(subject: Subject) -> Iterator[Finding]:
    """Weights with an L2 of the optimizer and another by a rule or in the loss."""
    for optimizer in subject.optimizers:
        whole = [n for n in ("l1", "l2", "weight_decay") if getattr(optimizer, n, 0.0)]
        parameters = getattr(optimizer, "parameters", {})
        weights = {v for v in parameters.values() if v.ndim >= 2} if whole else set()
        twice: dict[str, list[Variable]] = {}
        for rule in getattr(optimizer, "rules", ()):
            if isinstance(rule, Penalty | Proximal) and _acts(rule):
                hit = [v for p, v in parameters.items() if rule.to(p, v) and v in weights]
                twice.setdefault(type(rule).__name__, []).extend(hit)
                weights |= {v for p, v in parameters.items() if rule.to(p, v)}
        for node in subject.trace.nodes:
            if type(node.primitive) in (Multiply, Power) and _is_square(subject, node):
                v = subject.parameter(moved(subject.trace, node.inputs[0]))
                if v is not None and v in weights:
                    twice.setdefault("sum(w^2)", []).append(v)
        for name, those in twice.items():
            if those:
                yield told(
                    said("{names} are penalised twice.", names=_named(subject, those)),
                    name,
                    said(
                        "g <- g + l2 w by {whole}, and again by {name}: the sum of both counts.",
                        whole=", ".join(whole) or said("another rule"),
                        name=name,
                    ),
                    said("Keep one of them."),
                )

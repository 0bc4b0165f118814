"""The forward pass in steps that a course would name: z, a, mu, x hat, and what each is.

    forward_steps   the steps of a tape, and the symbols of everything in it

A value is a step for what is done to it, never for what it is called: an affine map of data by
parameters, an activation, what a layer hands on, a mean over the samples, the distance from one,
the root of a variance. Roles, in the order of the field: z, a, h (what a layer hands on), mu, d,
sigma.
"""

import math
from collections.abc import Callable, Collection
from fractions import Fraction

from pellucid.explanation.algebra import condition, times, without
from pellucid.explanation.arrays import size
from pellucid.explanation.expressions import (
    ZERO,
    Expression,
    factors,
    is_call,
    symbol,
    terms,
)
from pellucid.explanation.intervals import interval
from pellucid.explanation.known_steps import OPEN, Forward, Step
from pellucid.explanation.stepwise import holds
from pellucid.explanation.tape import Tape
from pellucid.graph import Node, Value
from pellucid.primitives.base import FLOATS

AFFINE = ("matmul", "convolution")
SPACED = ("reshape", "permute_dims")
MOVED = (*SPACED, "broadcast_to", "pad", "windows", "cast", "identity", "crossing")


def forward_steps(tape: Tape, layers: Collection[str] = ()) -> Forward:
    """The steps of a forward pass; `layers`: the paths of layers, whose outputs are steps too."""
    forward = Forward(tape, layers)
    for node in forward.nodes:
        value = node.output
        if value.dtype not in FLOATS or value.name not in tape.gradients:
            continue
        is_number = all(n == 1 for n in value.shape)
        if is_number and value.name == tape.result.name:
            continue
        meaning = forward.reader.expression(value.name, forward.opened)
        is_carried = value.name in forward.carries
        same = _same_step(forward, meaning)
        if same is not None and not is_carried:  # it only adds 0, or the like
            forward.closed[value.name] = same.symbol
            forward.opened[value.name] = meaning
            continue
        role = forward.carries.get(value.name) or _role(forward, node, meaning)
        if role:
            in_steps = forward.reader.expression(value.name, forward.closed)
            _add(forward, value, in_steps, role)
    return forward


def _same_step(forward: Forward, meaning: Expression) -> Step | None:
    """The step that means the same, if there is one that rewrites may look into."""
    for step in forward.steps:
        if step.open and opened(forward, step) is meaning:
            return step
    return None


def opened(forward: Forward, step: Step) -> Expression:
    """What a step is to a rewrite."""
    return forward.opened[step.value]


def _add(forward: Forward, value: Value, meaning: Expression, role: str) -> None:
    forward.count += role == "z"
    low, high = interval(meaning)
    own = symbol(value.name, value.shape, low, high)
    step = Step(own, meaning, role, forward.count, value.name)
    forward.steps.append(step)
    forward.closed[value.name] = own
    forward.opened[value.name] = meaning if step.open else own


def _role(forward: Forward, node: Node, meaning: Expression) -> str:
    """What a value is to a reader; nothing where it needs no name."""
    name = node.output.name
    if name not in forward.data or meaning.kind == "symbol":
        return ""
    rules: tuple[tuple[str, Callable[[Forward, Node, Expression], bool]], ...] = (
        ("z", _is_affine),
        ("a", _is_activation),
        ("mu", _is_mean),
        ("d", _is_distance),
        ("sigma", _is_spread),
        ("h", _is_handed_on),
        ("h", _is_shared_sum),
        ("seq", _is_sequence),
    )
    return next((role for role, holds in rules if holds(forward, node, meaning)), "")


def _is_affine(forward: Forward, node: Node, meaning: Expression) -> bool:
    """Products with parameters, and what is added to them where that is all they are used for."""
    if not _is_linear(forward, node) or _is_ungrouped(forward, node):
        return False
    used = _moved_on(forward, node)
    is_added = len(used) == 1 and used[0].primitive.name == "add"
    return not (is_added and _is_linear(forward, used[0]))


def _is_linear(forward: Forward, node: Node) -> bool:
    """A product with parameters, a sum of such, or one of them and a parameter."""
    if node.primitive.name in AFFINE:
        return True
    if node.primitive.name == "reshape":
        before = forward.makers.get(node.inputs[0].name)
        return before is not None and _is_ungrouped(forward, before)
    if node.primitive.name != "add":
        return False
    data = [value for value in node.inputs if value.name in forward.data]
    made = [_unspaced(forward, value) for value in data]
    return bool(made) and all(each is not None and _is_linear(forward, each) for each in made)


def _is_ungrouped(forward: Forward, node: Node) -> bool:
    """A convolution whose axis of groups is taken out at once."""
    uses = forward.uses.get(node.output.name, [])
    names = [use.primitive.name for use in uses]
    return node.primitive.name == "convolution" and names == ["reshape"]


def _unspaced(forward: Forward, value: Value) -> Node | None:
    """What made a value, under whatever shape."""
    made = forward.makers.get(value.name)
    while made is not None and made.primitive.name in SPACED:
        made = forward.makers.get(made.inputs[0].name)
    return made


def _moved_on(forward: Forward, node: Node) -> list[Node]:
    """What uses a value, as it is or under another shape."""
    found: list[Node] = []
    for use in forward.uses.get(node.output.name, []):
        if use.primitive.name in SPACED:
            found += _moved_on(forward, use)
        else:
            found.append(use)
    return found


def _is_activation(forward: Forward, node: Node, meaning: Expression) -> bool:
    """A squashing function, a rectifier, or what the next affine map is given."""
    if is_call(meaning, *OPEN) or _is_rectifier(meaning):
        return True
    if node.primitive.name in MOVED:
        return False
    waiting = list(forward.uses.get(node.output.name, []))
    while waiting:
        use = waiting.pop()
        if use.primitive.name in AFFINE:
            return True
        if use.primitive.name in MOVED:
            waiting += forward.uses.get(use.output.name, [])
    return False


def _is_rectifier(meaning: Expression) -> bool:
    """u where u > 0, else 0; u may be a sum."""
    asked = condition(meaning)
    if asked is None or not is_call(asked, "less") or asked.inputs[0] is not ZERO:
        return False
    return without(meaning, asked) == (asked.inputs[1], ZERO)


def _is_mean(forward: Forward, node: Node, meaning: Expression) -> bool:
    """A sum over some axes of a step, divided by how many numbers that are; several sums."""
    parts = terms(meaning)
    is_number = all(n == 1 for n in node.output.shape)
    if is_number or len(parts) != 1:
        return False
    ((term, _),) = parts
    sums = [base for base, n in factors(term) if is_call(base, "sum") and n == 1]
    if len(sums) != 1:
        return False
    (whole,) = sums
    inner = whole.inputs[0]
    if inner.kind != "symbol":
        return False
    summed = [inner.shape[axis] for axis in whole.head.axes]
    count = size(math.prod(summed))
    return times(meaning, count) is whole


def _is_distance(forward: Forward, node: Node, meaning: Expression) -> bool:
    """Something without the mean of it."""
    parts = terms(meaning)
    if len(parts) != 2:
        return False
    means = {step.symbol for step in forward.steps if step.role == "mu"}
    return any(c == -1 and term in means for term, c in parts)


def _is_spread(forward: Forward, node: Node, meaning: Expression) -> bool:
    """A square root of something."""
    exponents = [n for _, n in factors(meaning)]
    return exponents == [Fraction(1, 2)]


def _is_handed_on(forward: Forward, node: Node, meaning: Expression) -> bool:
    """The last value of a layer, used outside of it."""
    path = node.scope
    if path not in forward.layers or node.primitive.name in MOVED:
        return False
    uses = forward.uses.get(node.output.name, [])
    return all(use.scope != path for use in uses)


def _is_shared_sum(forward: Forward, node: Node, meaning: Expression) -> bool:
    """A sum of data that is used more than once: what a residual connection hands on."""
    if node.primitive.name != "add":
        return False
    uses = forward.uses.get(node.output.name, [])
    of_data = all(value.name in forward.data for value in node.inputs)
    return of_data and len(uses) > 1


def _is_sequence(forward: Forward, node: Node, meaning: Expression) -> bool:
    """What a loop over time goes through, where a step of it is no plain expression."""
    if node.primitive.name in ("permute_dims", "crossing"):
        return False
    waiting = list(forward.uses.get(node.output.name, []))
    while waiting:
        use = waiting.pop()
        if use.primitive.name == "permute_dims":
            waiting += forward.uses.get(use.output.name, [])
        elif use.primitive.name == "crossing" and use.primitive.kind == "step":
            return holds(forward.reader.expression(use.output.name, forward.opened), "step")
    return False

"""The backward pass in lines: for each step and each parameter what its gradient is.

    gradient_lines  the lines, in the order of the backward pass
    Gradient        one of them: of what, and its expression
    introduced      further names, for what the lines say that the forward pass has no value for

Each line is read from the traced gradient graph up to the gradients that are known already. What
stands between can be looked into, and so can the meaning of a step; of these readings the one that
is shortest to read is the line.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from pellucid.explanation.algebra import plus, power, scaled, times
from pellucid.explanation.expressions import (
    ONE,
    SAMPLES,
    ZERO,
    Expression,
    factors,
    is_call,
    product_of,
    symbol,
    terms,
)
from pellucid.explanation.known_steps import Forward, Step
from pellucid.explanation.presented import Names, cost, presented
from pellucid.explanation.stepwise import place
from pellucid.explanation.tape import SEED
from pellucid.graph import Value

Given = dict[str, Expression]


@dataclass(frozen=True)
class Gradient:
    """`symbol` stands for `meaning`, the gradient of the result by `value`.

    `leaf`: it is asked for, and none of the steps in between. `per_sample`: the symbol is m times
    the gradient, that of each sample's own loss. `incoming`: it is what a step of a loop hands back
    to the step before, and stands in the line of that.
    """

    value: Value
    symbol: Expression
    meaning: Expression
    leaf: bool
    per_sample: bool = False
    incoming: bool = False


def gradient_lines(forward: Forward, wanted: Iterable[Value], names: Names) -> list[Gradient]:
    """The lines for every step and every value that is wanted, from the result backwards."""
    result = forward.tape.result
    scalar = all(n == 1 for n in result.shape)
    start = ONE if scalar else _change(result)
    given: Given = {SEED: start}
    found: list[Gradient] = []
    leaves = {value.name for value in wanted}
    for value in _order(forward, wanted):
        own = forward.tape.gradients.get(value.name)
        if own is None or (own == SEED and not scalar):
            continue
        meaning = given.get(own)
        if meaning is None:
            meaning = _shortest(forward, own, given, names)
        is_leaf = value.name in leaves
        line = Gradient(value, _change(value), meaning, is_leaf)
        found.append(line)
        if not is_leaf:
            given.setdefault(own, line.symbol)
    return _used([*found, *_incoming(forward, given, names)])


def _incoming(forward: Forward, given: Given, names: Names) -> Iterator[Gradient]:
    """What each step of a loop hands back to the carries of the step before."""
    for loop in forward.tape.loops:
        for k, name in loop.incoming.items():
            before, after = loop.carries[k]
            value = forward.makers[after].output
            own = forward.tape.gradients.get(before)
            meaning = ZERO if own is None else _shortest(forward, own, given, names)
            yield Gradient(
                value,
                symbol(name, value.shape),
                meaning,
                False,
                incoming=True,
            )


def _change(value: Value) -> Expression:
    return symbol(f"d {value.name}", value.shape)


def _order(forward: Forward, wanted: Iterable[Value]) -> list[Value]:
    """What lines are for, in the order of the backward pass, parameters before steps."""
    blocks = _blocks(forward)
    values = {node.output.name: node.output for node in forward.nodes}
    steps = [values[step.value] for step in forward.steps if step.value]
    inputs = {value.name: i for i, value in enumerate(forward.tape.graph.inputs)}
    spans = _spans(forward, blocks)
    starts = {block: first for first, end in spans.values() for block in range(first, end)}

    def order(value: Value) -> tuple[int, bool, int]:
        uses = [blocks[node.output.name] for node in forward.uses.get(value.name, [])]
        if value.name in spans:
            _, end = spans[value.name]
            first = min([end, *uses])
        else:  # what a loop is given comes behind all of it
            first = min((starts.get(block, block) for block in uses), default=0)
        is_step = value.name not in inputs
        return -first, is_step, inputs.get(value.name, 0)

    return sorted([*steps, *wanted], key=order)


def _spans(forward: Forward, blocks: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """By the name of a value inside a loop, the first block of that loop and the one behind it."""
    found: dict[str, tuple[int, int]] = {}
    for loop in forward.tape.loops:
        inside = [blocks[name] for name in loop.values if name in blocks]
        if inside:
            found |= dict.fromkeys(loop.values, (min(inside), max(inside) + 1))
    return found


def _blocks(forward: Forward) -> dict[str, int]:
    """Which step each node belongs to: the first that needs it."""
    makers = {node.output.name: node for node in forward.nodes}
    found: dict[str, int] = {}
    ends = [step.value for step in forward.steps] + [forward.tape.result.name]
    for i, end in enumerate(ends):
        waiting = [end]
        while waiting:
            name = waiting.pop()
            if name in makers and name not in found:
                found[name] = i
                waiting += [value.name for value in makers[name].inputs]
    return {node.output.name: found.get(node.output.name, len(ends)) for node in forward.nodes}


def _shortest(forward: Forward, name: str, given: Given, names: Names) -> Expression:
    """Of several readings of a gradient the one that is shortest to read."""
    best: Expression | None = None
    least = 0
    for meaning in _readings(forward, name, given):
        length = cost(presented(meaning, names))
        if best is None or length < least:
            best = meaning
            least = length
    assert best is not None
    return best


def _readings(forward: Forward, name: str, given: Given) -> Iterator[Expression]:
    reader = forward.reader
    for steps in (forward.opened, forward.closed):
        near = reader.expression(name, {**steps, **given})
        used = set(symbols(near))
        further = {k: x for k, x in given.items() if x not in used or k == SEED}
        if len(further) < len(given):
            yield reader.expression(name, {**steps, **further})
        yield near


def symbols(x: Expression) -> Iterator[Expression]:
    """The symbols in an expression, each once."""
    seen: set[Expression] = set()
    waiting = [x]
    while waiting:
        each = waiting.pop()
        if each in seen:
            continue
        seen.add(each)
        waiting += each.inputs
        if each.kind == "symbol":
            yield each


def _bases(x: Expression) -> set[str]:
    """The names of the values that the symbols in an expression are of, at whatever step."""
    return {place(each.head.text)[0] for each in symbols(x)}


def _used(lines: list[Gradient]) -> list[Gradient]:
    """The lines that are asked for, and those that these need."""
    by_name = {line.symbol.head.text: line for line in lines}
    needed: set[str] = set()
    waiting = [line.symbol.head.text for line in lines if line.leaf]
    while waiting:
        name = waiting.pop()
        if name in by_name and name not in needed:
            needed.add(name)
            waiting += _bases(by_name[name].meaning)
    return [line for line in lines if line.symbol.head.text in needed]


def per_sample(lines: list[Gradient]) -> list[Gradient]:
    """The lines with 1/m moved to the end, where the result is a mean over samples.

    What comes from the result starts with 1/m in every term then; the same lines without it are
    those of each sample's own loss, and only gradients that are asked for are means.
    """
    between = [line for line in lines if not line.leaf]
    changes = {line.symbol.head.text for line in between}

    def starts(term: Expression) -> bool:
        return not changes & _bases(term)

    first = []
    for line in between:
        first += [term for term, _ in terms(line.meaning) if starts(term)]
    are_means = [dict(factors(term)).get(SAMPLES) == -1 for term in first]
    if not first or not all(are_means):
        return lines
    return [replace(line, meaning=_moved(line, starts), per_sample=not line.leaf) for line in lines]


def _moved(line: Gradient, starts: Callable[[Expression], bool]) -> Expression:
    """The meaning of a line without 1/m where it begins, and with it where it is asked for."""
    parts = []
    for term, c in terms(line.meaning):
        exponent = 0
        if starts(term):
            exponent += 1
        if line.leaf:
            exponent -= 1
        factor = power(SAMPLES, Fraction(exponent))
        parts.append(scaled(c, times(term, factor)))
    return plus(*parts)


def introduced(forward: Forward, meanings: Iterable[Expression]) -> list[Step]:
    """Names for sigmoid and softmax of a step, and for one-hot targets, where lines say them."""
    named = {step.meaning for step in forward.steps}
    found: dict[Expression, Step] = {}
    for meaning in meanings:
        waiting = [meaning]
        while waiting:
            each = waiting.pop()
            waiting += each.inputs
            role = _role(each)
            if not role or each in found or each in named:
                continue
            layers = [step.layer for step in forward.steps if step.symbol in each.inputs]
            own = symbol(f"new {len(found)}", each.shape, 0.0, 1.0)
            found[each] = Step(own, each, role, max(layers, default=0))
    return list(found.values())


def _role(x: Expression) -> str:
    """What an expression is named for: targets, or an activation of a step; "" for others."""
    if is_call(x, "onehot"):
        return "onehot"
    is_activation = is_call(x, "sigmoid", "softmax") and x.inputs[0].kind == "symbol"
    return "a" if is_activation else ""


def normalised(forward: Forward) -> list[Step]:
    """Names for what a parameter scales, where that is a quotient of steps: x hat."""
    data = {step.symbol for step in forward.steps}
    found: dict[Expression, Step] = {}
    for step in forward.steps:
        for term, _ in terms(step.meaning):
            powers = factors(term)
            own = {base: n for base, n in powers if base in data}
            scales = 1 < len(own) < len(powers)
            if not scales or min(own.values()) >= 0:
                continue
            whole = product_of(own)
            if whole not in found:
                name = symbol(f"hat {len(found)}", whole.shape)
                found[whole] = Step(name, whole, "xhat", step.layer)
    return list(found.values())

"""What everything in a backward pass is called, as the field calls it.

    spelled         the text of each symbol

Arguments keep the names that their function gives them. Weights of the affine map number 2 are W2,
its bias b2, in the course's notation W[2], b[2]; what it gives is z2, after an activation a2. The
last of them is the prediction: y, unless something is called so already. With one affine map there
are no numbers, and weights of a single unit are a vector, w.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pellucid.explanation.expressions import Expression
from pellucid.explanation.known_steps import Forward, Step
from pellucid.explanation.notation import Notation
from pellucid.explanation.time_loops import Crossing
from pellucid.graph import Node, Shape, Value

LETTERS = {
    "mu": "mu",
    "d": "c",
    "sigma": "s",
    "xhat": "xhat",
    "onehot": "t",
    "h": "h",
    "state": "h",
    "memory": "c",
    "seq": "s",
}
LEARNED = {"add": "beta", "take": "E"}  # weights and biases by what is done with them
OTHERS = "uvpqrfgk"
GATES = "figouvpqrk"  # what is squashed in a step of a loop


def spelled(
    forward: Forward, steps: Sequence[Step], notation: Notation, names: Mapping[str, str]
) -> dict[str, str]:
    """The text of each symbol, and of each change, by the symbol's own."""
    found: dict[str, str] = {}
    _take_arguments(found, forward, steps, notation, names)
    _take_parameters(found, forward, notation)
    for i, (value, _) in enumerate(forward.tape.graph.constants):
        _take(found, value.name, f"C{i}")
    _take_steps(found, forward, steps, notation)
    _take_result(found, forward.tape.result, notation)
    changes = {f"d {name}": f"d{text}" for name, text in found.items()}
    return found | changes


def _take_arguments(
    found: dict[str, str],
    forward: Forward,
    steps: Sequence[Step],
    notation: Notation,
    names: Mapping[str, str],
) -> None:
    """Arguments by the names that their function gives them; class ids give theirs to the rows."""
    hot = {}
    for step in steps:
        if _is_hot(step):
            ids = step.meaning.inputs[0]
            hot[ids.head.text] = step.symbol.head.text
    for value in forward.tape.arguments:
        text = names.get(value.name, value.name)
        if value.name in hot:
            rows = _case(text, (*value.shape, 2), notation)
            _take(found, hot[value.name], rows)
            text = f"{text}_ids"
        _take(found, value.name, _case(text, value.shape, notation))


def _take_parameters(found: dict[str, str], forward: Forward, notation: Notation) -> None:
    """Parameters by letter and layer; the weights of a single affine map may be a vector."""
    numbered = forward.count > 1
    for name, (text, layer, shape) in _parameters(forward).items():
        if numbered:
            _take(found, name, _number(text, layer, notation))
            continue
        single = _upper(text, shape) if text == "W" else text
        _take(found, name, single)


def _take_steps(
    found: dict[str, str], forward: Forward, steps: Sequence[Step], notation: Notation
) -> None:
    """Steps by what they are for and their layer; the prediction is y."""
    numbered = forward.count > 1
    last = _prediction([s for s in steps if forward.loop_of(s.symbol) is None])
    for step in steps:
        key = step.symbol.head.text
        if key in found:
            continue
        text = LETTERS.get(step.role, step.role)
        layer = step.layer if numbered else 0
        letters = OTHERS
        if text == "a" and forward.loop_of(step.symbol) is not None:
            text = GATES[0]
            letters = GATES
        if step is last and not _taken(found, "y"):
            text = "y"
            layer = 0
        shape = step.symbol.shape
        if layer and text in f"zah{GATES}":
            shape = (2, 2)  # a layer's results are matrices to the reader, however few the units
        cased = _case(text, shape, notation)
        _take(found, key, _number(cased, layer, notation), letters)


def _take_result(found: dict[str, str], result: Value, notation: Notation) -> None:
    """A result without a name: a number is a loss, or in the course's notation a cost J."""
    if result.name in found:
        return
    text = "y"
    if all(n == 1 for n in result.shape):
        text = "J" if notation.columns else "L"
    _take(found, result.name, text)


def _is_hot(step: Step) -> bool:
    return step.role == "onehot" and step.meaning.inputs[0].kind == "symbol"


def _prediction(steps: Sequence[Step]) -> Step | None:
    """The last step that a layer gave, rather one without a value of its own in the graph."""
    found = [step for step in steps if step.role in ("z", "a", "h")]
    new = [step for step in found if not step.value]
    candidates = new or found
    return candidates[-1] if candidates else None


def _taken(found: Mapping[str, str], text: str) -> bool:
    return any(known.lower() == text for known in found.values())


def _take(found: dict[str, str], key: str, text: str, letters: str = OTHERS) -> None:
    """Give a name, or the next that is free: of letters others, of words with a number."""
    known = set(found.values())
    is_letter = len(text.rstrip("0123456789[]")) == 1
    if text in known and is_letter:
        text = _other_letter(text, known, letters)
    stem, bracket, layer = text.partition("[")
    free = text
    number = 2
    while free in known or f"d{free}" in known:
        free = f"{stem}_{number}{bracket}{layer}"
        number += 1
    found[key] = free


def _other_letter(text: str, known: Collection[str], letters: str) -> str:
    """The first of the other letters, with the same number, that is free; else the text."""
    letters = letters.upper() if text[0].isupper() else letters
    rest = text[1:]
    for letter in letters:
        if letter + rest not in known:
            return letter + rest
    return text


def _case(text: str, shape: Shape, notation: Notation) -> str:
    """In the course's notation matrices have capital letters."""
    if not notation.columns or len(text) != 1 or text in "bL":
        return text
    return _upper(text, shape)


def _upper(text: str, shape: Shape) -> str:
    is_matrix = len(shape) > 2 or (len(shape) == 2 and min(shape) > 1)
    return text.upper() if is_matrix else text.lower()


def _number(text: str, layer: int, notation: Notation) -> str:
    if not layer:
        return text
    return f"{text}[{layer}]" if notation.columns else f"{text}{layer}"


def _parameters(forward: Forward) -> dict[str, tuple[str, int, Shape]]:
    """Letter, number of the affine map and shape of each parameter that is no argument."""
    found: dict[str, tuple[str, int, Shape]] = {}
    arguments = {v.name for v in forward.tape.arguments}
    arguments |= {name for loop in forward.tape.loops for name in loop.values}
    layers = _layers(forward)
    for value in forward.tape.graph.inputs:
        if value.name in arguments or value.name not in forward.uses:
            continue
        use = forward.uses[value.name][0]
        layer = layers.get(use.output.name, 0)
        found[value.name] = (_letter(forward, value, use), layer, value.shape)
    return found


def _letter(forward: Forward, value: Value, use: Any) -> str:
    """What a parameter is called for what is done with it first."""
    while _is_moved(use):
        further = forward.uses.get(use.output.name, [])
        if not further:
            break
        use = further[0]
    operation = use.primitive.name
    if operation in ("matmul", "convolution"):
        return "W"
    if operation == "add" and _is_affine(forward, use.output.name):
        return "b"
    own, _, _ = value.name.rpartition(".")[2].partition("~")
    if own not in ("bias", "weight"):
        return own
    return LEARNED.get(operation, "gamma")


def _is_moved(node: Node) -> bool:
    """Whether a node gives what it is given, in another place or shape."""
    rule = node.primitive
    if isinstance(rule, Crossing):
        return rule.kind == "each"
    return rule.name in ("reshape", "permute_dims", "broadcast_to")


def _is_affine(forward: Forward, name: str) -> bool:
    """Whether the value of this name is what an affine map gives."""
    for step in forward.steps:
        if step.value == name:
            return step.role == "z"
    return False


def _layers(forward: Forward) -> dict[str, int]:
    """The number of affine maps that each node stands in or behind."""
    found: dict[str, int] = {}
    ends = {step.value: step.layer for step in forward.steps if step.value}
    before = 0
    waiting: list[str] = []
    for node in forward.nodes:
        name = node.output.name
        waiting.append(name)
        if name in ends:
            before = ends[name]
            found.update(dict.fromkeys(waiting, before))
            waiting = []
    return found | dict.fromkeys(waiting, before)


def text_of(x: Expression, texts: Mapping[str, str]) -> str:
    """The text of a symbol."""
    return texts.get(x.head.text, x.head.text)

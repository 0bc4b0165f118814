"""What everything in a backward pass is called, as the field calls it.

    spelled         the text of each symbol

Arguments keep the names that their function gives them. Weights of the affine map number 2 are W2,
its bias b2, in the course's notation W[2], b[2]; what it gives is z2, after an activation a2. The
last of them is the prediction: y, unless something is called so already. With one affine map there
are no numbers, and weights of a single unit are a vector, w.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.explanation.expressions import Expression
from pellucid.explanation.forward_pass import Forward, Step
from pellucid.explanation.notation import Notation
from pellucid.graph import Shape, Value

LETTERS = {"mu": "mu", "d": "c", "sigma": "s", "xhat": "xhat", "onehot": "t", "h": "h"}
OTHERS = "uvpqrfgk"


def spelled(
    forward: Forward, steps: Sequence[Step], notation: Notation, names: Mapping[str, str]
) -> dict[str, str]:
    """The text of each symbol, and of each change, by the symbol's own."""
    found: dict[str, str] = {}
    numbered = forward.count > 1
    arguments = {v.name: names.get(v.name, v.name) for v in forward.tape.arguments}
    hot = {step.meaning.inputs[0].head.text: step for step in steps if _is_hot(step)}
    for value in forward.tape.arguments:
        text = arguments[value.name]
        if value.name in hot:
            found[hot[value.name].symbol.head.text] = _case(text, (*value.shape, 2), notation)
            text = f"{text}_ids"
        _take(found, value.name, _case(text, value.shape, notation))
    for name, (text, layer, shape) in _parameters(forward).items():
        capital = _upper(text, shape) if text == "W" and not numbered else text
        _take(found, name, _number(capital, layer if numbered else 0, notation))
    for i, (value, _) in enumerate(forward.tape.graph.constants):
        _take(found, value.name, f"C{i}")
    last = _prediction(steps)
    for step in steps:
        if step.symbol.head.text in found:
            continue
        text = LETTERS.get(step.role, step.role)
        layer = step.layer if numbered else 0
        if step is last and not _taken(found, "y"):
            text, layer = "y", 0
        shape = (2, 2) if layer and text in "zah" else step.symbol.shape
        _take(found, step.symbol.head.text, _number(_case(text, shape, notation), layer, notation))
    if forward.tape.result.name not in found:
        scalar = all(n == 1 for n in forward.tape.result.shape)
        text = ("J" if notation.columns else "L") if scalar else "y"
        _take(found, forward.tape.result.name, text)
    return found | {f"d {name}": f"d{text}" for name, text in found.items()}


def _is_hot(step: Step) -> bool:
    return step.role == "onehot" and step.meaning.inputs[0].kind == "symbol"


def _prediction(steps: Sequence[Step]) -> Step | None:
    found = [step for step in steps if step.role in ("z", "a", "h")]
    new = [step for step in found if not step.value]
    return (new or found or [None])[-1]  # type: ignore[list-item]


def _taken(found: Mapping[str, str], text: str) -> bool:
    return any(known.lower() == text for known in found.values())


def _take(found: dict[str, str], key: str, text: str) -> None:
    """Give a name, or the next that is free: of letters others, of words with a number."""
    known = set(found.values())
    if text in known and len(text.rstrip("0123456789[]")) == 1:
        rest = text[1:]
        options = [letter + rest for letter in (OTHERS.upper() if text[0].isupper() else OTHERS)]
        text = next((each for each in options if each not in known), text)
    number, free = 2, text
    stem, bracket, layer = text.partition("[")
    while free in known or f"d{free}" in known:
        free, number = f"{stem}_{number}{bracket}{layer}", number + 1
    found[key] = free


def _case(text: str, shape: Shape, notation: Notation) -> str:
    """In the course's notation matrices have capital letters."""
    if not notation.columns or len(text) != 1 or text in "bL":
        return text
    return _upper(text, shape)


def _upper(text: str, shape: Shape) -> str:
    is_matrix = len(shape) > 1 and min(shape) > 1
    return text.upper() if is_matrix else text.lower()


def _number(text: str, layer: int, notation: Notation) -> str:
    if not layer:
        return text
    return f"{text}[{layer}]" if notation.columns else f"{text}{layer}"


def _parameters(forward: Forward) -> dict[str, tuple[str, int, Shape]]:
    """Letter, number of the affine map and shape of each parameter that is no argument."""
    found: dict[str, tuple[str, int, Shape]] = {}
    arguments = {v.name for v in forward.tape.arguments}
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
    while use.primitive.name in ("reshape", "permute_dims", "broadcast_to"):
        further = forward.uses.get(use.output.name, [])
        if not further:
            break
        use = further[0]
    stem = value.name.rpartition(".")[2].partition("~")[0]
    step = next((s for s in forward.steps if s.value == use.output.name), None)
    if use.primitive.name in ("matmul", "convolution"):
        return "W"
    if use.primitive.name == "add" and step is not None and step.role == "z":
        return "b"
    if use.primitive.name == "add" and stem in ("bias", "weight"):
        return "beta"
    return "gamma" if stem in ("bias", "weight") else stem


def _layers(forward: Forward) -> dict[str, int]:
    """The number of affine maps that each node stands in or behind."""
    found: dict[str, int] = {}
    ends = {step.value: step.layer for step in forward.steps if step.value}
    before = 0
    waiting: list[str] = []
    for node in forward.nodes:
        waiting.append(node.output.name)
        if node.output.name in ends:
            before = ends[node.output.name]
            found.update(dict.fromkeys(waiting, before))
            waiting = []
    return found | dict.fromkeys(waiting, before)


def text_of(x: Expression, texts: Mapping[str, str]) -> str:
    """The text of a symbol."""
    return texts.get(x.head.text, x.head.text)

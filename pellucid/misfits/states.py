"""A state of weights that was saved from a model of other sizes.

other_sizes     a line for each layer whose weights have other shapes there, with what mends it
"""

from collections.abc import Mapping
from typing import Any

from pellucid.languages import said
from pellucid.misfits.layers import SYMBOLS, Layer, form, is_ours, resized

Shapes = dict[str, tuple[int, ...]]


def other_sizes(model: Layer, state: Mapping[str, Any]) -> list[str]:
    """The layers of a model whose weights have other shapes in a state, one line each."""
    found: list[str] = []
    all_turned = True
    for path, layer in model.modules().items():
        own: Shapes = {name: tuple(v.shape) for name, v in layer.own_variables().items()}
        other = _others(state, path, own)
        if not other or not is_ours(layer):
            continue
        found.append(_line(path, layer, own, other))
        for name, shape in other.items():
            is_turned = len(shape) > 1 and shape == own[name][::-1]
            all_turned = all_turned and is_turned
    if found and all_turned:
        found.append(
            said(
                "  All of them are transposed, as other libraries store (out, in): give "
                "{{name: a.T if a.ndim == 2 else a for name, a in state.items()}}."
            )
        )
    return found


def _others(state: Mapping[str, Any], path: str, own: Shapes) -> Shapes:
    """The shapes in a state of a layer's variables, of those that have another there."""
    other: Shapes = {}
    for name, shape in own.items():
        key = f"{path}.{name}" if path else name
        there = tuple(state[key].shape) if key in state else shape
        if there != shape:
            other[name] = there
    return other


def _line(path: str, layer: Layer, own: Shapes, other: Shapes) -> str:
    """One layer: what it has, what the state has, and the layer that would take it."""
    own_form = form(layer)
    here = {name: own[name] for name in other}
    text = said(
        "  {place}: {formula} with {here}; the state has {there}.",
        place=f"{path}: {own_form}" if path else own_form,
        formula=layer.formula or "y",
        here=_shown(here),
        there=_shown(other),
    )
    meant = resized(layer, own, other)
    if not meant:
        return text
    remedy = said("Make it {form}.", form=meant)
    return f"{text} {remedy}"


def _shown(shapes: Shapes) -> str:
    """Variables by the symbols of formulas, each with its shape."""
    parts = []
    for name, shape in shapes.items():
        symbol = SYMBOLS.get(name, name)
        parts.append(f"{symbol} {shape}")
    return ", ".join(parts)

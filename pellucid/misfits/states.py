"""A state of weights that was saved from a model of other sizes.

other_sizes     a line for each layer whose weights have other shapes there, with what mends it
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pellucid.languages import said
from pellucid.misfits.layers import SYMBOLS, Layer, form, is_ours, resized

Shapes = dict[str, tuple[int, ...]]


def other_sizes(model: Layer, state: Mapping[str, Any]) -> list[str]:
    """The layers of a model whose weights have other shapes in a state, one line each."""
    found: list[str] = []
    turned: list[bool] = []
    for path, layer in model.modules().items():
        own: Shapes = {name: tuple(v.shape) for name, v in layer.own_variables().items()}
        there = {name: _shape(state, f"{path}.{name}" if path else name) for name in own}
        other = {name: s for name, s in there.items() if s is not None and s != own[name]}
        if other and is_ours(layer):
            found.append(_line(path, layer, own, other))
            turned.append(all(len(s) > 1 and s == own[name][::-1] for name, s in other.items()))
    if found and all(turned):
        found.append(
            said(
                "  All of them are transposed, as other libraries store (out, in): give "
                "{{name: a.T if a.ndim == 2 else a for name, a in state.items()}}."
            )
        )
    return found


def _shape(state: Mapping[str, Any], name: str) -> tuple[int, ...] | None:
    return tuple(state[name].shape) if name in state else None


def _line(path: str, layer: Layer, own: Shapes, other: Shapes) -> str:
    """One layer: what it has, what the state has, and the layer that would take it."""
    place = f"{path}: {form(layer)}" if path else form(layer)
    here = ", ".join(_shown(own, other))
    there = ", ".join(f"{SYMBOLS.get(name, name)} {s}" for name, s in other.items())
    text = said(
        "  {place}: {formula} with {here}; the state has {there}.",
        place=place,
        formula=layer.formula or "y",
        here=here,
        there=there,
    )
    meant = resized(layer, own, other)
    return f"{text} {said('Make it {form}.', form=meant)}" if meant else text


def _shown(own: Shapes, other: Shapes) -> Iterator[str]:
    for name in other:
        yield f"{SYMBOLS.get(name, name)} {own[name]}"

"""Misfits as sentences and a diagram.

explain             an error that has left a model
explain_outside     one of what is given to a loss, or made of a model's outputs
Trail               the modules that an error came out of
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any

from pellucid.errors import PellucidError
from pellucid.languages import LANGUAGES, chosen, counted, said
from pellucid.misfits.chains import (
    Models,
    Step,
    behind_each_other,
    chain,
    diagram,
    maker,
    models_of,
)
from pellucid.misfits.layers import Layer, Taken, form, formula_with, is_ours
from pellucid.misfits.operands import Whole, clash, of_operation
from pellucid.misfits.outputs import of_loss
from pellucid.misfits.remedies import remedies

Trail = Sequence[tuple[str, Layer, tuple[Any, ...]]]  # the innermost first


def explain(error: PellucidError) -> None:
    """Put in the place of an error's message what does not fit, where it comes from, what mends it.

    `trail`: the modules that it has left, the innermost first. Nothing is changed where nothing is
    known.
    """
    trail = error.trail
    error.trail = ()
    if error.is_told:
        return
    root, whole, given = trail[-1]
    models = Models({root: whole}, _flat(given))
    place = _place(trail)
    path, layer, inputs = trail[place]
    x = inputs[0] if inputs else None
    if _takes(layer, inputs) and _is_input(x):
        name, x = _misfit(layer, inputs)
        steps = _steps(x, models, trail[place:])
        case = _Case(path, layer, name, x, steps)
        _tell(error, _of_layer(case, error))
    elif error.operands:
        _tell(error, _of_operation(error, models, layer, (whole, given)))


def _place(trail: Trail) -> int:
    """The outermost module that says what it takes: what stands inside is its own affair."""
    for i in reversed(range(len(trail))):
        _, layer, inputs = trail[i]
        if _takes(layer, inputs):
            return i
    return 0


def _tell(error: PellucidError, text: str) -> None:
    error.args = (text,)
    error.is_told = True
    error.operands = ()


def _takes(layer: Layer, inputs: tuple[Any, ...]) -> bool:
    """Whether a layer is one that says what it takes, or was given a pair for an array."""
    is_pair = bool(inputs) and isinstance(inputs[0], tuple) and not layer.children()
    return is_ours(layer) and bool(layer.takes or is_pair)


@dataclass(frozen=True)
class _Case:
    """A layer by path, the input that does not fit it by name, and the steps that made that."""

    path: str
    layer: Layer
    name: str
    x: Any
    steps: Sequence[Step]

    @property
    def place(self) -> str:
        """Path and form of the layer."""
        return f"{self.path}: {form(self.layer)}" if self.path else form(self.layer)


def _misfit(layer: Layer, inputs: tuple[Any, ...]) -> tuple[str, Any]:
    """The input that does not fit, of those with the axes that the layer takes, by name."""
    first, *others = signature(layer.forward).parameters
    for name, x in zip((first, *others), inputs, strict=False):
        if name != first and name not in layer.takes_too:
            continue
        if _is_input(x) and _wrong(layer, x):
            told = name if name in layer.takes_too else "x"
            return told, x
    return "x", inputs[0]


def _is_input(x: Any) -> bool:
    """Whether it is a tensor, or the pair that a recurrent layer gives."""
    if isinstance(x, tuple) and x:
        return hasattr(x[0], "shape")
    return hasattr(x, "shape")


def _flat(inputs: Sequence[Any]) -> list[Any]:
    """The inputs, a pair as both of its parts."""
    flat: list[Any] = []
    for x in inputs:
        flat += x if isinstance(x, tuple) else (x,)
    return flat


def _steps(x: Any, models: Models, trail: Trail) -> list[Step]:
    """The chain to what the innermost module was given.

    In a Sequential its layers, called once more by shapes alone, tell more than what was recorded.
    """
    if len(trail) > 1:
        last = trail[0][1]
        path, whole, given = trail[1]
        if isinstance(whole, Iterable) and given and hasattr(given[0], "shape"):
            start = given[0]
            found = behind_each_other(whole, path, start, last)
            if found and found[-1].shape == getattr(x, "shape", ()):
                return [*chain(start, models), *found]
    made = x[0] if isinstance(x, tuple) else x
    return chain(made, models)


def _of_layer(case: _Case, error: Any) -> str:
    """The text of a layer that was given the wrong shape."""
    wrong = _wrong(case.layer, case.x)
    giver = maker(case.steps)
    found = remedies(case.layer, case.x, giver)
    if not wrong and not found:
        return str(error)
    first = _first(case, wrong) if wrong else str(error)
    sentences = [first, _from(case.name, giver), *_joined(found)]
    lines = diagram(case.steps, wrong or said("does not fit"))
    last = case.place.replace(": ", " ", 1)
    return _text(sentences, [*lines, f"    {last}"])


def _text(sentences: Sequence[str], lines: Sequence[str]) -> str:
    """Sentences, and a diagram below them."""
    told = _told(sentences)
    return "\n".join([told, *lines])


def _first(case: _Case, wrong: str) -> str:
    """The layer, its formula with the actual sizes, and those that do not fit."""
    formula, sizes = formula_with(case.layer, case.x, case.name)
    if not formula:
        return said("{place} with {sizes}: {wrong}.", place=case.place, sizes=sizes, wrong=wrong)
    return said(
        "{place}: {formula} with {sizes}: {wrong}.",
        place=case.place,
        formula=formula,
        sizes=sizes,
        wrong=wrong,
    )


def _wrong(layer: Layer, x: Any) -> str:
    """What does not fit of what a layer takes; "" where that is something else."""
    if isinstance(x, tuple):
        return said("a pair, not one array")
    taken = Taken.of(layer)
    if taken is None:
        return ""
    if "ids" in taken.names:
        is_integer = x.dtype.kind in "iu"
        return "" if is_integer else said("{dtype}, not integers", dtype=x.dtype)
    if not taken.has_axes(x.shape):
        return counted(
            "{n} axis, not those of {taken}", "{n} axes, not those of {taken}", x.ndim, taken=taken
        )
    if not taken.option:
        return ""
    found = x.shape[taken.axis]
    return f"{found} != {taken.size}" if found != taken.size else ""


def _told(sentences: Sequence[str]) -> str:
    """Sentences one behind the other: with a space between them where the language has one."""
    between = " " if chosen() == LANGUAGES[0] else ""
    return between.join(filter(None, sentences))


def _from(name: str, giver: Step) -> str:
    if str(giver):
        return said("{x} comes from {giver}.", x=name, giver=giver)
    return said("{x} is an input of the model.", x=name)


def _joined(found: Sequence[str]) -> list[str]:
    """The first remedy as it is, the others as what else may be done."""
    others = [said("Or: {remedy}", remedy=text) for text in found[1:]]
    return [*found[:1], *others]


def _of_operation(error: Any, models: Models, layer: Layer, whole: Whole) -> str:
    """The text of an operation in a forward."""
    primitive, *operands = error.operands
    tensors = [t for t in operands if t.ndim] or operands
    shapes = [t.shape for t in tensors]
    chains = [_known(t, models) or chain(t, models) for t in tensors]
    givers = [maker(steps) for steps in chains]
    wrong = clash(primitive, shapes)
    head = _head(error, form(layer), primitive.name, shapes)
    found = of_operation(primitive, tensors, givers, layer, whole)
    lines = []
    for steps in chains:
        lines += diagram(steps, wrong)
    return _text([head, *_joined(found)], [*lines, f"    {primitive.name}"])


def _known(t: Any, models: Models) -> list[Step]:
    """A variable by its name."""
    name = models.held.get(id(t))
    if name is None:
        return []
    return [Step(name, "", t.shape)]


def _head(error: Any, place: str, name: str, shapes: Sequence[Any]) -> str:
    """What the operation says itself, in English; in other languages, what it is about."""
    if chosen() == LANGUAGES[0]:
        return str(error)
    if error.layer:
        place = f"{error.layer}: {place}"
    sizes = ", ".join(map(str, shapes))
    return said(
        "{place}: {operation} of shapes {shapes}: they do not fit.",
        place=place,
        operation=name,
        shapes=sizes,
    )


def explain_outside(
    error: PellucidError,
    loss: Callable[..., Any],
    outputs: Any,
    targets: Any,
) -> None:
    """The same for a loss: where its outputs come from, and what mends them or the targets."""
    if outputs.shape == targets.shape:
        return
    models = models_of(outputs)
    if not models.by_path and chosen() == LANGUAGES[0]:
        return
    steps = chain(outputs, models)
    name = str(getattr(loss, "__name__", "loss"))
    shapes = [outputs.shape, targets.shape]
    head = _head(error, said("the loss"), name, shapes)
    made = maker(steps)
    giver = said("The outputs come from {giver}.", giver=made) if str(made) else ""
    found = of_loss(loss, outputs, targets, steps)
    wrong = f"{outputs.shape}, {targets.shape}"
    lines = [*diagram(steps, wrong), f"    {name}(outputs, targets)"]
    text = _text([head, giver, *_joined(found)], lines)
    error.args = (text,)
    error.is_told = True

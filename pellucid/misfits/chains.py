"""Where a tensor comes from: the layers that made it, with their shapes.

Step        a layer, and the shape that it gave
chain       the steps from a model's input to a tensor
read        a variable as it is read here
Models      the layers that scopes belong to; models_of, of those that a tensor was computed by
maker       the step that made the last shape; makes_size, whether a layer says one
diagram     a chain as lines of text, with shapes on its arrows
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from pellucid.languages import said
from pellucid.misfits.layers import Layer, Shape, Taken, form, is_ours, traced
from pellucid.origins import history
from pellucid.recordings import active, called

MOST = 6  # steps that a diagram shows
GIVEN = ("out_features", "out_channels", "hidden_features", "features")  # of what a layer gives


@dataclass(frozen=True)
class Step:
    """A layer by path and form, and the shape that it gave; of an input both are ""."""

    path: str
    form: str
    shape: Shape
    layer: Layer | None = None
    x: Any = None  # what it was given

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.path and f"`{self.path}`", self.form)))


class Models:
    """The layers of models, by the scopes of their operations, and the inputs of the models."""

    def __init__(self, roots: Mapping[str, Layer], inputs: Iterable[Any] = ()) -> None:
        arrays = [x for x in inputs if hasattr(x, "shape")]
        self.inputs: dict[int, Shape] = {id(x): x.shape for x in arrays}
        self.roots = list(roots)
        self.by_path: dict[str, Layer] = {}
        self.held: dict[int, str] = {}
        for name, root in roots.items():
            for path, layer in root.modules().items():
                self.by_path[_path_of(name, path)] = layer
            for path, variable in root.variables().items():
                tensor = read(variable)
                self.held[id(tensor)] = path

    def owner(self, scope: str) -> tuple[str, Layer | None]:
        """The layer that an operation belongs to: the outermost of the library's own."""
        found: tuple[str, Layer | None] = ("", self.by_path.get(""))
        parts = scope.split(".")
        for end in range(1, len(parts) + 1):
            path = ".".join(parts[:end])
            layer = self.by_path.get(path)
            if layer is not None:
                found = path, layer
                if is_ours(layer) and layer.takes:
                    break
        return found

    def is_data(self, x: Any) -> bool:
        """Whether a tensor without a past is given from outside, no variable and no number."""
        if x.origin is not None and x.origin.primitive is not None:
            return False
        return id(x) in self.inputs or (id(x) not in self.held and x.shape != ())


def _path_of(*parts: str) -> str:
    """Names as a path; those that are empty stand for nothing."""
    return ".".join(filter(None, parts))


def read(variable: Any) -> Any:
    """The tensor that a variable is read as, here."""
    recording = active.recording
    if recording is None:
        return variable.read()
    return recording.reads.get(variable)


def models_of(x: Any) -> Models:
    """The models that a tensor was computed by, of those that were called."""
    past = {id(t) for t in history([x])}
    found = Models({})
    for root in called():
        models = Models({root._name: root})
        if past & models.held.keys():
            found.roots += models.roots
            found.by_path |= models.by_path
            found.held |= models.held
    return found


def chain(x: Any, models: Models) -> list[Step]:
    """The layers that made a tensor, from the first to the last, each with what it gave.

    Of several ways the newest is followed. What has no recorded past is an input.
    """
    if not models.by_path:
        return [Step("", "", x.shape)]
    steps, x = _backwards(x, models)
    first = steps[-1] if steps else None
    start = Step("", "", _input_shape(x, first, models))
    steps = [start, *reversed(steps)]
    if len(steps) > 2 and steps[1].path in models.roots:
        # Before its first layer a model is given what data are gathered or brought into form.
        steps[:2] = [Step("", "", steps[1].shape)]
    told = steps[:1]
    for before, step in pairwise(steps):
        keeps = step.shape == before.shape
        is_own = step.layer is None or is_ours(step.layer)
        if is_own or not keeps:
            told.append(step)
    return told


def _backwards(x: Any, models: Models) -> tuple[list[Step], Any]:
    """The layers that made a tensor, from the last to the first, and what the first was given."""
    alive = _alive(x, models)
    steps: list[Step] = []
    while id(x) in alive and id(x) not in models.inputs:
        path, layer = models.owner(x.origin.scope)
        before = _newest(x.origin.inputs, alive, models)
        if steps and steps[-1].path == path:
            steps[-1] = replace(steps[-1], layer=layer, x=before)
        else:
            made_by = form(layer) if layer else ""
            steps.append(Step(path, made_by, x.shape, layer, before))
        x = before
    return steps, x


def _newest(inputs: Sequence[Any], alive: Collection[int], models: Models) -> Any:
    """The input that was computed last, of those that depend on data; else one that is data."""
    ways = [t for t in inputs if id(t) in alive]
    if not ways:
        ways = [t for t in inputs if models.is_data(t)]
    return max(ways, key=lambda t: t.origin.serial if t.origin else 0)


def _input_shape(x: Any, first: Step | None, models: Models) -> Shape:
    """The shape of the model's input; x may have been made of it before anything was recorded."""
    shape: Shape = x.shape
    if first is None:
        return shape
    if id(x) not in models.inputs and len(models.inputs) == 1:
        (only,) = models.inputs.values()
        return only
    if first.layer is None:
        return shape
    taken = Taken.of(first.layer)
    if taken is None or taken.has_axes(shape):
        return shape
    unknown = (-1,) * (len(taken.names) - 1)
    return (shape[0], *unknown)


def _alive(x: Any, models: Models) -> set[int]:
    """The tensors in the past of x that depend on data."""
    alive: set[int] = set()
    for t in history([x]):
        if t.origin.primitive is None:
            continue
        inputs = t.origin.inputs
        if any(id(before) in alive or models.is_data(before) for before in inputs):
            alive.add(id(t))
    return alive


def behind_each_other(whole: Layer, path: str, x: Any, last: Layer) -> list[Step]:
    """The layers of a Sequential before `last`, with what each gives, by shapes alone.

    Where nothing was recorded, as there were no parameters yet. Only the library's own layers
    are called once more: others may do more than compute.
    """
    steps: list[Step] = []
    for name, layer in whole.children().items():
        if layer is last:
            return steps
        y = traced(layer.forward, x) if is_ours(layer) else None
        if y is None or not hasattr(y, "shape"):
            return []
        inner = _path_of(path, name)
        steps.append(Step(inner, form(layer), y.shape, layer, x))
        x = y
    return []


def maker(steps: Sequence[Step]) -> Step:
    """The step that made the last shape: those after it have kept it, as activations do."""
    i = len(steps) - 1
    while i > 0 and steps[i].shape == steps[i - 1].shape and not makes_size(steps[i].layer):
        i -= 1
    return steps[i]


def makes_size(layer: Layer | None) -> bool:
    """Whether a layer says how many numbers it gives."""
    return any(hasattr(layer, name) for name in GIVEN)


def diagram(steps: Sequence[Step], clash: str) -> list[str]:
    """The chain as lines, its shapes on the arrows, and at the last arrow what does not fit."""
    if len(steps) <= MOST:
        return _lines(steps, clash)
    first = _lines(steps[:1])
    last = _lines(steps[-MOST + 1 :], clash)
    return [*first, "    ...", *last]


def _lines(steps: Sequence[Step], clash: str | None = None) -> list[str]:
    """Two lines for each step, its name and the arrow from it; the clash is at the last arrow."""
    lines = []
    for step in steps:
        name = f"{step.path} {step.form}".strip() or said("input")
        sizes = str(step.shape).replace("-1", "?")  # as it was before anything was recorded
        lines.append(f"    {name}")
        lines.append(f"      | {sizes}")
    if clash is not None and lines:
        lines[-1] += f"   <- {clash}"
    return lines

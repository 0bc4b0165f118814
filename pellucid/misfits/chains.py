"""Where a tensor comes from: the layers that made it, with their shapes.

Step        a layer, and the shape that it gave
chain       the steps from a model's input to a tensor
read        a variable as it is read here
Models      the layers that scopes belong to; models_of, of those that a tensor was computed by
maker       the step that made the last shape; makes_size, whether a layer says one
diagram     a chain as lines of text, with shapes on its arrows
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.graph import history
from pellucid.languages import said
from pellucid.misfits.layers import Layer, Shape, Taken, form, is_ours, traced
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
        self.inputs: dict[int, Shape] = {id(x): x.shape for x in inputs if hasattr(x, "shape")}
        self.roots = list(roots)
        self.by_path: dict[str, Layer] = {}
        self.held: dict[int, str] = {}
        for name, root in roots.items():
            for path, layer in root.modules().items():
                self.by_path[".".join(filter(None, (name, path)))] = layer
            self.held |= {id(read(v)): path for path, v in root.variables().items()}

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


def read(variable: Any) -> Any:
    """The tensor that a variable is read as, here."""
    if active.recording is not None:
        return active.recording.reads.get(variable)
    return variable.read()


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
    alive = _alive(x, models)
    steps: list[Step] = []
    while id(x) in alive and id(x) not in models.inputs:
        path, layer = models.owner(x.origin.scope)
        inputs = x.origin.inputs
        ways = [t for t in inputs if id(t) in alive] or [t for t in inputs if models.is_data(t)]
        before = max(ways, key=lambda t: t.origin.serial if t.origin else 0)
        if steps and steps[-1].path == path:
            last = steps.pop()
            steps.append(Step(path, last.form, last.shape, layer, before))
        else:
            steps.append(Step(path, form(layer) if layer else "", x.shape, layer, before))
        x = before
    steps.append(Step("", "", _input_shape(x, steps[-1] if steps else None, models)))
    steps.reverse()
    if len(steps) > 2 and steps[1].path in models.roots:
        # Before its first layer a model is given what data are gathered or brought into form.
        steps[:2] = [Step("", "", steps[1].shape)]
    own = [i == 0 or s.layer is None or is_ours(s.layer) for i, s in enumerate(steps)]
    return [s for i, s in enumerate(steps) if own[i] or s.shape != steps[i - 1].shape]


def _input_shape(x: Any, first: Step | None, models: Models) -> Shape:
    """The shape of the model's input; x may have been made of it before anything was recorded."""
    if id(x) not in models.inputs and len(models.inputs) == 1 and first is not None:
        return next(iter(models.inputs.values()))
    taken = Taken.of(first.layer) if first is not None and first.layer is not None else None
    if taken is not None and not taken.has_axes(x.shape):
        return (x.shape[0], *(-1,) * (len(taken.names) - 1))
    shape: Shape = x.shape
    return shape


def _alive(x: Any, models: Models) -> set[int]:
    """The tensors in the past of x that depend on data."""
    alive: set[int] = set()
    for t in history([x]):
        if t.origin.primitive is not None and any(
            id(before) in alive or models.is_data(before) for before in t.origin.inputs
        ):
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
        inner = ".".join(filter(None, (path, name)))
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
    lines = []
    shown = [*steps[:1], *steps[-MOST + 1 :]] if len(steps) > MOST else steps
    for i, step in enumerate(shown):
        if i == 1 and len(shown) < len(steps):
            lines.append("    ...")
        name = f"{step.path} {step.form}".strip() or said("input")
        mark = f"   <- {clash}" if i == len(shown) - 1 else ""
        sizes = str(step.shape).replace("-1", "?")  # as it was before anything was recorded
        lines += [f"    {name}", f"      | {sizes}{mark}"]
    return lines

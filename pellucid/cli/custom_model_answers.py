"""Predictions of runs whose model is a user's own class, from the graph saved with the run.

custom_answerings    how it is asked, for each of its outputs
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.cli.answering import Answering
from pellucid.cli.values import as_number, numbers_of, rule_of
from pellucid.creation import concat
from pellucid.data.folders import read_picture
from pellucid.errors import OptionError
from pellucid.functional import softmax
from pellucid.graph import Value
from pellucid.tensor import Tensor
from pellucid.train import RunFolder
from pellucid.train.run_files.stored import StoredModel, load_graphs

LARGEST = 10**6  # classes: config.json may come from anywhere


def custom_answerings(run: RunFolder) -> dict[str, Answering]:
    """How a run of the user's own code is asked, by its graph, for each of its outputs by name.

    Of one output alone the name is empty. Errors: as `load_graphs`.
    """
    arrays, weights = run.load_model()
    model = load_graphs(run.graph_file, arrays)[0]
    stored = model.stored
    outputs = _Outputs(model)
    if len(stored.names) == 1:
        return {"": _answering(outputs, 0, _classes(run.config), weights)}
    classes = _classes(run.config)
    known = classes if isinstance(classes, dict) else {}
    return {
        name: _answering(outputs, i, known.get(name), weights)
        for i, name in enumerate(stored.names)
    }


def _answering(outputs: "_Outputs", place: int, classes: Any, weights: str) -> Answering:
    """How the output at a place is asked for."""
    model = outputs.model
    names = _names(classes)
    samples = model.stored.samples
    output = model.stored.graph.outputs[place].shape[1:]
    called = model.about.outputs
    kind = called if isinstance(called, str) else called.get(model.stored.names[place], "")
    is_known = kind in ("logits", "probabilities")
    is_yes = len(names) == 2 and is_known and math.prod(output) == 1
    if not (is_yes or (len(output) in (1, 2) and output[-1] == len(names))):
        names = ()  # it gives numbers, or what nobody here knows
    told = kind if names else ""
    return Answering(
        lambda word: _sample(word, samples),
        lambda rows: _probabilities(outputs(rows)[place], told, is_yes=is_yes),
        names,
        weights,
        "sample",
        symbol="p" if is_known else "y",
    )


class _Outputs:
    """All outputs of a model for some samples, computed once for those that are asked for."""

    def __init__(self, model: StoredModel) -> None:
        self.model = model
        self._predict = model.predictor()
        self._rows: Any = None
        self._found: tuple[Tensor, ...] = ()

    def __call__(self, rows: Sequence[Sequence[Any]]) -> tuple[Tensor, ...]:
        if rows is not self._rows:
            found = self._predict(*map(np.stack, zip(*rows, strict=True)))
            self._rows = rows
            self._found = tuple(found.values()) if isinstance(found, dict) else (found,)
        return self._found


def _probabilities(outputs: Tensor, kind: str, *, is_yes: bool) -> Any:
    """Probabilities of no and yes, or of each class, from outputs of this kind."""
    if is_yes:
        scores = outputs.reshape(-1, 1)
        yes = scores.sigmoid() if kind == "logits" else scores
        return concat([1.0 - yes, yes], axis=1).numpy()
    return (softmax(outputs) if kind == "logits" else outputs).numpy()


def _sample(word: str, wanted: Sequence[Value]) -> list[Any]:
    """One sample: numbers for all inputs, one after the other, or a picture for the one input."""
    shapes = [value.shape[1:] for value in wanted]
    sizes = [int(np.prod(shape)) for shape in shapes]
    numbers = numbers_of(word, sum(sizes))
    if numbers is None:
        is_picture = len(shapes) == 1 and len(shapes[0]) == 3 and shapes[0][0] in (1, 3)
        if is_picture and any(as_number(part) is None for part in word.split(",")):
            channels, *size = shapes[0]
            return [read_picture(word, size=(size[0], size[1]), grey=channels == 1)]
        raise OptionError(f"predict: {word!r}. This model takes {_taken(shapes, sizes)}.")
    parts = np.split(numbers, np.cumsum(sizes)[:-1])
    pairs = zip(parts, wanted, strict=True)
    return [_converted(word, part, value).reshape(value.shape[1:]) for part, value in pairs]


def _converted(word: str, numbers: Any, value: Value) -> Any:
    if value.dtype.kind in "iu" and (numbers != numbers.round()).any():
        raise OptionError(f"predict: {word!r}. This model takes ids: whole numbers.")
    return numbers.astype(value.dtype)


def _taken(shapes: Sequence[tuple[int, ...]], sizes: Sequence[int]) -> str:
    text = rule_of(sum(sizes))
    if len(shapes) > 1:
        text += f": {', then '.join(map(str, sizes))} for its {len(shapes)} inputs"
    elif len(shapes[0]) == 3 and shapes[0][0] in (1, 3):
        text = f"a picture, scaled to {shapes[0][1]} x {shapes[0][2]}, or {text}"
    elif len(shapes[0]) > 1:
        text += f", for a sample of shape {shapes[0]}"
    return text


def _classes(config: Mapping[str, Any]) -> Any:
    """What a run says of its classes: their names, how many, or either for each of its outputs."""
    known = config.get("trainer")
    return known.get("classes") if isinstance(known, dict) else None


def _names(classes: Any) -> tuple[str, ...]:
    """The names of the classes that the run has learned; none where it predicts numbers."""
    if isinstance(classes, list):
        return tuple(str(name) for name in classes)
    count = classes if type(classes) is int and classes <= LARGEST else 0
    return tuple(map(str, range(count)))

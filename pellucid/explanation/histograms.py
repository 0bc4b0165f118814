"""How numbers spread: of activations, weights, gradients and updates, layer by layer.

histograms      those of a trace, and of the update that an optimizer would make
Histogram       counts between edges, with mean, spread and how many are zero
updates         what an optimizer would add to each parameter, without doing it
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.captured import capture_call
from pellucid.errors import OptionError
from pellucid.evaluation import run
from pellucid.explanation.charts import bars
from pellucid.explanation.shown import number
from pellucid.explanation.trace import Trace
from pellucid.languages import said
from pellucid.primitives.base import FLOATS
from pellucid.refusals import shown as refused
from pellucid.structure import row
from pellucid.variables import Variable

BINS = 40
ACTIVATIONS = "activations"
WEIGHTS = "weights"
GRADIENTS = "gradients"
UPDATES = "updates"


@dataclass(frozen=True, repr=False)
class Histogram:
    """The numbers of `path`, a layer's or a parameter's: how many lie between two `edges`.

    `of`: activations, weights, gradients or updates. `ratio`: for updates, the length of the
    update by that of the weights; about 0.001 is usual. Numbers that are not finite are left out,
    and counted as `unsound`.
    """

    of: str
    path: str
    edges: NDArray[Any]
    counts: NDArray[np.int64]
    mean: float
    spread: float
    zeros: float
    unsound: int = 0
    ratio: float | None = None

    @property
    def told(self) -> str:
        """What they are, in words."""
        words = {
            ACTIVATIONS: said("activations"),
            WEIGHTS: said("weights"),
            GRADIENTS: said("gradients"),
            UPDATES: said("update"),
        }
        told = said(
            "{of}: mean {mean}, spread {spread}",
            of=words[self.of],
            mean=number(self.mean),
            spread=number(self.spread),
        )
        if self.ratio is not None:
            told += said("; {ratio} of the weights", ratio=number(self.ratio))
        if self.unsound:
            told += said("; {count} not finite", count=self.unsound)
        return told

    def __repr__(self) -> str:
        return f"{self.path} {self.told}"

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return bars(self.edges, self.counts, repr(self))

    def as_dict(self) -> dict[str, Any]:
        """Everything as JSON takes it."""
        return asdict(self) | {"edges": self.edges.tolist(), "counts": self.counts.tolist()}


def histograms(trace: Trace, changes: Mapping[str, Any] | None = None) -> list[Histogram]:
    """Activations of every layer, then weights and gradients of every parameter.

    `changes`: what an update adds to each parameter, by the name of its value: see `updates`.
    """
    found = []
    for path, value in trace.innermost.items():
        if value.shape and value.dtype in FLOATS:
            array = trace.array(value.name)
            found.append(histogram(ACTIVATIONS, path, array))
    for name, variable in trace.variables.items():
        if not variable.trainable:
            continue
        array = trace.array(name)
        found.append(histogram(WEIGHTS, name, array))
        if name in trace.gradients:
            found.append(histogram(GRADIENTS, name, trace.gradients[name]))
        if changes is not None and name in changes:
            change = changes[name]
            found.append(histogram(UPDATES, name, change, _ratio(change, array)))
    return found


def _ratio(change: Any, array: Any) -> float | None:
    """The length of an update by that of the weights; None where these are all 0."""
    length = float(np.linalg.norm(np.float64(array)))
    moved = float(np.linalg.norm(np.float64(change)))
    return moved / length if length else None


def histogram(of: str, path: str, array: Any, ratio: float | None = None) -> Histogram:
    """The histogram of some numbers, from the smallest to the largest."""
    flat = np.asarray(array, np.float64).reshape(-1)
    sound = flat[np.isfinite(flat)]
    unsound = flat.size - sound.size
    if not sound.size:
        no_counts = np.zeros(0, np.int64)
        return Histogram(
            of,
            path,
            np.zeros(1),
            no_counts,
            np.nan,
            np.nan,
            0.0,
            unsound,
        )
    low = float(sound.min())
    high = float(sound.max())
    if low == high:
        low = low - 0.5
        high = high + 0.5
    counts, edges = np.histogram(sound, BINS, (low, high))
    mean = float(sound.mean())
    spread = float(sound.std())
    zeros = float((sound == 0.0).mean())
    return Histogram(of, path, edges, counts, mean, spread, zeros, unsound, ratio)


def updates(optimizer: Any, trace: Trace) -> dict[str, Any]:
    """What one update of an optimizer would add to each parameter, by the name of its value.

    The gradients are those of the trace; nothing is changed, neither parameters nor what the
    optimizer remembers. Errors: OptionError for what is no optimizer.
    """
    if isinstance(optimizer, type) or not hasattr(optimizer, "minimize"):
        raise OptionError(
            f"explain: optimizer is {refused(optimizer)}. It is made for the model: "
            "pellucid.optim.Adam(model.parameters())."
        )
    paths = {id(variable): path for path, variable in optimizer.parameters.items()}
    known = {
        paths[id(variable)]: (name, variable)
        for name, variable in trace.variables.items()
        if id(variable) in paths and name in trace.gradients
    }
    given = {path: trace.gradients[name] for path, (name, _) in known.items()}

    def step(*gradients: Any) -> None:
        optimizer.apply(dict(zip(given, gradients, strict=True)))

    arrays = list(given.values())
    captured = capture_call(step, row(len(arrays)), arrays)
    state = [variable.held().array for variable in captured.variables]
    outputs = run(captured.procedure.graph, [*arrays, *state])
    changed = [captured.variables[p - len(arrays)] for p in captured.procedure.updates]
    new = dict(zip(map(id, changed), outputs[captured.procedure.results :], strict=True))
    return {name: _moved(variable, new) for name, variable in known.values()}


def _moved(variable: Variable, new: Mapping[int, Any]) -> Any:
    before = variable.held().array
    after = new.get(id(variable))
    if after is None:
        return np.zeros_like(before)
    return after - before

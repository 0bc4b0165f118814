"""Which parts of an input a score depends on.

    saliency                the gradient of a score by each number of the input
    integrated_gradients    its mean on the way from a baseline, times the way; adds up to the score
    occlusion               how the score falls where a window of the picture is covered
    grad_cam                where in a picture the maps of a layer speak for a class
    Attribution             what these give: one number for each place, and what they add up to

All work on the score of one class for each sample: the one guessed, or those that are given.
"""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.compile import compile as compiled
from pellucid.derivatives import grad
from pellucid.errors import GraphError, OptionError
from pellucid.explanation.map_pictures import MAP_STYLE, pictures_of_maps
from pellucid.explanation.trace import trace
from pellucid.tensor import Tensor

GRADIENT = "gradient"
INTEGRATED = "integrated gradients"
OCCLUSION = "occlusion"
GRAD_CAM = "Grad-CAM"
STEPS = 64  # on the way from the baseline, at the middle of each
MOST_WINDOWS = 4096  # of an occlusion: each is one more inference


@dataclass(frozen=True, repr=False)
class Attribution:
    """`array`: of the input's shape, or (samples, height, width); `classes`: of each sample.

    `scores`: of these classes. `total`: what the array adds up to for each sample, and `exact`:
    what it should add up to, where the method says that.
    """

    method: str
    array: NDArray[Any]
    classes: NDArray[np.int64]
    scores: NDArray[Any]
    total: NDArray[Any] | None = None
    exact: NDArray[Any] | None = None

    def __repr__(self) -> str:
        kinds = ", ".join(map(str, self.classes.tolist()))
        told = f"{self.method} {self.array.shape}, for classes {kinds}"
        return (
            told if self.exact is None else f"{told}; missing at most {self.error:.2g} of a score"
        )

    def _repr_html_(self) -> str:
        """What a notebook shows: the brighter, the more a place counts."""
        array = np.abs(self.array)
        if array.ndim < 3:
            return f"<pre>{html.escape(repr(self))}</pre>"
        maps = array.sum(axis=1) if array.ndim == 4 else array
        return MAP_STYLE + pictures_of_maps(self.method, "", maps)

    @property
    def error(self) -> float:
        """The largest part of a score that is missing, where the parts should add up to it."""
        if self.total is None or self.exact is None:
            return 0.0
        scale = np.maximum(np.abs(self.exact), 1e-12)
        return float((np.abs(self.total - self.exact) / scale).max())

    def as_dict(self) -> dict[str, Any]:
        """Everything as JSON takes it."""
        found: dict[str, Any] = {
            "method": self.method,
            "array": self.array.tolist(),
            "classes": self.classes.tolist(),
            "scores": self.scores.tolist(),
        }
        if self.total is not None and self.exact is not None:
            found |= {"total": self.total.tolist(), "exact": self.exact.tolist()}
        return found


def saliency(model: Any, x: Any, classes: Sequence[int] | None = None) -> Attribution:
    """The gradient of the score by each number of x.

    Shapes: x (samples, ...) -> the same. Source: Simonyan et al. 2013 (arXiv 1312.6034).
    """
    x, chosen, scores = _asked(model, x, classes)
    slopes = _slopes(model, chosen)
    gradient = np.asarray(slopes(x).numpy())
    return Attribution(GRADIENT, gradient, chosen, scores)


def integrated_gradients(
    model: Any,
    x: Any,
    classes: Sequence[int] | None = None,
    *,
    baseline: float = 0.0,
    steps: int = STEPS,
) -> Attribution:
    """(x - baseline) times the mean gradient of the score on the straight way between them.

    The parts of a sample add up to score(x) - score(baseline), but for the error of taking the
    mean over `steps` places. Source: Sundararajan et al. 2017 (arXiv 1703.01365).
    """
    if steps < 1:
        raise OptionError(f"integrated_gradients: {steps} steps. There is at least 1.")
    x, chosen, scores = _asked(model, x, classes)
    start = np.full_like(x, baseline)
    way = x - start
    mean = np.zeros(x.shape, np.float64)
    slopes = compiled(_slopes(model, chosen))
    for k in range(steps):
        part = np.float32((k + 0.5) / steps).astype(x.dtype)
        place = start + way * part
        mean += slopes(place).numpy() / steps
    array = way * mean
    exact = scores.astype(np.float64) - _scores(model(start), chosen)
    total = array.reshape(len(x), -1).sum(axis=1)
    return Attribution(INTEGRATED, array, chosen, scores, total, exact)


def occlusion(
    model: Any,
    x: Any,
    classes: Sequence[int] | None = None,
    *,
    window: int = 4,
    stride: int = 2,
    cover: float = 0.0,
) -> Attribution:
    """How much the score falls where a square window of a picture is covered.

    Each place has the mean over the windows that cover it. Shapes: x (samples, channels, height,
    width) -> (samples, height, width). Source: Zeiler and Fergus 2013 (arXiv 1311.2901).
    """
    x, chosen, scores = _asked(model, x, classes)
    _check_pictures(OCCLUSION, x)
    sides = x.shape[2:]
    outputs = compiled(model)
    falls = np.zeros((len(x), *sides))
    counts = np.zeros(sides)
    for top, left in _windows(sides, window, stride):
        rows = slice(top, top + window)
        columns = slice(left, left + window)
        covered = x.copy()
        covered[:, :, rows, columns] = cover
        fall = scores.astype(np.float64) - _scores(outputs(covered), chosen)
        falls[:, rows, columns] += fall[:, None, None]
        counts[rows, columns] += 1.0
    mean = falls / np.maximum(counts, 1.0)
    return Attribution(OCCLUSION, mean, chosen, scores)


def grad_cam(
    model: Any, x: Any, classes: Sequence[int] | None = None, *, layer: str = ""
) -> Attribution:
    """Where the maps of a layer speak for the class.

        relu(sum over maps of (mean of its gradient) map)

    `layer`: the path of one that gives maps; left out, the last one. Shapes: x (samples, channels,
    height, width) -> (samples, height, width), those of the maps. Source: Selvaraju et al. 2016
    (arXiv 1610.02391).
    """
    x, chosen, scores = _asked(model, x, classes)
    found = trace(_score(model, chosen), x)
    maps = [value for value in found.layers.values() if len(value.shape) == 4]
    value = found.find(layer) if layer else max(maps, key=_number, default=None)
    if value is None or len(value.shape) != 4:
        what = "no layer gives maps" if value is None else f"{layer!r} gives {value.shape}"
        raise GraphError(
            f"grad_cam: {what}. It takes the path of a layer of a convolutional network, whose "
            "output is (samples, channels, height, width)."
        )
    array = found.array(value.name)
    weights = found.gradients[value.name].mean(
        axis=(2, 3),
        keepdims=True,
    )
    return Attribution(
        GRAD_CAM,
        np.maximum((weights * array).sum(axis=1), 0.0),
        chosen,
        scores,
    )


def _number(value: Any) -> int:
    """The place of a value in its graph: names are numbers."""
    return int(value.name[1:])


def _asked(
    model: Any, x: Any, classes: Sequence[int] | None
) -> tuple[Any, NDArray[np.int64], NDArray[Any]]:
    """The input as floats, the classes that are asked about, and their scores."""
    x = np.asarray(x)
    if x.dtype.kind != "f":
        raise OptionError(
            f"attribution: inputs of {x.dtype}. Only floats can be changed a little: explain what "
            "an embedding made of ids."
        )
    outputs = np.asarray(model(x).numpy())
    if not outputs.size or x.ndim < 2 or len(outputs) != len(x):
        raise OptionError(
            f"attribution: inputs of shape {x.shape}, outputs {outputs.shape}. Both have samples "
            "first, at least one: give a single sample as a batch of one, x[None]."
        )
    flat = outputs.reshape(len(x), -1)
    chosen = flat.argmax(axis=1) if classes is None else np.asarray(classes, np.int64)
    is_known = (chosen >= 0) & (chosen < flat.shape[1])
    if chosen.shape != (len(x),) or not is_known.all():
        raise OptionError(
            f"attribution: classes {chosen.tolist()} for {len(x)} samples with {flat.shape[1]} "
            "scores each. There is one class for each sample."
        )
    rows = np.arange(len(x))
    return x, chosen.astype(np.int64), flat[rows, chosen]


def _score(model: Any, classes: NDArray[np.int64]) -> Callable[[Any], Tensor]:
    """The sum over samples of the score of the class of each."""

    def score(x: Any) -> Tensor:
        outputs = model(x)
        flat = outputs.reshape(len(classes), -1)
        mask = np.arange(flat.shape[1]) == classes[:, None]
        total: Tensor = (flat * mask.astype(flat.dtype)).sum()
        return total

    return score


def _scores(outputs: Any, classes: NDArray[np.int64]) -> NDArray[Any]:
    flat = np.asarray(outputs.numpy()).reshape(len(classes), -1)
    return flat[np.arange(len(classes)), classes]


def _slopes(model: Any, classes: NDArray[np.int64]) -> Callable[[Any], Tensor]:
    """The gradient of these scores by each number of the input."""
    slopes: Callable[[Any], Tensor] = grad(_score(model, classes))
    return slopes


def _check_pictures(who: str, x: Any) -> None:
    if x.ndim != 4:
        raise OptionError(
            f"{who}: inputs of shape {x.shape}. It takes pictures: (samples, channels, height, "
            "width)."
        )


def _windows(sides: tuple[int, ...], window: int, stride: int) -> list[tuple[int, int]]:
    """The upper left corners of windows that reach every place."""
    if not 1 <= stride <= window <= min(sides):
        raise OptionError(
            f"occlusion: a window of {window} with stride {stride} on {sides}. 1 <= stride <= "
            "window <= the sides."
        )
    starts = [[*range(0, side - window, stride), side - window] for side in sides]
    places = [(top, left) for top in starts[0] for left in starts[1]]
    if len(places) > MOST_WINDOWS:
        raise OptionError(
            f"occlusion: {len(places):,} windows, an inference each. At most {MOST_WINDOWS:,}: a "
            "larger stride."
        )
    return places


ATTRIBUTIONS: dict[str, Callable[..., Attribution]] = {
    GRADIENT: saliency,
    INTEGRATED: integrated_gradients,
    OCCLUSION: occlusion,
    GRAD_CAM: grad_cam,
}

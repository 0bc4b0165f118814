"""What measures accept, and the words they refuse the rest with.

distribution    probabilities of all outcomes
labels          one class or cluster per sample
alike           two of the same shape
scikit_learn    its `metrics`, where a measure is taken from there
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.arrays import ArrayLike
from pellucid.columns import is_text, plain
from pellucid.errors import DataError, DTypeError, OptionError, ShapeError
from pellucid.optional import imported

Floats = NDArray[np.float64]

# How far the sum of probabilities may be from 1, by the bytes of one: softmax of a
# thousand float32 scores is off by about 1e-6, of float16 ones by about 1e-3.
ROUNDING = {2: 1e-2, 4: 1e-4}


def floats(name: str, what: str, values: ArrayLike) -> Floats:
    """Finite numbers, at least one, as float64."""
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        raise DTypeError(f"{name}: {what} of {array.dtype}. They must be numbers.")
    if array.size == 0:
        raise DataError(f"{name}: {what} of shape {array.shape} are empty. Give at least one.")
    wrong = ~np.isfinite(array)
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise DataError(
            f"{name}: {what} hold {array[place]} at {place}. Every number must be finite."
        )
    return array.astype(np.float64)


def probabilities(name: str, what: str, values: ArrayLike) -> Floats:
    """Numbers from 0 to 1."""
    p = floats(name, what, values)
    wrong = (p < 0.0) | (p > 1.0 + ROUNDING[4])
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise DataError(
            f"{name}: {what} hold {p[place]:g} at {place}. A probability lies between 0 and 1."
            f"{' Counts become probabilities by p / p.sum().' if (p >= 0.0).all() else ''}"
        )
    return p


def distribution(name: str, what: str, values: ArrayLike, *, axes: int = 1) -> Floats:
    """Probabilities of all outcomes, which sum to 1."""
    p = floats(name, what, values)
    if p.ndim != axes:
        form = "a row of probabilities" if axes == 1 else "a table of joint probabilities"
        raise ShapeError(f"{name}: {what} has shape {p.shape}. It must be {form}.")
    if (p < 0.0).any():
        place = tuple(int(i) for i in np.argwhere(p < 0.0)[0])
        raise DataError(
            f"{name}: {what} holds {p[place]:g} at {place}. A probability is never negative."
        )
    tolerance = ROUNDING.get(getattr(values, "dtype", np.dtype(float)).itemsize, 1e-6)
    if abs(p.sum() - 1.0) > tolerance:
        raise DataError(
            f"{name}: {what} sums to {p.sum():g}. The probabilities of all outcomes sum to 1: "
            "counts or weights become probabilities by p / p.sum()."
        )
    return p


def labels(name: str, what: str, values: ArrayLike) -> NDArray[Any]:
    """One integer, boolean or text per sample."""
    array = plain(values)
    if array.ndim != 1:
        remedy = " Use argmax(axis=-1) to turn scores into classes." if array.ndim == 2 else ""
        raise ShapeError(
            f"{name}: {what} of shape {array.shape}. They are one label per sample: shape "
            f"(samples,).{remedy}"
        )
    if array.size == 0:
        raise DataError(f"{name}: {what} are empty. Give at least one sample.")
    is_named = array.dtype != object or all(isinstance(x, str | bytes) for x in array)
    if array.dtype.kind not in "iub" and not (is_text(array) and is_named):
        raise DTypeError(
            f"{name}: {what} of {array.dtype}. Labels are integers, booleans or text: "
            "use .astype('int64') on whole numbers."
        )
    return array


def label_pair(name: str, first: ArrayLike, second: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """Two labellings of the same samples, of the same kind."""
    a = labels(name, "the first labels", first)
    b = labels(name, "the second labels", second)
    alike(name, a, b)
    return a, b


def alike(name: str, a: NDArray[Any], b: NDArray[Any]) -> None:
    """Refuse two arrays of different shapes."""
    if a.shape != b.shape:
        raise ShapeError(
            f"{name}: shapes {a.shape} and {b.shape}. Both must speak of the same outcomes or "
            "samples, so their shapes are equal."
        )


def number(name: str, what: str, value: Any, *, least: int) -> int:
    """A whole number that is large enough."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise OptionError(f"{name}: {what} {value!r}. It is a whole number, at least {least}.")
    return int(value)


def scikit_learn(name: str) -> Any:
    """The module `sklearn.metrics`, or an error that says how to get it."""
    # Imported on use: it costs a second, and few measures need it.
    who = f"{name}: scikit-learn, which computes it"
    return imported("sklearn.metrics", who, OptionError, package="'pellucid[sklearn]'")

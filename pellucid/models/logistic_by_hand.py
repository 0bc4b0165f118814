"""Logistic regression written three ways, which agree: loops, matrices, and the library.

by_loops      every sum spelled out, over samples and over features
by_vectors    the same sums as matrix products
by_library    the same model and loss with gradients, compiler and optimizer of pellucid
Fit           what each of them found

In the notation of courses: each column of X is a sample, so X is (n_x, m), Y (1, m), w
(n_x, 1), and b one number. The layers of pellucid have samples in rows instead.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid import nn
from pellucid.arrays import ArrayLike
from pellucid.compile import compile as compiled
from pellucid.errors import DataError, OptionError, ShapeError, is_finite
from pellucid.functional import binary_cross_entropy
from pellucid.nn.init import Zeros
from pellucid.optim import SGD
from pellucid.strict import strict
from pellucid.tensor import Tensor

Floats = NDArray[np.float64]


@strict
@dataclass(frozen=True)
class Fit:
    """Weights w (n_x, 1), bias b, and the cost J before each of the steps."""

    w: Floats
    b: float
    costs: tuple[float, ...]

    def probabilities(self, x: ArrayLike) -> Floats:
        """A = sigmoid(w^T X + b): the probability of yes. Shapes: X (n_x, m) -> (1, m)."""
        array = np.asarray(x, np.float64)
        if array.ndim != 2 or len(array) != len(self.w):
            raise ShapeError(
                f"Fit: X of shape {array.shape}. A sample is a column of {len(self.w)} numbers."
            )
        return _sigmoid(self.w.T @ array + self.b)


@strict
def by_loops(x: ArrayLike, y: ArrayLike, *, learning_rate: float, iterations: int) -> Fit:
    """Gradient descent with each sum as a loop: over samples, and inside over features.

        for i:  z = b + sum over j of w_j x_j(i);  a = sigmoid(z);  dz = a - y(i)
                J += loss;  dw_j += x_j(i) dz;  db += dz
        J, dw, db are divided by m;  w_j <- w_j - learning_rate dw_j;  b likewise

    Slow on purpose: `by_vectors` says the same in a line each.
    Shapes: x (n_x, m), y (1, m) of 0 and 1. Start: w = 0, b = 0.
    Errors: ShapeError, DataError for samples that do not fit; OptionError for options.

    >>> fit = by_loops([[-1.0, 1.0]], [[0, 1]], learning_rate=1.0, iterations=1)
    >>> fit.w.tolist(), fit.b
    ([[0.5]], 0.0)
    """
    xs, ys = _checked("by_loops", x, y, learning_rate, iterations)
    columns = xs.T.tolist()
    targets = ys.ravel().tolist()
    w = [0.0] * len(xs)
    b = 0.0
    costs = []
    for _ in range(iterations):
        cost, dw, db = _summed(columns, targets, w, b)
        costs.append(cost)
        for j in range(len(w)):
            w[j] -= learning_rate * dw[j]
        b -= learning_rate * db
    return Fit(np.array(w).reshape(-1, 1), b, tuple(costs))


def _summed(
    columns: list[list[float]], targets: list[float], w: list[float], b: float
) -> tuple[float, list[float], float]:
    """J, dw and db, one number after the other."""
    cost = 0.0
    dw = [0.0] * len(w)
    db = 0.0
    for sample, y in zip(columns, targets, strict=True):
        z = b
        for j in range(len(w)):
            z += w[j] * sample[j]
        # e^-|z| never overflows, and both forms of the sigmoid follow from it.
        e = math.exp(-abs(z))
        a = 1.0 / (1.0 + e) if z >= 0.0 else e / (1.0 + e)
        # -[y log a + (1 - y) log(1 - a)], without the logarithm of a rounded 0.
        cost += max(z, 0.0) + math.log1p(e) - y * z
        dz = a - y
        for j in range(len(w)):
            dw[j] += sample[j] * dz
        db += dz
    m = len(targets)
    return cost / m, [total / m for total in dw], db / m


@strict
def by_vectors(
    x: ArrayLike,
    y: ArrayLike,
    *,
    learning_rate: float,
    iterations: int,
) -> Fit:
    """Gradient descent with each sum as a matrix product; `@` is that product, `*` is not.

        Z = w^T X + b;  A = sigmoid(Z);  dZ = A - Y;  dw = X dZ^T / m;  db = sum(dZ) / m
        w <- w - learning_rate dw;  b <- b - learning_rate db

    Shapes, start and errors: as by_loops.

    >>> fit = by_vectors([[-1.0, 1.0]], [[0, 1]], learning_rate=1.0, iterations=1)
    >>> fit.w.tolist(), fit.b
    ([[0.5]], 0.0)
    """
    xs, ys = _checked("by_vectors", x, y, learning_rate, iterations)
    w = np.zeros((len(xs), 1))
    b = 0.0
    costs = []
    m = ys.size
    for _ in range(iterations):
        z = w.T @ xs + b
        dz = _sigmoid(z) - ys
        costs.append(float(np.sum(np.logaddexp(0.0, z) - ys * z) / m))
        w = w - learning_rate * (xs @ dz.T / m)
        b = b - learning_rate * float(np.sum(dz) / m)
    return Fit(w, b, tuple(costs))


@strict
def by_library(
    x: ArrayLike,
    y: ArrayLike,
    *,
    learning_rate: float,
    iterations: int,
) -> Fit:
    """The same descent by a dense layer, a loss, SGD and `compile`: no gradient is written.

    Shapes, start and errors: as by_loops.

    >>> fit = by_library([[-1.0, 1.0]], [[0, 1]], learning_rate=1.0, iterations=1)
    >>> fit.w.tolist(), fit.b
    ([[0.5]], 0.0)
    """
    xs, ys = _checked("by_library", x, y, learning_rate, iterations)
    layer = nn.Linear(len(xs), 1, initializer=Zeros(), dtype="float64")
    optimizer = SGD(layer.parameters(), learning_rate)

    def update(rows: Tensor, targets: Tensor) -> Tensor:
        cost = binary_cross_entropy(layer(rows), targets)
        optimizer.minimize(cost)
        return cost

    step: Callable[..., Any] = compiled(update)
    rows = np.ascontiguousarray(xs.T)
    targets = np.ascontiguousarray(ys.T)
    costs = tuple(float(step(rows, targets).item()) for _ in range(iterations))
    assert layer.bias is not None
    return Fit(layer.weight.numpy().copy(), float(layer.bias.numpy()[0]), costs)


def _sigmoid(z: Floats) -> Floats:
    e = np.exp(-np.abs(z))
    return np.where(z >= 0.0, 1.0, e) / (1.0 + e)


def _checked(
    name: str, x: ArrayLike, y: ArrayLike, rate: float, iterations: int
) -> tuple[Floats, Floats]:
    # Rows in memory one behind the other: of a transposed view, products take ten times as long.
    xs = np.asarray(x, np.float64, order="C")
    ys = np.asarray(y, np.float64)
    if xs.ndim != 2 or ys.shape != (1, xs.shape[1]):
        remedy = " Use Y.reshape(1, -1): an array of one axis is neither row nor column."
        remedy = remedy if ys.ndim == 1 else ""
        raise ShapeError(
            f"{name}: X of shape {xs.shape}, Y of shape {ys.shape}. Each column is a sample: X is "
            f"(n_x, m), Y (1, m).{remedy}"
        )
    if not xs.size:
        raise DataError(f"{name}: X of shape {xs.shape} is empty. Give at least one sample.")
    if not np.isfinite(xs).all():
        raise DataError(f"{name}: X holds numbers that are not finite.")
    if not np.isin(ys, (0.0, 1.0)).all():
        raise DataError(f"{name}: Y holds other numbers than 0 and 1, the two classes.")
    if not (is_finite(rate) and rate > 0.0) or iterations < 1:
        raise OptionError(
            f"{name}: learning_rate {rate}, {iterations} iterations. The rate is above 0, and "
            "there is at least 1 iteration."
        )
    return xs, ys

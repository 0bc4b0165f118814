"""The forward and backward pass of an L-layer network, every formula written out in NumPy.

Cache              what a layer keeps on the way forward, for the way back
l_layer_forward    A[L], and the caches of all layers
l_layer_cost       J, the mean loss
l_layer_backward   dW[l] and db[l] of all layers
l_layer_update     one step of gradient descent

Columns are samples. Parameters are a dict W1, b1 ... WL, bL, as `LLayer.params` names them;
hidden layers have relu or tanh, the output sigmoid. Automatic differentiation gives the same
gradients, which a test compares; this is what it does, for reading.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import OptionError, ShapeError, closest
from pellucid.strict import strict

Floats = NDArray[Any]
Function = Callable[[Floats], Floats]
Parameters = Mapping[str, Floats]


@strict
@dataclass(frozen=True)
class Cache:
    """A[l-1], W[l], b[l] and Z[l] of one layer, and the name of its activation."""

    a_before: Floats
    w: Floats
    b: Floats
    z: Floats
    activation: str


def _sigmoid(z: Floats) -> Floats:
    e = np.exp(-np.abs(z))
    return np.where(z >= 0.0, 1.0, e) / (1.0 + e)


# g(z) of each activation, and its derivative g'(z).
ACTIVATIONS: dict[str, tuple[Function, Function]] = {
    "relu": (lambda z: np.maximum(z, 0.0), lambda z: (z > 0.0).astype(z.dtype)),
    "tanh": (np.tanh, lambda z: 1.0 - np.tanh(z) ** 2),
    "sigmoid": (_sigmoid, lambda z: _sigmoid(z) * (1.0 - _sigmoid(z))),
}


@strict
def l_layer_forward(
    x: Floats, parameters: Parameters, *, activation: str = "relu"
) -> tuple[Floats, tuple[Cache, ...]]:
    """A[L] and the cache of each layer.

        Z[l] = W[l] A[l-1] + b[l],  A[l] = g[l](Z[l])

    Shapes: x (n[0], m), W[l] (n[l], n[l-1]), b[l] (n[l], 1) -> A[L] (n[L], m).
    Errors: ShapeError naming the layer that does not fit; OptionError for an activation that
    is neither relu, tanh nor sigmoid.

    >>> parameters = {"W1": np.array([[2.0, 0.0]]), "b1": np.array([[-2.0]])}
    >>> l_layer_forward(np.array([[1.0], [5.0]]), parameters)[0].tolist()
    [[0.5]]
    """
    if activation not in ACTIVATIONS:
        hint = closest(activation, ACTIVATIONS)
        raise OptionError(f"l_layer_forward: activation {activation!r}. {hint}")
    a = x
    caches = []
    last = _layers(parameters)
    for layer in range(1, last + 1):
        w = parameters[f"W{layer}"]
        b = parameters[f"b{layer}"]
        if a.ndim != 2 or w.shape[1:] != a.shape[:1] or b.shape != (len(w), 1):
            raise ShapeError(
                f"l_layer_forward: layer {layer}: W {w.shape}, b {b.shape}, A before it "
                f"{a.shape}. W[l] is (n[l], n[l-1]), b[l] (n[l], 1), A[l-1] (n[l-1], m)."
            )
        name = activation if layer < last else "sigmoid"
        cache = Cache(a, w, b, w @ a + b, name)
        a = ACTIVATIONS[name][0](cache.z)
        caches.append(cache)
    return a, tuple(caches)


@strict
def l_layer_cost(y: Floats, caches: tuple[Cache, ...]) -> float:
    """The mean cross-entropy of the samples.

        J = -1/m sum of [Y log A[L] + (1 - Y) log(1 - A[L])]

    Computed from Z[L], so that no logarithm of a rounded 0 is taken.
    Shapes: y (n[L], m) of 0 and 1. Errors: ShapeError where y is another shape than A[L].
    """
    z = caches[-1].z
    _check_answers("l_layer_cost", y, z)
    return float(np.sum(np.logaddexp(0.0, z) - y * z) / y.shape[1])


@strict
def l_layer_backward(y: Floats, caches: tuple[Cache, ...]) -> dict[str, Floats]:
    """The gradients of J, from the last layer to the first.

        dZ[L] = A[L] - Y;  dW[l] = dZ[l] A[l-1]^T / m;  db[l] = sum of dZ[l] over samples / m
        dA[l-1] = W[l]^T dZ[l];  dZ[l-1] = dA[l-1] * g'(Z[l-1]), element by element

    Gives dW1, db1 ... dWL, dbL. Shapes: each that of what it belongs to.
    Errors: as l_layer_cost.

    >>> parameters = {"W1": np.array([[2.0, 0.0]]), "b1": np.array([[-2.0]])}
    >>> _, caches = l_layer_forward(np.array([[1.0], [5.0]]), parameters)
    >>> l_layer_backward(np.array([[1.0]]), caches)["dW1"].tolist()
    [[-0.5, -2.5]]
    """
    _check_answers("l_layer_backward", y, caches[-1].z)
    found: dict[str, Floats] = {}
    m = y.shape[1]
    dz = _sigmoid(caches[-1].z) - y
    for layer in range(len(caches), 0, -1):
        cache = caches[layer - 1]
        found[f"dW{layer}"] = dz @ cache.a_before.T / m
        found[f"db{layer}"] = dz.sum(axis=1, keepdims=True) / m
        if layer > 1:
            before = caches[layer - 2]
            dz = (cache.w.T @ dz) * ACTIVATIONS[before.activation][1](before.z)
    return found


@strict
def l_layer_update(
    parameters: Parameters, gradients: Parameters, *, learning_rate: float
) -> dict[str, Floats]:
    """New parameters: each p - learning_rate dp."""
    return {name: p - learning_rate * gradients[f"d{name}"] for name, p in parameters.items()}


def _layers(parameters: Parameters) -> int:
    layers = len(parameters) // 2
    expected = {f"{kind}{layer}" for layer in range(1, layers + 1) for kind in "Wb"}
    if not layers or set(parameters) != expected:
        raise OptionError(
            f"l_layer_forward: parameters {', '.join(parameters) or 'none'}. They are W1, b1 and "
            "so on up to WL, bL."
        )
    return layers


def _check_answers(name: str, y: Floats, z: Floats) -> None:
    if y.shape != z.shape:
        raise ShapeError(
            f"{name}: Y of shape {y.shape}, A[L] of {z.shape}. Both are (n[L], m), one column per "
            "sample."
        )

"""The described networks in JAX.

start       their parameters, in the order of the layers
apply       their outputs
"""

from collections.abc import Iterator, Sequence
from typing import Any

import jax_gpt

from pellucid.bench.networks import (
    FLATTEN,
    POOL,
    RELU,
    Conv,
    Dense,
    Dropout,
    LastOfLSTM,
    Norm,
    Residual,
    SmallGPT,
)


def start(layers: Sequence[Any], weights: Iterator[Any]) -> list[Any]:
    """Parameters for each layer; weights are taken in order."""
    import jax.numpy as jnp

    found: list[Any] = []
    for layer in layers:
        match layer:
            case Residual(way, way_round):
                found.append([start(way, weights), start(way_round, weights)])
            case Dense() | Conv(bias=True):
                found.append([jnp.asarray(next(weights)), jnp.asarray(next(weights))])
            case LastOfLSTM():
                found.append([jnp.asarray(next(weights)) for _ in range(3)])
            case SmallGPT():
                found.append(jax_gpt.start(layer, weights))
            case Conv():
                found.append([jnp.asarray(next(weights))])
            case Norm(channels):
                found.append([jnp.ones((channels, 1, 1)), jnp.zeros((channels, 1, 1))])
            case _:
                found.append([])
    return found


def apply(layers: Sequence[Any], parameters: list[Any], x: Any, key: Any) -> Any:
    """The network's outputs for a batch; `key` is for dropout, and None where one predicts."""
    import jax

    for number, (layer, own) in enumerate(zip(layers, parameters, strict=True)):
        match layer:
            case Residual(way, way_round):
                x = jax.nn.relu(apply(way, own[0], x, key) + apply(way_round, own[1], x, key))
            case SmallGPT():
                x = jax_gpt.apply(layer, own, x)
            case Dropout() if key is None:
                pass
            case Dropout(p):
                kept = jax.random.bernoulli(jax.random.fold_in(key, number), 1 - p, x.shape)
                x = x * kept / (1 - p)
            case _:
                x = _plain(layer, own, x)
    return x


def _plain(layer: Any, own: list[Any], x: Any) -> Any:
    """A layer that is neither random nor made of others."""
    import jax
    import jax.numpy as jnp

    match layer:
        case Conv(padding=padding, stride=stride):
            around = [(padding, padding)] * 2
            y = jax.lax.conv_general_dilated(x, own[0], (stride, stride), around)
            return y + own[1][:, None, None] if layer.bias else y
        case Dense():
            return x @ own[0] + own[1]
        case LastOfLSTM(hidden=hidden):
            return _last_of_lstm(hidden, own, x)
        case Norm():
            mean, variance = (f(x, axis=(0, 2, 3), keepdims=True) for f in (jnp.mean, jnp.var))
            return (x - mean) / jnp.sqrt(variance + 1e-5) * own[0] + own[1]
    if layer == RELU:
        return jax.nn.relu(x)
    if layer == FLATTEN:
        return x.reshape(len(x), -1)
    if layer == POOL:
        # By reshape: half the time of reduce_window on CPUs.
        n, c, height, width = x.shape
        return x.reshape(n, c, height // 2, 2, width // 2, 2).max(axis=(3, 5))
    return x.mean(axis=(2, 3))


def _last_of_lstm(hidden: int, own: list[Any], x: Any) -> Any:
    """A scan over time, the product with the inputs of all steps before it."""
    import jax
    import jax.numpy as jnp

    weight, recurrent, bias = own

    def step(state: Any, fed: Any) -> Any:
        h, c = state
        enter, stay, new, leave = jnp.split(fed + h @ recurrent, 4, axis=1)
        c = jax.nn.sigmoid(stay) * c + jax.nn.sigmoid(enter) * jnp.tanh(new)
        return (jax.nn.sigmoid(leave) * jnp.tanh(c), c), None

    start = jnp.zeros((len(x), hidden))
    (h, _), _ = jax.lax.scan(step, (start, start), jnp.swapaxes(x @ weight + bias, 0, 1))
    return h

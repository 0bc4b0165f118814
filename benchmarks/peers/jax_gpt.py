"""The small GPT in JAX.

apply       logits of each next character, from its parameters
"""

from collections.abc import Iterator
from typing import Any

from pellucid.bench.networks import SmallGPT


def start(layer: SmallGPT, weights: Iterator[Any]) -> dict[str, Any]:
    """Parameters by name; those of blocks in a list."""
    import jax.numpy as jnp

    token, place, *rest, output = [jnp.asarray(next(weights)) for _ in layer.weights]
    norms = [[jnp.ones(layer.features), jnp.zeros(layer.features)] for _ in range(3)]
    pairs = [rest[i : i + 2] for i in range(0, len(rest), 2)]
    each = len(pairs) // layer.blocks
    blocks = [{"norms": norms[:2], "maps": pairs[i : i + each]} for i in range(0, len(pairs), each)]
    return {"token": token, "place": place, "blocks": blocks, "norm": norms[2], "output": output}


def apply(layer: SmallGPT, own: dict[str, Any], ids: Any) -> Any:
    """Logits of each next character."""
    import jax

    x = own["token"][ids] + own["place"]
    for block in own["blocks"]:
        query, key, value, output, widen, narrow = block["maps"]
        y = _norm(x, block["norms"][0])
        mixed = _attention(layer, *(_affine(y, w) for w in (query, key, value)))
        x = x + _affine(mixed, output)
        wide = jax.nn.gelu(_affine(_norm(x, block["norms"][1]), widen), approximate=False)
        x = x + _affine(wide, narrow)
    return _norm(x, own["norm"]) @ own["output"]


def _affine(x: Any, own: list[Any]) -> Any:
    return x @ own[0] + own[1]


def _norm(x: Any, own: list[Any]) -> Any:
    import jax.numpy as jnp

    centred = x - x.mean(axis=-1, keepdims=True)
    variance = (centred * centred).mean(axis=-1, keepdims=True)
    return centred / jnp.sqrt(variance + 1e-5) * own[0] + own[1]


def _attention(layer: SmallGPT, *projected: Any) -> Any:
    """Causal, of several heads; XLA makes its own of JAX's function."""
    import jax

    batch, time, features = projected[0].shape
    shape = (batch, time, layer.heads, features // layer.heads)
    heads = (x.reshape(shape) for x in projected)
    return jax.nn.dot_product_attention(*heads, is_causal=True).reshape(batch, time, features)

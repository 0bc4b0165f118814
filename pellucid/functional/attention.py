"""Attention: each query takes a mixture of values, weighed by how well keys fit it."""

from pellucid.creation import where
from pellucid.errors import ShapeError
from pellucid.strict import strict
from pellucid.tensor import Tensor

INFINITY = float("inf")


@strict
def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> Tensor:
    """Mixtures of values, weighed by softmax over the keys.

        y = softmax(q k^T / sqrt(features)) v

    `mask` is true where a query may look; a query that may look nowhere gets zeros.

    Shapes: q (..., queries, features), k (..., keys, features), v (..., keys, values), mask
    broadcast to (..., queries, keys) -> y (..., queries, values).
    Errors: ShapeError where features or keys do not agree.
    Source: Vaswani et al. 2017 (arXiv 1706.03762), equation 1.

    >>> from pellucid.tensor import tensor
    >>> x = tensor([[1.0, 0.0], [0.0, 1.0]])
    >>> scaled_dot_product_attention(x * 100.0, x * 100.0, x).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    if query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
        raise ShapeError(
            f"attention: query {query.shape}, key {key.shape}, value {value.shape}. The last axes "
            "of query and key are the same features, the last but one of key and value the same "
            "keys."
        )
    scores = query @ key.mT * query.shape[-1] ** -0.5
    if mask is not None:
        scores = where(mask, scores, -INFINITY)
    top = scores.max(axis=-1, keepdims=True).stop_gradient()
    if mask is not None:
        top = where(top == -INFINITY, 0.0, top)
    weights = (scores - top).exp()
    total = weights.sum(axis=-1, keepdims=True)
    if mask is not None:
        total = where(total == 0.0, 1.0, total)
    return (weights / total) @ value  # type: ignore[no-any-return]

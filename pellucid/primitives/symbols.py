"""Tensors made without knowing what a tensor is: like one that is there.

symbol      one known only by its shape and dtype
zeros       zeros that a graph makes, not constants of their size
"""

from typing import Any

import numpy as np

from pellucid.graph import Value
from pellucid.origins import Origin
from pellucid.primitives.movement import BroadcastTo


def symbol(like: Any) -> Any:
    """A tensor like another one, known only by its shape and dtype."""
    return like.holding(Value("", like.shape, like.dtype), Origin(None, ()))


def zeros(like: Any, *, symbolic: bool) -> Any:
    """Zeros like a tensor; symbolic ones are repeated where a graph runs."""
    kind = like.holding
    zero = np.zeros((), like.dtype)
    if not symbolic:
        return kind(np.zeros(like.shape, like.dtype))
    value = Value("", like.shape, like.dtype)
    return kind(value, Origin(BroadcastTo(like.shape), (kind(zero),)))

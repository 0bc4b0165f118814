"""Whether a model fits into memory, worked out before it is built.

check_training      a model, what training keeps of each weight, and the values of a batch
check_weights       a model whose weights are in a file: it is not larger than they are
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pellucid.capacity import check_room, in_words, sizing
from pellucid.compile import capture
from pellucid.data import Form
from pellucid.errors import CapacityError
from pellucid.graph import Graph
from pellucid.nn.module import Module
from pellucid.primitives import Convolution, MatMul
from pellucid.tensor import Tensor

COPIES = 4  # of all weights that training holds: them, gradients, and two moments
SMALL_BYTES = 2**26  # of weights, and of a batch: less is not looked at any closer
REMEDY = "Choose fewer or smaller layers, or a smaller batch size."

Loss = Callable[..., Tensor]


def check_training(
    name: str, build: Callable[[], Module], loss: Loss, form: Form, batch: int
) -> None:
    """Raise CapacityError where training does not fit into memory.

    Counted are the weights, their gradients, two moments of each, and what the products of a batch
    give, which the gradients need. No number of all these is made.
    """
    with sizing(f"model {name!r}", COPIES, REMEDY) as sizes:
        model = build()
        of_batch = 4 * batch * form.features
        if max(sizes.bytes, of_batch) < SMALL_BYTES:
            return
        values = _values(capture(lambda x, t: loss(model(x), t))(*_batch(form, batch)))
    wanted = COPIES * sizes.bytes + values
    what = f"model {name!r} with {in_words(sizes.bytes)} of weights, {COPIES} times that with all "
    what += f"that is kept of each, and {in_words(values)} of values for a batch of {batch:,}"
    check_room(what, wanted, REMEDY)


def _batch(form: Form, count: int) -> tuple[Any, Any]:
    """Samples and targets in their shapes, which take no memory."""
    x = np.zeros((), np.int64 if form.vocabulary else np.float32)
    t = np.zeros((), np.int64 if form.classes else np.float32)
    shapes = (count, *form.shape), (count, *form.target_shape)
    return np.broadcast_to(x, shapes[0]), np.broadcast_to(t, shapes[1])


def _values(graph: Graph) -> int:
    """The bytes that products give; what is between them may never be in memory as a whole."""
    return sum(
        node.output.nbytes
        for node in graph.nodes
        if isinstance(node.primitive, MatMul | Convolution)
    )


def check_weights(name: str, build: Callable[[], Module], arrays: Mapping[str, Any]) -> None:
    """Raise CapacityError where a model wants far more numbers than there are weights for it."""
    given = sum(array.nbytes for array in arrays.values())
    with sizing(f"model {name!r}", 1, REMEDY) as sizes:
        build()
    if sizes.bytes > 2 * given + SMALL_BYTES:
        raise CapacityError(
            f"model {name!r} has {in_words(sizes.bytes)} of weights, the file holds "
            f"{in_words(given)}."
        )

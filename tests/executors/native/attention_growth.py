"""How a random program grows by attention: queries, keys and values, with a mask or without.

    attention       mixtures of values, and gradients of them to second order
    ATTENTION       what the compiler does with it: what there is to meet
    met             which of it a program meets

Masks hide what comes later, or anything; they are known or given. All numbers are finite, and
nobody differentiates the results further: where a known mask hides something infinite, the
reference multiplies it by 0, and native programs leave it out (docs/decisions/0041).
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.autodiff import gradients
from pellucid.executors.native.ir.kernels import Product
from pellucid.executors.native.ir.triangles import TriangularMatMul
from pellucid.executors.native.schedule.planned import Planned
from pellucid.functional.attention import scaled_dot_product_attention
from pellucid.primitives.base import BOOL
from pellucid.recordings import recording
from pellucid.tensor import Tensor

BATCHES = ((), (1,), (2,), (3,), (2, 2), (1, 3))
LENGTHS = (1, 2, 3, 8, 9, 16, 16, 24, 24, 40)
FEATURES = (1, 2, 3, 5, 8, 17)
MASKS = ("none", "later", "later", "later", "some", "given", "given later")
ATTENTION = tuple(
    ("attention", what) for what in ("lower", "upper", "veiled", "matrix by matrix", "whole")
)


def attention(builder: Any) -> Tensor:
    """Mixtures of values, or a gradient of them; the others are results of the program too."""
    batch = builder.choice(BATCHES)
    queries, keys = builder.choice(LENGTHS), builder.choice(LENGTHS)
    if builder.chance(75):
        keys = queries
    wide, values = builder.choice(FEATURES), builder.choice(FEATURES)
    q, k, v = (
        _of_heads(builder, batch, *size) for size in ((queries, wide), (keys, wide), (keys, values))
    )
    with recording():
        y = scaled_dot_product_attention(q, k, v, _mask(builder, queries, keys))
        made, order = [y], builder.choice((0, 1, 1, 2))
        for times in range(1, order + 1):
            made += _gradients(builder, made[-1], [q, k, v], times)
        given = [each.stop_gradient() for each in made]
    builder.values += given
    builder.kept += given
    return builder.choice(given)


def _numbers(builder: Any, shape: tuple[int, ...]) -> Any:
    generator = np.random.default_rng(builder.source.integer(0, 2**20))
    return np.asarray(generator.normal(size=shape)).astype(builder.float)


def _of_heads(builder: Any, batch: tuple[int, ...], length: int, features: int) -> Tensor:
    """Vectors of each head; sometimes they lie side by side for each position."""
    shape = (*batch, length, features)
    if not batch or builder.chance(40):
        return builder.leaf(shape, builder.float, _numbers(builder, shape))
    *outer, heads = batch
    lying = (*outer, length, heads, features)
    x = builder.leaf(lying, builder.float, _numbers(builder, lying))
    last = len(shape) - 1
    return x.permute_dims((*range(len(outer)), last - 1, last - 2, last))


def _mask(builder: Any, queries: int, keys: int) -> Tensor | None:
    """What queries may look at."""
    way = builder.choice(MASKS)
    if way == "none":
        return None
    shape = (queries, keys)
    array = np.tri(queries, keys, builder.choice((0, 0, 0, -1, 1)), dtype=bool)
    if way in ("some", "given"):
        array = np.random.default_rng(builder.source.integer(0, 2**20)).integers(0, 2, shape) > 0
    kind = "arguments" if way.startswith("given") else "constants"
    return builder.leaf(shape, BOOL, array, kind=kind)


def _gradients(builder: Any, y: Tensor, wanted: list[Tensor], order: int) -> list[Tensor]:
    """Gradients of a value; the last of them is one of those, whichever."""
    upstream = builder.leaf(y.shape, y.dtype, _numbers(builder, y.shape))
    some = [x for x in wanted if builder.chance(70)] or wanted[:1]
    found = [g for g in gradients(y, some, upstream) if g is not None and g.origin is not None]
    names = {"once", "twice"} if order == 2 else {"once"}
    builder.notes.update((p.MatMul.name, f"differentiated {name}") for name in names)
    return sorted(found, key=lambda _: builder.source.integer(0, 99))


def met(shared: Planned) -> Iterator[tuple[str, str]]:
    """What the compiler has done with products of a program."""
    plan = shared.plan
    for i, kernel in enumerate(plan.kernels):
        if not isinstance(kernel, Product):
            continue
        primitive = kernel.nodes[0].primitive
        strips = [*plan.strips[i : i + 2], 1]
        yield "attention", "matrix by matrix" if max(strips[:2]) > 1 else "whole"
        if isinstance(primitive, TriangularMatMul):
            if primitive.lower is not None:
                yield "attention", "lower" if primitive.lower else "upper"
            if primitive.veiled:
                yield "attention", "veiled"

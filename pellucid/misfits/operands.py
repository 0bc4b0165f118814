"""What mends an operation that is given arrays that do not fit each other.

clash           the sizes that differ, such as "6 != 4"
of_operation    remedies of an operation in a model's own forward
"""

import math
from collections.abc import Iterator, Sequence
from itertools import combinations, permutations
from typing import Any

from pellucid.languages import said
from pellucid.misfits.chains import Step
from pellucid.misfits.layers import Layer, Shape, like, traced
from pellucid.misfits.remedies import IMAGES, giving
from pellucid.primitives import Concat, MatMul, Reshape

DIVISORS = (2, 4, 8, 16, 32)  # of height and width, so that poolings leave no rest
Whole = tuple[Layer, Sequence[Any]]
MOST_TRIED = 4  # axes whose orders are tried


def clash(primitive: Any, shapes: Sequence[Shape]) -> str:
    """The sizes that differ: of a product those that meet, else the last ones that differ."""
    if isinstance(primitive, Reshape):
        given = math.prod(shapes[0][1:])
        wanted = math.prod(primitive.to[1:])
        return _differing(given, wanted)
    if isinstance(primitive, MatMul):
        a, b = shapes
        meet = a and len(b) > 1
        return f"{a[-1]} != {b[-2]}" if meet else ""
    if isinstance(primitive, Concat):
        return _unequal(shapes, primitive.axis)
    for a, b in combinations(shapes, 2):
        from_last = zip(reversed(a), reversed(b), strict=False)
        for i, j in from_last:
            if 1 not in (i, j) and i != j:
                return _differing(i, j)
    return ""


def _differing(i: int, j: int) -> str:
    """Two sizes that are not the same; "" where they are."""
    return f"{i} != {j}" if i != j else ""


def _unequal(shapes: Sequence[Shape], axis: int) -> str:
    """What differs of arrays that are to be joined along an axis."""
    a = shapes[0]
    b = next((s for s in shapes if _differ(a, s, axis)), a)
    if len(a) != len(b):
        return said("axes: {a} != {b}", a=len(a), b=len(b))
    for other_axis, (i, j) in enumerate(zip(a, b, strict=True)):
        if other_axis != axis and i != j:
            return _differing(i, j)
    return ""


def _differ(a: Shape, b: Shape, axis: int) -> bool:
    """Whether two shapes differ apart from one axis."""
    before_differ = a[:axis] != b[:axis]
    return before_differ or a[axis + 1 :] != b[axis + 1 :]


def of_operation(
    primitive: Any, tensors: Sequence[Any], givers: Sequence[Step], layer: Layer, whole: Whole
) -> list[str]:
    """What mends it, the likeliest first. `whole`: the model that it is in, and its inputs."""
    x = tensors[0]
    if isinstance(primitive, Reshape):
        return list(_of_reshape(x, primitive.to))
    if isinstance(primitive, Concat):
        return list(_of_concat(primitive, tensors)) or list(_of_sizes(*whole))
    if len(tensors) != 2:
        return []
    if isinstance(primitive, MatMul):
        return list(_of_product(x, tensors[1], givers))
    return list(_of_pair(x, tensors[1], givers, layer))[:2]


def _of_reshape(x: Any, to: Shape) -> Iterator[str]:
    rows = math.prod(x.shape[1:])
    wanted = to[1:]
    if wanted and math.prod(wanted) != rows:
        yield said(
            "Each of the {count} samples has {rows} numbers: x.reshape({count}, {rows}), or "
            "nn.Flatten(); what comes after takes {rows}.",
            count=x.shape[0],
            rows=rows,
        )


def _of_concat(primitive: Concat, tensors: Sequence[Any]) -> Iterator[str]:
    """Another axis along which they can be joined."""
    first, *others = [t.shape for t in tensors]
    if any(len(s) != len(first) for s in others):
        return
    for axis in range(len(first)):
        if axis == primitive.axis:
            continue
        if not any(_differ(first, s, axis) for s in others):
            yield said("They fit along another axis: axis={axis}.", axis=axis)


def _of_sizes(model: Layer, inputs: Sequence[Any]) -> Iterator[str]:
    """Images whose sizes are halved without a rest: tried with the whole model."""
    if len(inputs) != 1 or inputs[0].ndim != IMAGES:
        return
    images = inputs[0]
    batch, channels, *sizes = images.shape
    for divisor in DIVISORS:
        divided = [n - n % divisor for n in sizes]
        shape = (batch, channels, *divided)
        if min(shape) <= 0:
            continue
        if traced(model.forward, like(shape, images)) is not None:
            yield said(
                "It works for sizes that {divisor} divides, as {shape}.",
                divisor=divisor,
                shape=shape,
            )
            return


def _of_product(a: Any, b: Any, givers: Sequence[Step]) -> Iterator[str]:
    """Two matrices whose inner sizes differ."""
    if a.ndim == 0:
        return
    second = givers[1]
    name = second.path or "b"
    inner = a.shape[-1]
    if b.ndim == 2 and b.shape[1] == inner:
        yield said("Multiply by its transpose: {name}.T.", name=name)
    elif a.ndim == b.ndim == 2 and a.shape[0] == b.shape[0]:
        yield said("Multiply by the transpose of the first: its samples are in columns.")
    if b.ndim == 2 and not second.form:
        wanted = (inner, b.shape[1])
        yield said("Make {name} of shape {shape}.", name=name, shape=wanted)


def _of_pair(a: Any, b: Any, givers: Sequence[Step], layer: Layer) -> Iterator[str]:
    """Two arrays that do not broadcast."""
    yield from _of_columns(a, b)
    yield from _of_columns(b, a)
    second = givers[1]
    is_plain = second.shape == b.shape and not second.form
    if a.ndim == b.ndim + 1 and is_plain:
        yield from _of_positions(a.shape, b.shape, second.path)
    if a.ndim != b.ndim:
        return
    if a.ndim == IMAGES:
        yield from _of_images(a.shape, b.shape, layer)
    if 1 < a.ndim <= MOST_TRIED and sorted(a.shape) == sorted(b.shape):
        orders = permutations(range(b.ndim))
        order = next(o for o in orders if _ordered(b.shape, o) == a.shape)
        yield said("The second fits as .permute_dims({order}).", order=order)
    elif a.ndim < IMAGES and a.shape[:-1] == b.shape[:-1]:
        size_a = a.shape[-1]
        size_b = b.shape[-1]
        yield from giving(givers[0], size_a, size_b)
        yield from giving(second, size_b, size_a)


def _of_columns(one: Any, other: Any) -> Iterator[str]:
    """One number for each sample, given to an array of more axes."""
    if one.ndim != 1 or other.ndim <= 1:
        return
    if one.shape[0] == other.shape[0]:
        ones = (1,) * (other.ndim - 1)
        to = (-1, *ones)
        yield said(
            "One number for each sample, {shape}, is spread as .reshape{to}.",
            shape=one.shape,
            to=to,
        )


def _of_positions(a: Shape, b: Shape, name: str) -> Iterator[str]:
    """A table with a row for each position, of which there are more than needed."""
    if name and b[1:] == a[2:] and b[0] > a[1]:
        yield said("Its first {count} rows fit: {name}[:{count}].", count=a[1], name=name)


def _ordered(shape: Shape, order: Sequence[int]) -> Shape:
    return tuple(shape[i] for i in order)


def _of_images(a: Shape, b: Shape, layer: Layer) -> Iterator[str]:
    """The two ways of a residual connection: channels by a 1 x 1 convolution, sizes by padding."""
    if a[0] != b[0]:
        return
    same_channels = a[1] == b[1]
    same_sizes = a[2:] == b[2:]
    if getattr(layer, "shortcut", layer) is None:
        step = _stride(a[2:], b[2:])
        stride = f", stride={step}" if step else ""
        if not same_channels and (stride or same_sizes):
            yield said(
                "Give the way round as many channels: shortcut=nn.Conv2d({b}, {a}, 1{stride}).",
                a=a[1],
                b=b[1],
                stride=stride,
            )
            return
    if same_channels and not same_sizes:
        yield said("Its convolutions keep height and width with padding='same'.")
    elif same_sizes:
        yield said(
            "A convolution makes the channels alike: nn.Conv2d({b}, {a}, 1).", a=a[1], b=b[1]
        )


def _stride(small: Shape, large: Shape) -> int:
    """The stride that makes all large sizes small; 0 where none above 1 does."""
    strides = {n // m for n, m in zip(large, small, strict=True) if m}
    if len(strides) != 1:
        return 0
    (stride,) = strides
    divides = large[0] == small[0] * stride
    return stride if stride > 1 and divides else 0

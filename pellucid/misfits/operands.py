"""What mends an operation that is given arrays that do not fit each other, and a loss.

clash           the sizes that differ, such as "6 != 4"
of_operation    remedies of an operation in a model's own forward
of_loss         remedies of outputs and targets
"""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, permutations
from typing import Any

from pellucid.languages import said
from pellucid.misfits.chains import Step, maker
from pellucid.misfits.layers import Layer, Shape, like, traced
from pellucid.misfits.remedies import giving, unflattened
from pellucid.primitives import Concat, MatMul, Reshape

IMAGES = 4  # axes of a batch of images
DIVISORS = (2, 4, 8, 16, 32)  # of height and width, so that poolings leave no rest
Whole = tuple[Layer, Sequence[Any]]
MOST_TRIED = 4  # axes whose orders are tried


def clash(primitive: Any, shapes: Sequence[Shape]) -> str:
    """The sizes that differ: of a product those that meet, else the last ones that differ."""
    if isinstance(primitive, Reshape):
        rows, wanted = math.prod(shapes[0][1:]), math.prod(primitive.to[1:])
        return f"{rows} != {wanted}" if rows != wanted else ""
    if isinstance(primitive, MatMul):
        a, b = shapes
        return f"{a[-1]} != {b[-2]}" if a and len(b) > 1 else ""
    if isinstance(primitive, Concat):
        return _unequal(shapes, primitive.axis)
    for a, b in combinations(shapes, 2):
        for i, j in zip(reversed(a), reversed(b), strict=False):
            if i != j and 1 not in (i, j):
                return f"{i} != {j}"
    return ""


def _unequal(shapes: Sequence[Shape], axis: int) -> str:
    """What differs of arrays that are to be joined along an axis."""
    a = shapes[0]
    b = next((s for s in shapes if _differ(a, s, axis)), a)
    if len(a) != len(b):
        return said("axes: {a} != {b}", a=len(a), b=len(b))
    return next(
        (f"{i} != {j}" for k, (i, j) in enumerate(zip(a, b, strict=True)) if i != j and k != axis),
        "",
    )


def _differ(a: Shape, b: Shape, axis: int) -> bool:
    return a[:axis] + a[axis + 1 :] != b[:axis] + b[axis + 1 :]


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
    if len(to) > 1 and math.prod(to[1:]) != rows:
        yield said(
            "Each of the {count} samples has {rows} numbers: x.reshape({count}, {rows}), or "
            "nn.Flatten(); what comes after takes {rows}.",
            count=x.shape[0],
            rows=rows,
        )


def _of_concat(primitive: Concat, tensors: Sequence[Any]) -> Iterator[str]:
    for axis in range(tensors[0].ndim):
        if axis != primitive.axis:
            shapes = [t.shape for t in tensors]
            if all(len(s) == len(shapes[0]) and not _differ(shapes[0], s, axis) for s in shapes):
                yield said("They fit along another axis: axis={axis}.", axis=axis)


def _of_sizes(model: Layer, inputs: Sequence[Any]) -> Iterator[str]:
    """Images whose sizes are halved without a rest: tried with the whole model."""
    for divisor in DIVISORS:
        if len(inputs) == 1 and inputs[0].ndim == IMAGES:
            batch, channels, *sizes = inputs[0].shape
            shape = (batch, channels, *(n - n % divisor for n in sizes))
            if min(shape) > 0 and traced(model.forward, like(shape, inputs[0])) is not None:
                yield said(
                    "It works for sizes that {divisor} divides, as {shape}.",
                    divisor=divisor,
                    shape=shape,
                )
                return


def _of_product(a: Any, b: Any, givers: Sequence[Step]) -> Iterator[str]:
    if b.ndim == 2 and b.shape[1] == a.shape[-1]:
        yield said("Multiply by its transpose: {name}.T.", name=givers[1].path or "b")
    elif a.ndim == b.ndim == 2 and a.shape[0] == b.shape[0]:
        yield said("Multiply by the transpose of the first: its samples are in columns.")
    if b.ndim == 2 and not givers[1].form:
        wanted = (a.shape[-1], b.shape[1])
        yield said("Make {name} of shape {shape}.", name=givers[1].path or "b", shape=wanted)


def _of_pair(a: Any, b: Any, givers: Sequence[Step], layer: Layer) -> Iterator[str]:
    """Two arrays that do not broadcast."""
    for one, other in ((a, b), (b, a)):
        if one.ndim == 1 < other.ndim and one.shape[0] == other.shape[0]:
            to = (-1, *(1,) * (other.ndim - 1))
            yield said(
                "One number for each sample, {shape}, is spread as .reshape{to}.",
                shape=one.shape,
                to=to,
            )
    if a.ndim == b.ndim + 1 and givers[1].shape == b.shape and not givers[1].form:
        yield from _of_positions(a.shape, b.shape, givers[1].path)
    if a.ndim == b.ndim == IMAGES:
        yield from _of_images(a.shape, b.shape, layer)
    if 1 < a.ndim == b.ndim <= MOST_TRIED and sorted(a.shape) == sorted(b.shape):
        order = next(o for o in permutations(range(b.ndim)) if _ordered(b.shape, o) == a.shape)
        yield said("The second fits as .permute_dims({order}).", order=order)
    elif a.ndim == b.ndim < IMAGES and a.shape[:-1] == b.shape[:-1]:
        for i, j in ((0, 1), (1, 0)):
            sizes = (a, b)[i].shape[-1], (a, b)[j].shape[-1]
            yield from giving(givers[i], *sizes)


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
    strides = [n // m for n, m in zip(b[2:], a[2:], strict=True) if m]
    even = len(set(strides)) == 1 and strides[0] > 1
    if getattr(layer, "shortcut", layer) is None:
        stride = f", stride={strides[0]}" if even and b[2] == a[2] * strides[0] else ""
        if a[1] != b[1] and (stride or a[2:] == b[2:]):
            yield said(
                "Give the way round as many channels: shortcut=nn.Conv2d({b}, {a}, 1{stride}).",
                a=a[1],
                b=b[1],
                stride=stride,
            )
            return
    if a[2:] != b[2:] and a[1] == b[1]:
        yield said("Its convolutions keep height and width with padding='same'.")
    elif a[2:] == b[2:]:
        yield said(
            "A convolution makes the channels alike: nn.Conv2d({b}, {a}, 1).", a=a[1], b=b[1]
        )


# ---- losses --------------------------------------------------------------------------------


def of_loss(loss: Callable[..., Any], y: Any, t: Any, steps: Sequence[Step]) -> list[str]:
    """What mends outputs y and targets t of a loss."""
    return list(_of_outputs(loss, y, t, steps))[:2]


def _of_outputs(loss: Callable[..., Any], y: Any, t: Any, steps: Sequence[Step]) -> Iterator[str]:
    giver = maker(steps)
    if y.ndim == IMAGES and t.ndim == 1:
        yield from unflattened(giver)
        return
    for text, move in _moves(y, t):
        if traced(lambda a, b, move=move: loss(*move(a, b)), y, t) is not None:
            yield said("{text} fits.", text=text)
            return
    if y.ndim and t.ndim and y.shape[0] != t.shape[0]:
        yield from _of_rows(y, t, steps)
    elif y.ndim == t.ndim > 1 and y.shape[:-1] == t.shape[:-1]:
        yield from giving(giver, y.shape[-1], t.shape[-1])


def _of_rows(y: Any, t: Any, steps: Sequence[Step]) -> Iterator[str]:
    """Another number of rows: a reshape has mixed the samples."""
    before = steps[0].shape
    if before[:1] == t.shape[:1]:
        mixing = next((s for s in steps[1:] if s.shape[:1] != t.shape[:1]), steps[-1])
        yield said(
            "{rows} rows came from {count} samples in {step}: keep the first axis, as "
            "x.reshape(x.shape[0], -1) or nn.Flatten() does.",
            rows=y.shape[0],
            count=t.shape[0],
            step=mixing if str(mixing) else "forward",
        )
    else:
        yield said(
            "There are {rows} outputs and {count} targets: give the targets of the same samples.",
            rows=y.shape[0],
            count=t.shape[0],
        )


def _moves(y: Any, t: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Arrangements of outputs and targets that people mean."""
    if y.ndim == t.ndim == 2:
        yield "targets.T", lambda a, b: (a, b.T)
    if y.ndim == t.ndim + 1 > 2:
        order = (0, *range(2, y.ndim), 1)
        yield f"outputs.permute_dims({order})", lambda a, b: (a.permute_dims(order), b)
    if y.ndim == t.ndim + 2:
        yield "outputs[:, -1]", lambda a, b: (a[:, -1], b)
    if y.ndim == t.ndim == 3:
        yield "outputs.permute_dims((0, 2, 1))", lambda a, b: (a.permute_dims((0, 2, 1)), b)
    if y.ndim == t.ndim + 1 and t.dtype.kind in "iu" and y.shape[-1] > 1:
        classes = y.shape[-1]
        yield f"one_hot(targets, {classes})", lambda a, b: (a, _one_hot(b, classes))
    for i in range(1, y.ndim):
        if y.ndim == t.ndim + 1 and y.shape[i] == 1 and t.dtype.kind == "f":
            place = -1 if i == y.ndim - 1 else i
            yield f"outputs.squeeze({place})", lambda a, b, i=i: (a.squeeze(i), b)
    if t.ndim in (y.ndim, y.ndim + 1) and t.shape[-1] == 1 != y.shape[-1]:
        yield "targets.squeeze(-1)", lambda a, b: (a, b.squeeze(-1))


def _one_hot(ids: Any, classes: int) -> Any:
    from pellucid.class_ids import is_class

    return is_class(ids, classes).astype("float32")

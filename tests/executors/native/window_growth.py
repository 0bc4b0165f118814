"""How a random program grows by windows and convolutions."""

from typing import Any

from pellucid import primitives as p
from pellucid.primitives.base import DTYPES, SUMMABLE
from pellucid.tensor import Tensor


def windows(builder: Any) -> Tensor | None:
    """Windows along one or several axes of a value."""
    x = builder.pick(DTYPES, lambda v: len(v.shape) > 0 and max(v.shape) > 0)
    axes = [i for i, n in enumerate(x.shape) if n > 0 and builder.chance(60)][:2]
    size, dilation = [], []
    for i in axes:
        dilation.append(builder.choice((1, 1, 1, 2, 3)))
        most = (x.shape[i] - 1) // dilation[-1] + 1
        size.append(min(builder.choice((1, 2, 2, 3, 5, 70)), most))
    stride = tuple(builder.choice((1, 1, 2, 3)) for _ in axes)
    if builder.chance(40):
        stride = tuple(size)
    return builder.add(p.Windows(tuple(axes), tuple(size), stride, tuple(dilation)), x)


def overlap_add(builder: Any) -> Tensor | None:
    """The last axes of a value taken as windows of the first ones."""
    x = builder.pick(SUMMABLE, lambda v: len(v.shape) > 1)
    number = builder.source.integer(1, len(x.shape) // 2)
    inside = x.shape[len(x.shape) - number :]
    positions = list(range(len(x.shape) - number))
    while len(positions) > number:
        positions.pop(builder.source.integer(0, len(positions) - 1))
    stride = tuple(builder.choice((1, 2, n or 1, 3)) for n in inside)
    dilation = tuple(builder.choice((1, 1, 2)) for _ in inside)
    to = tuple(
        (x.shape[i] - 1) * s + (n - 1) * d + 1 + builder.source.integer(0, s - 1)
        for i, n, s, d in zip(positions, inside, stride, dilation, strict=True)
    )
    return builder.add(p.OverlapAdd(tuple(positions), to, stride, dilation), x)


def convolution(builder: Any) -> Tensor | None:
    """A convolution of an old or new value, its axes in any order, with old or new weights."""
    axes = builder.choice((0, 1, 1, 1, 2, 2, 2))
    dtype = builder.choice(SUMMABLE[-2:] if builder.chance(70) else SUMMABLE)
    x = _turned(builder, _of_axes(builder, axes + 3, dtype, (1, 2, 3, 5, 8, 9, 17, 20)))
    found = [v for v in builder.values if len(v.shape) == axes + 3 and v.dtype == x.dtype]
    found = [v for v in found if (v.shape[0], v.shape[2]) == (x.shape[1], x.shape[2])]
    if found and builder.chance(30):
        w = builder.choice(found)
    else:
        kernel = tuple(builder.choice((1, 2, 3, 3, n)) for n in x.shape[3:])
        w = builder.leaf((x.shape[1], builder.choice((1, 2, 3, 7)), x.shape[2], *kernel), x.dtype)
        if builder.chance(30):
            w = builder.then(p.Flip(tuple(range(3, axes + 3))), w)
    plain = builder.chance(40)
    numbers = [
        tuple(1 if plain else builder.choice((1, 1, 2, 3)) for _ in range(axes)) for _ in range(3)
    ]
    before, after = (
        tuple(0 if plain and builder.chance(50) else builder.choice((0, 0, 1, 2, 4, -1, -3))
              for _ in range(axes))
        for _ in range(2)
    )  # fmt: skip
    stride, inside, apart = numbers
    return builder.add(p.Convolution(stride, before, after, inside, apart), x, w)


def _of_axes(builder: Any, axes: int, dtype: Any, sizes: tuple[int, ...]) -> Tensor:
    """A value with so many axes."""
    found = [v for v in builder.values if len(v.shape) == axes and v.dtype == dtype]
    if found and builder.chance(50):
        return builder.choice(found)
    shape = [builder.choice((0, 1, 2, 3) if builder.chance(10) else (1, 2, 3)) for _ in range(3)]
    return builder.leaf((*shape, *(builder.choice(sizes) for _ in range(axes - 3))), dtype)


def _turned(builder: Any, x: Tensor) -> Tensor:
    """Sometimes with the first or the last axes the other way round."""
    if not builder.chance(30):
        return x
    axes = tuple(range(len(x.shape)))
    order = builder.choice(((2, 1, 0, *axes[3:]), (*axes[:3], *axes[:2:-1])))
    return builder.then(p.PermuteDims(order), x)

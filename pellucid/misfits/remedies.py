"""What mends a layer that is given the wrong shape.

remedies    sentences, the likeliest first
unflattened the layer before, that took images as they were
giving      the layer before, with as many outputs as are wanted

Another arrangement of x is suggested where the layer takes it: it is tried, by shapes alone.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

from pellucid.languages import said
from pellucid.misfits.chains import GIVEN, Step, makes_size
from pellucid.misfits.layers import Layer, Taken, changed, form, is_ours, like, traced

MOST = 2  # remedies that are told
IMAGES = 4  # axes of a batch of images
LARGE = 10**4  # height and width that every window fits into
Move = tuple[str, Callable[[Any], Any]]


def remedies(layer: Layer, x: Any, giver: Step | None) -> list[str]:
    """What mends it, in sentences."""
    if isinstance(x, tuple):
        return list(_of_pairs(layer, x, giver))
    taken = Taken.of(layer)
    if taken is None:
        return []
    if "ids" in taken.names:
        return list(_of_ids(layer, x))
    if taken.has_axes(x.shape) and (not taken.option or x.shape[taken.axis] == taken.size):
        return list(_of_windows(layer, x))
    found = list(_arranged(layer, taken, x, giver))
    if not found or _is_turned(taken, x):
        found += _resized(layer, taken, x, giver)
    return found[:MOST]


# ---- another arrangement -------------------------------------------------------------------


def _arranged(layer: Layer, taken: Taken, x: Any, giver: Step | None) -> Iterator[str]:
    """Arrangements of x that the layer takes."""
    if giver is not None and _lost_axes(layer, giver):
        yield said("Put it before {giver}.", giver=giver)
        return
    size = math.prod(x.shape[1:])
    if taken.is_last and x.ndim > 2 and size == taken.size:
        yield said("Put nn.Flatten() before it.")
        return
    lacks_one = x.ndim == len(taken.names) - 1
    several_meant = not taken.option or (taken.is_last and lacks_one)
    for text, move in _moves(taken, x):
        moved = _taken_moved(layer, move, x)
        if moved is None:
            continue
        yield said("Give it {x}, of shape {shape}.", x=text, shape=moved.shape)
        if not several_meant:
            return


def _taken_moved(layer: Layer, move: Callable[[Any], Any], x: Any) -> Any:
    """x in another arrangement; None where the layer does not take that."""

    def tried(s: Any) -> Any:
        moved = move(s)
        layer.forward(moved)
        return moved

    return traced(tried, x)


def _lost_axes(layer: Layer, giver: Step) -> bool:
    """Whether the layer before, such as Flatten, lost the axes that are wanted."""
    given = giver.x
    if given is None or given.ndim == len(giver.shape):
        return False
    if makes_size(giver.layer):
        return False
    return traced(layer.forward, given) is not None


def _moves(taken: Taken, x: Any) -> Iterator[Move]:
    """Arrangements that people mean, the likeliest first."""
    n = len(taken.names)
    is_single = taken.size == 1
    if x.ndim == n:
        yield from _turned(taken, x)
    lacks_one = x.ndim == n - 1
    if lacks_one and (is_single or not taken.option):
        channels = -1 if taken.is_last else 1
        yield _expanded(channels)
    if is_single and x.ndim == 1 and n == 3:
        yield _reshaped((1, 1, -1))
    if x.ndim > n:
        for axis in range(1, x.ndim):
            if x.shape[axis] == 1:
                yield _squeezed(axis)
    if lacks_one:
        yield _expanded(0)
    if n == IMAGES:
        yield from _images(taken, x)
    elif n == IMAGES - 1 and taken.is_last:
        yield from _sequences(taken, x)


def _turned(taken: Taken, x: Any) -> Iterator[Move]:
    """As many axes as are taken, in another order."""
    if taken.axis == 1 and x.ndim > 2:
        last = x.ndim - 1
        between = range(1, last)
        yield _permuted((0, last, *between))
    if taken.is_last and x.ndim == 3:
        yield _permuted((0, 2, 1))
    if _is_turned(taken, x):
        yield "x.T", lambda s: s.T


def _sequences(taken: Taken, x: Any) -> Iterator[Move]:
    """Samples that are one step each, and steps of several axes, as of frames."""
    if x.ndim == 2 and taken.size > 1:
        yield _expanded(1)
    if x.ndim != IMAGES:
        return
    steps, height, width = x.shape[1:]
    if height * width == taken.size:
        yield _reshaped((-1, steps, taken.size))


def _images(taken: Taken, x: Any) -> Iterator[Move]:
    """An image alone whose channels are last, and images that are rows of numbers."""
    channels = taken.size
    if x.ndim == IMAGES - 1 and x.shape[-1] == channels:
        text = "x.permute_dims((2, 0, 1)).expand_dims(0)"
        yield text, lambda s: s.permute_dims((2, 0, 1)).expand_dims(0)
    if x.ndim != 2 or not channels:
        return
    numbers = x.shape[1]
    side = math.isqrt(numbers // channels)
    if side * side * channels == numbers:
        yield _reshaped((-1, channels, side, side))


def _reshaped(to: tuple[int, ...]) -> Move:
    return f"x.reshape{to}", lambda s: s.reshape(to)


def _permuted(order: tuple[int, ...]) -> Move:
    return f"x.permute_dims({order})", lambda s: s.permute_dims(order)


def _expanded(axis: int) -> Move:
    return f"x.expand_dims({axis})", lambda s: s.expand_dims(axis)


def _squeezed(axis: int) -> Move:
    return f"x.squeeze({axis})", lambda s: s.squeeze(axis)


def _is_turned(taken: Taken, x: Any) -> bool:
    """Whether x may have its samples in columns."""
    return not isinstance(x, tuple) and x.ndim == 2 and taken.size == x.shape[0]


# ---- another size --------------------------------------------------------------------------


def _resized(layer: Layer, taken: Taken, x: Any, giver: Step | None) -> Iterator[str]:
    """The layer with another size, and the layer before it."""
    if not taken.has_axes(x.shape):
        yield from _of_axes(layer, taken, x)
        return
    if taken.is_last and x.ndim == IMAGES:
        flattened = math.prod(x.shape[1:])
        other = changed(layer, taken.option, flattened)
        if other:
            yield said("Put nn.Flatten() before it, and make it {form}.", form=other)
        return
    found = x.shape[taken.axis]
    other = changed(layer, taken.option, found)
    if other:
        yield said("Make it {form}.", form=other)
    elif taken.is_last:
        yield said("Put nn.Linear({found}, {size}) before it.", found=found, size=taken.size)
    if giver is None or not str(giver):
        wanted = list(x.shape)
        wanted[taken.axis] = taken.size
        yield said("Give it an input of shape {shape}.", shape=tuple(wanted))
    yield from giving(giver, found, taken.size)


def giving(giver: Step | None, found: int, size: int) -> Iterator[str]:
    """The layer before, with as many outputs as are wanted."""
    if giver is None or giver.layer is None:
        return
    layer = giver.layer
    option = next((name for name in GIVEN if getattr(layer, name, None) == found), None)
    if option is None:
        return
    other = changed(layer, option, size)
    if other:
        yield said("Make `{path}` {form}.", path=giver.path, form=other)


def unflattened(giver: Step) -> Iterator[str]:
    """A layer that took images where their rows were meant."""
    layer = giver.layer
    taken = None if layer is None else Taken.of(layer)
    if layer is None or taken is None or not taken.is_last:
        return
    flattened = math.prod(giver.x.shape[1:])
    other = changed(layer, taken.option, flattened)
    yield said("Put nn.Flatten() before `{path}`, and make it {form}.", path=giver.path, form=other)


def _of_axes(layer: Layer, taken: Taken, x: Any) -> Iterator[str]:
    """The layer of its kind for as many axes: one along a line for one of images, or back."""
    name = type(layer).__name__
    stem = name[:-2]
    dimensions = {"1d": "2d", "2d": "1d"}.get(name[-2:])
    if dimensions is None or not is_ours(layer):
        return
    fits = x.ndim > 1 and (not taken.option or x.shape[1] == taken.size)
    wanted = 7 - len(taken.names)  # a layer 1d takes 3 axes, its sibling 2d takes 4
    if fits and x.ndim == wanted:
        sibling = f"{stem}{dimensions}({layer.describe()})"
        yield said("Make it {form}.", form=sibling)


def _of_windows(layer: Layer, x: Any) -> Iterator[str]:
    """A window that does not fit once: tried with an image that is larger than any window."""
    if not hasattr(layer, "window"):
        return
    sizes = (LARGE,) * (x.ndim - 2)
    large = like((*x.shape[:2], *sizes), x)
    if traced(layer.forward, large) is not None:
        yield said(
            "The window of {form} is larger than the image that is left: use a smaller one or "
            "padding='same', or leave out a pooling before it.",
            form=form(layer),
        )


# ---- other kinds ---------------------------------------------------------------------------


def _of_pairs(layer: Layer, x: Any, giver: Step | None) -> Iterator[str]:
    """A recurrent layer gives a pair: its outputs and its state."""
    outputs = x[0]
    if not hasattr(outputs, "shape") or outputs.ndim != 3:
        return
    if traced(lambda s: layer.forward(s[:, -1]), outputs) is not None:
        if giver is not None and giver.layer is not None:
            yield said(
                "{giver} gives a pair, its outputs and its state. For what it ends with, make "
                "`{path}` nn.LastState({form}).",
                giver=giver,
                path=giver.path,
                form=giver.form,
            )
        yield said("In a forward of your own: outputs, state = ..., then outputs[:, -1].")
    elif traced(layer.forward, outputs) is not None:
        yield said("In a forward of your own: outputs, state = ..., then outputs alone.")


def _of_ids(layer: Layer, x: Any) -> Iterator[str]:
    """Ids are integers."""

    def with_integers(s: Any) -> Any:
        return layer.forward(s.astype("int64"))

    is_float = x.dtype.kind == "f"
    if is_float and traced(with_integers, x) is not None:
        yield said("Ids are integers: give it x.astype('int64').")

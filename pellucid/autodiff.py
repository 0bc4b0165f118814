"""The chain rule, backwards: from an output to everything it was computed from.

    gradients       the gradients of one tensor by several others
    pulled          those of several tensors at once

What is known in advance is the rule of each primitive, not a derivative: the rules are
evaluated at the values of this run, and where paths meet, their gradients are added. So each
operation is visited once, although the paths through them can be exponentially many.

Only operators of the tensors are used and no primitive is known, so gradients are tensors
with a history themselves: they can be differentiated again, captured and compiled.
"""

import math
from collections.abc import Sequence
from typing import Any

from pellucid.errors import GradientError
from pellucid.origins import has_origin, history
from pellucid.scopes import scope


def gradients(y: Any, wanted: Sequence[Any], dy: Any) -> list[Any]:
    """d(sum of y dy) / dx for every x wanted; None where y does not depend on x."""
    return pulled([(y, dy)], wanted)


def pulled(pairs: Sequence[tuple[Any, Any]], wanted: Sequence[Any]) -> list[Any]:
    """d(sum over all pairs of y dy) / dx for every x wanted; None where no y depends on x.

    Walks the history of all y from its end. A tensor that is used several times receives the
    sum over its uses; where an input was broadcast, its gradient is summed over the copies.
    """
    targets = {id(x) for x in wanted}
    oldest = min((x.origin.serial for x in wanted if has_origin(x)), default=math.inf)

    def counts(tensor: Any) -> bool:
        """Whether a tensor can depend on one of those wanted: what is older cannot."""
        return has_origin(tensor) and tensor.origin.serial >= oldest

    steps = _between(history([y for y, _ in pairs], counts), targets)
    received: dict[int, Any] = {}
    for y, dy in pairs:
        received[id(y)] = received[id(y)] + dy if id(y) in received else dy
    for tensor, needed in reversed(steps):
        upstream = received.get(id(tensor))
        if upstream is None:
            continue
        if id(tensor) not in targets:
            del received[id(tensor)]
        origin = tensor.origin
        with scope(_gradient_scope(origin.scope), absolute=True):
            parts = origin.primitive.backward(upstream, tensor, *origin.inputs)
            _check(origin.primitive, parts, origin.inputs)
            for x, dx, wants in zip(origin.inputs, parts, needed, strict=True):
                if wants and dx is not None:
                    part = sum_to(dx, x.shape)
                    before = received.get(id(x))
                    received[id(x)] = part if before is None else before + part
    return [received.get(id(x)) for x in wanted]


def _check(primitive: Any, parts: Any, inputs: Sequence[Any]) -> None:
    """Raise unless a gradient rule gave, for each input, None or a gradient that fits it."""
    if not isinstance(parts, tuple) or len(parts) != len(inputs):
        given = len(parts) if isinstance(parts, tuple) else type(parts).__name__
        raise GradientError(
            f"{primitive.name}: backward gave {given} for {len(inputs)} inputs. It gives a tuple "
            "with one gradient per input, or None for an input without."
        )
    for x, dx in zip(inputs, parts, strict=True):
        if dx is None or (dx.dtype == x.dtype and dx.shape == x.shape):
            continue
        if dx.dtype != x.dtype or not _stretches(x.shape, dx.shape):
            raise GradientError(
                f"{primitive.name}: backward gave {dx.dtype}{list(dx.shape)} for an input "
                f"{x.dtype}{list(x.shape)}. A gradient has the dtype and shape of its input, or "
                "the shape that the input was broadcast to."
            )


def _stretches(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    """Whether broadcasting stretches one shape to the other."""
    last = to[max(len(to) - len(shape), 0) :]
    return len(shape) == len(last) and all(n in (1, m) for n, m in zip(shape, last, strict=True))


def _between(tensors: list[Any], targets: set[int]) -> list[tuple[Any, list[bool]]]:
    """The tensors on a path from a target, oldest first, with which inputs are on it too."""
    on_path = set(targets)
    steps = []
    for tensor in tensors:
        if tensor.origin.primitive is None:
            continue
        needed = [id(x) in on_path for x in tensor.origin.inputs]
        if any(needed):
            on_path.add(id(tensor))
            steps.append((tensor, needed))
    return steps


def _gradient_scope(path: str) -> str:
    """The scope of a gradient: the layer's path, marked once as backward."""
    return path if path.startswith("gradient of ") else f"gradient of {path or 'the function'}"


def sum_to(gradient: Any, shape: tuple[int, ...]) -> Any:
    """The gradient summed over the axes along which an input of this shape was broadcast."""
    if gradient.shape == shape:
        return gradient
    extra = gradient.ndim - len(shape)
    stretched = tuple(
        axis
        for axis in range(gradient.ndim)
        if axis < extra or (shape[axis - extra] == 1 and gradient.shape[axis] != 1)
    )
    if stretched:
        gradient = gradient.sum(axis=stretched, keepdims=True)
    return gradient.reshape(shape) if gradient.shape != shape else gradient

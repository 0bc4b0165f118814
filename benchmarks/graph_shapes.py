"""Shapes of graphs that grow: what compile time is measured on.

SHAPES      by name: a function that makes, for about so many operations, (function, arguments)

Each is a graph that some pass could be slow on: deep, wide, with many inputs or outputs, or with
many paths between two nodes.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

import pellucid as pc
from pellucid import functional

Shape = Callable[[int], tuple[Callable[..., Any], list[Any]]]

ROWS, COLUMNS = 4, 8


def row(seed: int = 0, *shape: int) -> Any:
    """Numbers between 0.5 and 1.5."""
    drawn = np.random.default_rng(seed).uniform(0.5, 1.5, shape or (COLUMNS,))
    return drawn.astype(np.float32)


UNARY: tuple[Callable[[Any], Any], ...] = (
    lambda x: x.tanh(),
    lambda x: x * 0.5,
    lambda x: -x,
    lambda x: x.abs(),
    lambda x: x.sigmoid(),
    lambda x: x + 1.5,
    lambda x: x.exp() / 9.0,
    lambda x: 2.0 - x,
)


def chain(operations: int) -> Any:
    """Elementwise operations, each on the result of the one before, in no regular order."""
    drawn = np.random.default_rng(0).integers(0, len(UNARY), operations)

    def function(x: Any) -> Any:
        for number in drawn:
            x = UNARY[number](x)
        return x

    return function, [row()]


def residual(operations: int) -> Any:
    """x + gelu(x), again and again, and its gradient."""

    def loss(x: Any) -> Any:
        for _ in range(max(1, operations // 12)):
            x = 0.5 * (x + functional.gelu(x))
        return x.sum()

    return pc.grad(loss), [row()]


def fan_out(operations: int) -> Any:
    """Many values of one, joined pair by pair."""

    def function(x: Any) -> Any:
        values = [(x * (1.0 + i)).tanh() for i in range(operations // 3)]
        while len(values) > 1:
            pairs = zip(values[::2], values[1::2], strict=False)
            values = [a + b for a, b in pairs] + values[len(values) // 2 * 2 :]
        return values[0]

    return function, [row()]


def fan_in(operations: int) -> Any:
    """The sum of many arguments, and the gradient by each."""

    def function(*arguments: Any) -> Any:
        total = arguments[0]
        for x in arguments[1:]:
            total = total + x * x
        return total.sum()

    count = max(1, operations // 5)
    return pc.grad(function, argument=tuple(range(count))), [row(i) for i in range(count)]


def matmuls(operations: int) -> Any:
    """A deep chain of matrix products, and its gradient."""

    def loss(x: Any, w: Any) -> Any:
        for _ in range(max(1, operations // 7)):
            x = (x @ w).tanh()
        return x.sum()

    return pc.grad(loss, argument=(0, 1)), [row(0, ROWS, COLUMNS), row(1, COLUMNS, COLUMNS)]


def outputs(operations: int) -> Any:
    """Many small results."""

    def function(x: Any) -> Any:
        return [(x + float(i)).sum() for i in range(operations // 3)]

    return function, [row()]


def updates(operations: int) -> Any:
    """Many variables, each with a gradient and an update."""
    count = max(1, operations // 9)
    weights = [pc.Parameter(row(i)) for i in range(count)]

    def step(x: Any) -> Any:
        for w in weights:
            x = (x * w).tanh()
        loss = x.sum()
        optimizer.minimize(loss)
        return loss

    optimizer = pc.optim.SGD({f"w{i}": w for i, w in enumerate(weights)}, 0.1)
    return step, [row()]


def reductions(operations: int) -> Any:
    """A chain of softmax: what follows a sum needs all that was before it."""

    def function(x: Any) -> Any:
        for i in range(max(1, operations // 7)):
            shifted = x - x.max(axis=i % 2, keepdims=True)
            powers = shifted.exp()
            x = powers / powers.sum(axis=i % 2, keepdims=True) + x * 0.5
        return x

    return function, [row(0, ROWS, COLUMNS)]


def movements(operations: int) -> Any:
    """Transposed, reshaped, sliced, flipped, broadcast, again and again."""

    def function(x: Any) -> Any:
        for _ in range(max(1, operations // 8)):
            x = x.T.reshape(ROWS, COLUMNS).flip(axis=1)
            x = x[:, :1].broadcast_to((ROWS, COLUMNS)) * 0.5 + x[::-1] * 0.25
        return x

    return function, [row(0, ROWS, COLUMNS)]


def diamonds(operations: int) -> Any:
    """Two ways that part and meet again: the number of paths doubles each time."""

    def function(x: Any) -> Any:
        for _ in range(max(1, operations // 4)):
            x = x.tanh() + (x * 0.5).sin()
        return x

    return function, [row()]


def newton(operations: int) -> Any:
    """Newton steps: each takes the gradient and the second derivative at the point before."""

    def energy(x: Any) -> Any:
        return (0.25 * x**4.0 + functional.softplus(x)).sum()

    def slope(x: Any) -> Any:
        return pc.grad(energy)(x).sum()

    def function(x: Any) -> Any:
        for _ in range(max(1, operations // 35)):
            x = x - pc.grad(energy)(x) / pc.grad(slope)(x)
        return x

    return function, [row()]


def recurrent(operations: int) -> Any:
    """A recurrent layer, unrolled over time, and its gradient."""

    def loss(x: Any, w: Any, u: Any) -> Any:
        h = x[:, 0] * 0.0
        for t in range(x.shape[1]):
            h = (x[:, t] @ w + h @ u).tanh()
        return (h * h).sum()

    steps = max(1, operations // 22)
    shapes = (ROWS, steps, COLUMNS), (COLUMNS, COLUMNS), (COLUMNS, COLUMNS)
    return pc.grad(loss, argument=(1, 2)), [row(i, *shape) for i, shape in enumerate(shapes)]


SHAPES: dict[str, Shape] = {
    shape.__name__: shape
    for shape in (
        chain,
        residual,
        fan_out,
        fan_in,
        matmuls,
        outputs,
        updates,
        reductions,
        movements,
        diamonds,
        newton,
        recurrent,
    )
}

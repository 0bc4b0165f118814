"""Derivatives of functions, and their check against differences.

    grad, value_and_grad     the gradient of a function with one number as its value
    vjp, jvp                 the derivative as a linear map, backwards and forwards
    hessian                  the second derivatives
    numerical_gradient       central differences, for comparison
    check_gradients          all of it verified for a function of yours

Functions take tensors and give tensors. What comes out has a history, so that derivatives
can be taken again.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.autodiff import gradients
from pellucid.errors import CallError, GradientError, OptionError, ShapeError
from pellucid.origins import Origin, Unrecorded
from pellucid.primitives import Concat, Identity
from pellucid.primitives.base import FLOAT64, FLOATS
from pellucid.refusals import shown
from pellucid.strict import strict
from pellucid.tensor import Tensor, holding, ones_like, tensor

Function = Callable[..., Tensor]


@strict
def value_and_grad(function: Function, *, argument: int | tuple[int, ...] = 0) -> Any:
    """A function giving the value of `function` and its gradient by one or several arguments.

    >>> value, slope = value_and_grad(lambda x: x**3.0)(2.0)
    >>> value.item(), slope.item()
    (8.0, 12.0)
    """
    chosen = argument if isinstance(argument, tuple) else (argument,)

    @strict
    def derivative(*arguments: Any) -> tuple[Tensor, Any]:
        fresh = _fresh(arguments, chosen)
        y = _value(function, fresh)
        if y.shape != ():
            raise GradientError(
                f"grad: the function gave shape {y.shape}. Only a single number has a "
                "gradient: reduce it with mean() or sum(), or use vjp."
            )
        found = _pulled(y, [fresh[i] for i in chosen], ones_like(y))
        return y, tuple(found) if isinstance(argument, tuple) else found[0]

    return derivative


@strict
def grad(function: Function, *, argument: int | tuple[int, ...] = 0) -> Any:
    """A function giving the gradient of `function` by one or several of its arguments.

    It points where the function rises fastest; descent goes the other way.

    >>> grad(grad(lambda x: x**3.0))(2.0).item()
    12.0
    """
    both = value_and_grad(function, argument=argument)

    @strict
    def gradient(*arguments: Any) -> Any:
        return both(*arguments)[1]

    return gradient


@strict
def vjp(function: Function, *arguments: Any) -> tuple[Tensor, Callable[[Any], tuple[Tensor, ...]]]:
    """The value, and the map from dy to dy^T J: the gradient by each argument."""
    fresh = _fresh(arguments, range(len(arguments)))
    y = _value(function, fresh)

    def pull(dy: Any) -> tuple[Tensor, ...]:
        weights = y.operand(dy)
        if weights.shape != y.shape:
            raise ShapeError(f"vjp: dy of shape {weights.shape} for a value of {y.shape}.")
        return tuple(_pulled(y, fresh, weights))

    return y, pull


@strict
def jvp(function: Function, arguments: Sequence[Any], directions: Sequence[Any]) -> Any:
    """The value, and its derivative J v along the given directions, one per argument.

    Computed as the derivative of the reverse map, which is linear in dy: d/du (u^T J) v = J v.
    """
    if len(arguments) != len(directions):
        raise OptionError(
            f"jvp: {len(arguments)} arguments and {len(directions)} directions. Each has one."
        )
    y, pull = vjp(function, *arguments)
    dy = holding(np.zeros(y.shape, y.dtype), Origin(None, ()))
    rows = pull(dy)
    along = [row.operand(v) for row, v in zip(rows, directions, strict=True)]
    for row, v in zip(rows, along, strict=True):
        if row.shape != v.shape:
            raise ShapeError(f"jvp: a direction of shape {v.shape} for one of {row.shape}.")
    total = sum((row * v).sum() for row, v in zip(rows, along, strict=True))
    if not isinstance(total, Tensor):
        raise GradientError("jvp: no arguments. Give at least one, with its direction.")
    return y, _pulled(total, [dy], ones_like(total))[0]


@strict
def hessian(function: Function) -> Callable[[Any], Tensor]:
    """A function giving all second derivatives of `function`, of shape x.shape + x.shape.

    One backward pass for each element of x.
    """

    def second(x: Any) -> Tensor:
        (x,) = _fresh([x], (0,))
        slope = grad(function)(x)
        rows = []
        for i in range(slope.size):
            one = np.zeros(slope.shape, slope.dtype)
            one.flat[i] = 1.0
            rows.append(_pulled(slope, [x], holding(one))[0].reshape(1, *x.shape))
        joined = rows[0].apply(Concat(0), *rows[1:]) if rows else slope
        return joined.reshape(*x.shape, *x.shape)

    return second


def _fresh(arguments: Sequence[Any], chosen: Any) -> list[Any]:
    """The arguments, the chosen ones as tensors under a new name each.

    A new name keeps the derivative by one argument apart from others that hold the same
    tensor, also when derivatives are nested.
    """
    result = list(arguments)
    if lacking := [i for i in chosen if not -len(result) <= i < len(result)]:
        raise CallError(
            f"grad: called with {len(result)} arguments, for the gradient by argument "
            f"{lacking[0]}. They count from 0."
        )
    for i in chosen:
        x = arguments[i].read() if isinstance(arguments[i], Tensor) else tensor(arguments[i])
        if x.dtype not in FLOATS:
            raise GradientError(f"grad: argument {i} is {x.dtype}. Only floats have gradients.")
        if x.origin is None:
            x = holding(x.array, Origin(None, ()))
        if isinstance(x.origin, Unrecorded):  # which what is computed from it must not share
            result[i] = holding(x.array, Origin(Identity(), (x,)))
        else:
            result[i] = x.apply(Identity())
    return result


def _check_function(where: str, function: Any) -> None:
    """Raise OptionError for what is no function: a result does not tell how it was computed."""
    if not callable(function):
        raise OptionError(
            f"{where}: the function is {shown(function)}. What the derivative is taken "
            f"by is given to it: {where}(lambda w: (w * w).sum())(w). Of a result that is there, "
            "loss.backward() fills w.grad."
        )


def _value(function: Function, arguments: Sequence[Any]) -> Tensor:
    _check_function("grad", function)
    y = function(*arguments)
    if not isinstance(y, Tensor):
        raise GradientError(f"grad: the function gave {type(y).__name__}, not a tensor.")
    return y.read()


def _pulled(y: Tensor, wanted: Sequence[Tensor], dy: Tensor) -> list[Tensor]:
    """The gradients, zeros where y does not depend on an argument."""
    found = gradients(y, wanted, dy)
    return [
        holding(np.zeros(x.shape, x.dtype)) if dx is None else dx
        for x, dx in zip(wanted, found, strict=True)
    ]


# ---- verification ------------------------------------------------------------------------


@strict
def numerical_gradient(function: Callable[..., Any], x: Any, *, h: float = 1e-4) -> Any:
    """The gradient of a function with one number as its value, by central differences.

        dx_i = (f(x + h e_i) - f(x - h e_i)) / 2h

    Works for any shape and any dtype of x, never changes x, and computes with float64.
    `function` gets a float64 tensor. Gives a float64 array of the shape of x.

    >>> numerical_gradient(lambda x: (x * x).sum(), [3, 4]).round(6)
    array([6., 8.])
    """
    base = np.array(x, dtype=np.float64)
    result = np.zeros_like(base)
    for place in np.ndindex(base.shape):
        sides = []
        for step in (h, -h):
            moved = base.copy()
            moved[place] += step
            sides.append(_number(function(tensor(moved))))
        result[place] = (sides[0] - sides[1]) / (2 * h)
    return result


def _number(y: Any) -> float:
    """The one number that a function gave."""
    array = np.asarray(y)
    if array.shape != ():
        raise GradientError(
            f"numerical_gradient: the function gave shape {array.shape}. Only a single number "
            "has a gradient: reduce it with mean() or sum()."
        )
    return float(array)


@strict
def check_gradients(
    function: Function, *inputs: Any, order: int = 2, tolerance: float = 1e-5
) -> None:
    """Raise GradientError unless the derivatives of `function` match central differences.

    Inputs are taken in float64; the value may have any shape: a fixed random weighting makes
    it one number. The gradient by every float input is compared, and, for `order=2`, the
    gradient of a weighted gradient. `tolerance` is relative to the size of the numbers, and
    absolute below 1. Choose inputs away from kinks: there differences mean nothing.
    """
    points = [_float64(x) for x in inputs]
    chosen = tuple(i for i, x in enumerate(points) if x.dtype == FLOAT64)
    if not chosen:
        raise GradientError("check_gradients: no input of floats, so there is no gradient.")
    scalar = _weighted(function, points)
    name = getattr(function, "__name__", type(function).__name__)
    _compare(name, scalar, points, chosen, tolerance)
    if order >= 2:
        for i in chosen:
            weights = _weights(points[i].shape, seed=100 + i)

            def slope(*arguments: Any, i: int = i, weights: Any = weights) -> Tensor:
                weighted: Tensor = grad(scalar, argument=i)(*arguments) * weights
                return weighted.sum()

            _compare(f"gradient of {name} by argument {i}", slope, points, chosen, tolerance)


def _float64(x: Any) -> Tensor:
    made = tensor(x)
    return made.astype(FLOAT64) if made.dtype in FLOATS else made


def _weights(shape: tuple[int, ...], seed: int) -> Tensor:
    return tensor(np.random.default_rng(seed).uniform(0.5, 1.5, shape))


def _weighted(function: Function, points: list[Tensor]) -> Function:
    """The function as one number: the sum of its value with fixed random weights."""
    weights = _weights(_value(function, points).shape, seed=0)
    return lambda *arguments: (_value(function, arguments) * weights).sum()


def _compare(
    name: str, scalar: Function, points: list[Tensor], chosen: tuple[int, ...], tolerance: float
) -> None:
    found = grad(scalar, argument=chosen)(*points)
    for i, dx in zip(chosen, found, strict=True):

        def moved(x: Tensor, i: int = i) -> Any:
            return scalar(*points[:i], x, *points[i + 1 :])

        expected = numerical_gradient(moved, points[i])
        actual = dx.numpy()
        scale = np.maximum(1.0, np.maximum(np.abs(actual), np.abs(expected)))
        wrong = ~(np.abs(actual - expected) <= tolerance * scale)
        if wrong.any():
            place = tuple(int(k) for k in np.argwhere(wrong)[0])
            raise GradientError(
                f"check_gradients: {name}, argument {i}, index {place}: the gradient is "
                f"{actual[place]:.10g}, the central difference {expected[place]:.10g}. "
                "They must agree: look at the backward rule, or move away from a kink."
            )

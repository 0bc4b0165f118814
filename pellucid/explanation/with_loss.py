"""A model with its loss as one function, whose inputs have the names that they are shown by.

with_loss       the function
named           a model alone as a function
input_names     what a model calls its inputs
"""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from pellucid.errors import OptionError
from pellucid.nn.base import BaseModule
from pellucid.refusals import shown
from pellucid.scopes import scope


def input_names(model: Callable[..., Any], count: int) -> list[str]:
    """What `forward` calls the first `count` inputs; x1, x2, ... where `t` could be one of them."""
    function = model.forward if isinstance(model, BaseModule) else model
    kinds = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.POSITIONAL_ONLY
    parameters = inspect.signature(function).parameters.values()
    known = [p.name for p in parameters if p.kind in kinds][:count]
    if len(known) == count and "t" not in known:
        return known
    return ["x"] if count == 1 else [f"x{i + 1}" for i in range(count)]


def with_loss(
    model: Callable[..., Any], loss: Callable[..., Any], count: int
) -> Callable[..., Any]:
    """The loss of the outputs and the last input; the others have the names of `forward`.

    Errors: OptionError for a loss that is no function.
    """
    if isinstance(loss, type) or not callable(loss):
        raise OptionError(
            f"explain: loss is {shown(loss)}. It is a function of outputs and targets, such as "
            "pellucid.functional.cross_entropy."
        )

    def function(*inputs: Any) -> Any:
        outputs = model(*inputs[:-1])
        with scope("loss"):
            return loss(outputs, inputs[-1])

    return _with_names(function, [*input_names(model, count - 1), "t"])


def named(model: Callable[..., Any], count: int) -> Callable[..., Any]:
    """The model itself, its inputs by the names of `forward`."""

    def function(*inputs: Any) -> Any:
        return model(*inputs)

    return _with_names(function, input_names(model, count))


def _with_names(function: Callable[..., Any], names: Sequence[str]) -> Callable[..., Any]:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(name, kind) for name in names]
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return function

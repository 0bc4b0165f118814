"""What an optimizer is given: parameters, learning rates, and parts that compiled steps follow.

checked        parameters by name, none of them twice
kept_rate      a learning rate as a variable, or a schedule
assign_rate    give such a variable another value
rate_before    the rate of the next update
constant       a tensor without its history
follow         a schedule, clipping or rule of the user's own, which can change
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.errors import OptionError
from pellucid.graph import is_symbolic
from pellucid.optim.clipping import Clipping
from pellucid.optim.rules import Rule
from pellucid.optim.schedules import Schedule, check
from pellucid.primitives.base import DType
from pellucid.recordings import is_recording, setting
from pellucid.tensor import Tensor, holding
from pellucid.variables import Buffer, Variable, refuse_twins

RATE = "learning_rate"


def checked(name: str, parameters: Any) -> dict[str, Variable]:
    """The parameters as a dict. Errors: OptionError for what an optimizer cannot train."""
    if not isinstance(parameters, Mapping) or not parameters:
        raise OptionError(
            f"{name}: parameters {type(parameters).__name__}. Give a dict of at least one named "
            "variable, as model.parameters() does."
        )
    for path, parameter in parameters.items():
        if not isinstance(parameter, Variable) or not parameter.trainable:
            raise OptionError(
                f"{name}: {path!r} is no trainable variable. Make it with Parameter(...), or "
                "leave it out."
            )
    refuse_twins(name, parameters)
    return dict(parameters)


def kept_rate(owner: str, rate: Any, dtype: DType, name: str = RATE) -> Variable | Schedule:
    """A number as a variable, which may be assigned at any time; a schedule as it is."""
    if isinstance(rate, Schedule):
        return rate
    check(owner, RATE, rate, zero=True)
    return Buffer(np.array(rate, dtype), name=name)


def assign_rate(owner: str, held: Variable, value: Any) -> None:
    """Give a learning rate another value. Errors: OptionError for what is no rate."""
    if isinstance(value, Schedule):
        raise OptionError(
            f"{owner}: a {type(value).__name__} in the place of a learning rate that is a "
            "number. Make another optimizer with the schedule."
        )
    rate = value.read() if isinstance(value, Tensor) else value
    if not (isinstance(rate, Tensor) and is_symbolic(rate)):
        check(owner, RATE, float(rate), zero=True)
        rate = np.array(float(rate), held.dtype)
    held.assign(rate)


def rate_before(rate: Any, count: Tensor, dtype: DType) -> Tensor:
    """The learning rate after so many updates: that of the next one."""
    if isinstance(rate, Schedule):
        return rate(count.astype(dtype))
    return constant(rate.value)


def constant(x: Tensor) -> Tensor:
    """The tensor without its history, which updates must not keep alive; symbols stay."""
    return x if is_symbolic(x) or x.origin is None else holding(x.array)


def follow(part: Any) -> None:
    """Have compiled steps follow a schedule, clipping or rule of the user's own that can change.

    So one inside a schedule of schedules.
    """
    if not is_recording() or not isinstance(part, Schedule | Clipping | Rule):
        return
    frozen = getattr(getattr(part, "__dataclass_params__", None), "frozen", False)
    if not frozen:
        setting(lambda: str(vars(part)))
    for inner in vars(part).values():
        for each in inner if isinstance(inner, tuple) else (inner,):
            follow(each)

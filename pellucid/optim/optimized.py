"""What an optimizer is given: parameters, learning rates, and parts that compiled steps follow.

checked        parameters by name, none of them twice
checked_loss   a loss that can be made smaller
thawed         the parameters that are not frozen
Missed         how many updates parameters have missed while they were frozen
kept_rate      a learning rate as a variable, or a schedule
assign_rate    give such a variable another value
rate_before    the rate of the next update
constant       a tensor without its history
follow         a schedule, clipping or rule of the user's own, which can change
"""

from collections.abc import Container, Mapping
from typing import Any

import numpy as np

from pellucid.errors import GradientError, OptionError
from pellucid.graph import is_symbolic
from pellucid.optim.clipping import Clipping
from pellucid.optim.rules import Rule
from pellucid.optim.schedules import Schedule, check
from pellucid.primitives.base import DType
from pellucid.recordings import is_recording, setting
from pellucid.refusals import shown
from pellucid.tensor import Tensor, holding, tensor
from pellucid.variables import FREEZING, Buffer, Variable

RATE = "learning_rate"
MISSED = "missed"


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
    _refuse_twins(name, parameters)
    return dict(parameters)


def _refuse_twins(where: str, variables: Mapping[str, Variable]) -> None:
    """Raise OptionError where two have the very same starting values, drawn for both.

    So have layers alike that were not in one model when they were drawn, and what starts alike
    may stay alike for ever.
    """
    seen: dict[Any, str] = {}
    for name, variable in variables.items():
        alike = None if variable.start is None else variable.start.like(variable)
        if alike is None:
            continue
        twin = variables[seen.setdefault(alike, name)]
        if twin is not variable and np.array_equal(twin.present(), variable.present()):
            raise OptionError(
                f"{where}: parameters {seen[alike]!r} and {name!r} start with the same numbers: "
                f"both were drawn by seed {alike[0]} and path {alike[1]!r}, as their layers stood "
                "in no common model. Put them into one module first, give one another seed by "
                "layer.seeded(1), or where they shall be equal: b.assign(a)."
            )


def checked_loss(loss: Any) -> Tensor:
    """The loss, read. Errors: GradientError, OptionError where it is not a single number."""
    if not isinstance(loss, Tensor):
        raise OptionError(
            f"minimize: the loss is {shown(loss)}. It is the tensor that the loss function gave, "
            "which knows how it was computed: numbers from item(), float() or NumPy do not."
        )
    y = loss.read()
    if y.shape != ():
        raise GradientError(
            f"minimize: a loss of shape {y.shape}. Only a single number can be made smaller: "
            "reduce it with mean() or sum()."
        )
    return y


def thawed(parameters: Mapping[str, Variable]) -> dict[str, Variable]:
    """The parameters that are not frozen; compiled steps follow. Errors: GradientError for none."""
    frozen = setting(lambda: [path for path, w in parameters.items() if w.frozen], FREEZING)
    if len(frozen) == len(parameters):
        raise GradientError(
            "minimize: all parameters are frozen, and nothing is trained. Thaw some: "
            "model.output.thaw()."
        )
    left = frozenset(frozen)
    return {path: w for path, w in parameters.items() if path not in left}


class Missed:
    """How many updates each parameter has missed while it was frozen.

    Its own number of updates is what moments and the like are corrected by: without it, the first
    update of Adam after 1,000 others would be three times too large. Until a parameter is
    frozen there is nothing, and steps are as without it.
    """

    def __init__(self, parameters: Mapping[str, Variable]) -> None:
        self.places = {path: i for i, path in enumerate(parameters)}
        self.counts: Variable | None = None

    def begin(self) -> Variable:
        """Count from now on."""
        if self.counts is None:
            self.counts = Buffer(np.zeros(len(self.places), np.int32), name=MISSED)
            FREEZING.tell()
        return self.counts

    def after(self, trained: Container[str]) -> dict[Variable, Tensor]:
        """The counts after an update of those that are `trained`; nothing where none missed any."""
        frozen = [path not in trained for path in self.places]
        if any(frozen):
            self.begin()
        if not setting(lambda: self.counts is not None, FREEZING):
            return {}
        counts = self.begin()
        return {counts: constant(counts.value) + tensor(np.array(frozen, np.int32))}

    def number(self, path: str, count: Tensor, missed: Mapping[Variable, Tensor]) -> Tensor:
        """How many updates a parameter has had, of `count` in all."""
        for counts in missed.values():
            return count - counts[self.places[path]]
        return count

    def variables(self) -> dict[str, Variable]:
        """The counts, by name, once there are any."""
        return {} if self.counts is None else {MISSED: self.counts}

    def completed(self, state: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
        """A state with the counts if there are any here, which are here if it has them."""
        name = prefix + MISSED
        if name in state:
            self.begin()
        elif self.counts is not None:
            return {**state, name: np.zeros(len(self.places), np.int32)}
        return dict(state)


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

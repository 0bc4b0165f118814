"""What an optimizer is given: parameters that are checked, and parts that compiled steps follow.

checked     parameters by name, none of them twice
follow      a schedule, clipping or rule of the user's own, which can change
"""

from collections.abc import Mapping
from typing import Any

from pellucid.errors import OptionError
from pellucid.optim.clipping import Clipping
from pellucid.optim.rules import Rule
from pellucid.optim.schedules import Schedule
from pellucid.recordings import is_recording, setting
from pellucid.variables import Variable, refuse_twins


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

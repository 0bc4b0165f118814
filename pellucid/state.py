"""The state of a model or an optimizer as named arrays, and back.

copies      the arrays of named variables, for keeping; held: as they are, for a while
restore     give named variables the arrays of such a state, all of them or none
Loaded      what came of it: names loaded, left and missing
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import OptionError, StateError, counted
from pellucid.guards import unchanged
from pellucid.refusals import shown
from pellucid.tensor import Tensor, holding
from pellucid.variables import Variable, assign_all

State = dict[str, np.ndarray[Any, Any]]


def copies(variables: Mapping[str, Variable]) -> State:
    """A copy of every variable's array, by the same names in the same order."""
    with unchanged(variables.values()):
        return {name: np.array(variable.present()) for name, variable in variables.items()}


@contextmanager
def held(variables: Mapping[str, Variable]) -> Iterator[State]:
    """The arrays themselves, by the same names; no program updates them inside."""
    with unchanged(variables.values()):
        yield {name: variable.present() for name, variable in variables.items()}


@dataclass(frozen=True)
class Loaded:
    """What came of loading a state.

    `loaded`: names whose variables have their arrays from the state now. `left`: names in the
    state that nothing here has. `missing`: variables that the state does not name, and that
    keep what they had.

    >>> print(Loaded(("0.weight",), ("head.weight",), ()))
    loaded 1: 0.weight
    left 1: head.weight
    missing 0
    """

    loaded: tuple[str, ...]
    left: tuple[str, ...]
    missing: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(
            f"{what} {len(names)}" + (f": {', '.join(names)}" if names else "")
            for what, names in vars(self).items()
        )


def restore(
    where: str, variables: Mapping[str, Variable], state: Mapping[str, Any], *, strict: bool
) -> Loaded:
    """Assign the arrays of a state to the variables of the same names.

    Without `strict`, names that only one side knows are left alone; what comes back tells
    which. Errors: StateError that lists everything that does not fit, or where no name is the
    same; then nothing was assigned.
    """
    if not isinstance(state, Mapping):
        raise OptionError(
            f"{where}: the state is {shown(state)}. It is a mapping from names to arrays, as "
            "state_dict() gives; of a file: pellucid.io.safetensors.load(path)[0]."
        )
    arrays = {name: _array(value) for name, value in state.items()}
    faults = _faults(variables, arrays, strict)
    if faults:
        lines = "\n  ".join(faults)
        raise StateError(
            f"{where}: the state does not fit.\n  {lines}\n"
            "Names, shapes and dtypes must be those of the model that saved it; nothing was "
            f"loaded.{_conversion(variables, arrays)}"
        )
    loaded = tuple(name for name in variables if name in arrays)
    assign_all({variables[name]: holding(arrays[name]) for name in loaded})
    left = tuple(name for name in arrays if name not in variables)
    return Loaded(loaded, left, tuple(name for name in variables if name not in arrays))


def _conversion(variables: Mapping[str, Variable], arrays: Mapping[str, Any]) -> str:
    """How arrays of another dtype, as of weights that were stored as float16, are made to fit."""
    wanted = [v.dtype for n, v in variables.items() if n in arrays and arrays[n].dtype != v.dtype]
    if not wanted:
        return ""
    change = f'{{name: a.astype("{wanted[0]}") for name, a in state.items()}}'
    return f" Other dtypes are converted first: {change}."


def _array(value: Any) -> Any:
    array = value.numpy() if isinstance(value, Tensor) else value
    return np.array(array, order="C")


def _faults(
    variables: Mapping[str, Variable], arrays: Mapping[str, Any], strict: bool
) -> list[str]:
    """What does not fit, one line each."""
    missing = [name for name in variables if name not in arrays]
    unexpected = [name for name in arrays if name not in variables]
    faults = []
    if not strict and (arrays or variables) and len(unexpected) == len(arrays):
        faults.append(
            f"no name is the same. In the state: {_names(arrays)}; here: {_names(variables)}"
        )
    if strict and missing:
        faults.append(f"missing: {', '.join(missing)}")
    if strict and unexpected:
        faults.append(f"unexpected: {', '.join(unexpected)}")
    for name, variable in variables.items():
        if name not in arrays:
            continue
        array = arrays[name]
        if array.shape != variable.shape:
            faults.append(f"shape of {name}: {array.shape}, here {variable.shape}")
        if array.dtype != variable.dtype:
            faults.append(f"dtype of {name}: {array.dtype}, here {variable.dtype}")
    return faults


def _names(named: Mapping[str, Any]) -> str:
    return counted(list(named)) or "none"

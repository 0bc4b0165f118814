"""The state of a model or an optimizer as named arrays, and back.

copies      the arrays of named variables, for keeping
restore     give named variables the arrays of such a state, all of them or none
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.errors import StateError
from pellucid.tensor import Tensor
from pellucid.variables import Variable

State = dict[str, np.ndarray[Any, Any]]


def copies(variables: Mapping[str, Variable]) -> State:
    """A copy of every variable's array, by the same names in the same order."""
    return {name: np.array(variable.present()) for name, variable in variables.items()}


def restore(
    where: str, variables: Mapping[str, Variable], state: Mapping[str, Any], *, strict: bool
) -> None:
    """Assign the arrays of a state to the variables of the same names.

    Without `strict`, names that only one side knows are left alone. Errors: StateError that
    lists everything that does not fit; then nothing was assigned.
    """
    arrays = {name: _array(value) for name, value in state.items()}
    faults = _faults(variables, arrays, strict)
    if faults:
        lines = "\n  ".join(faults)
        raise StateError(
            f"{where}: the state does not fit.\n  {lines}\n"
            "Names, shapes and dtypes must be those of the model that saved it; nothing was "
            "loaded."
        )
    for name, variable in variables.items():
        if name in arrays:
            variable.assign(Tensor(arrays[name]))


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

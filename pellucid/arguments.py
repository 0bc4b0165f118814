"""Arguments of a compiled function: as arrays for a program, or as tensors with their history.

apart           the structure of arguments, and the arrays in it
attached        the same for arguments that want no gradients
wants_gradient  whether a tensor among the arguments has a history
traced          a function run as it is, on tensors, so that its history is recorded
traced_rows     the same for each row of the arguments
FromVariables   the origin of what a program computed from trainable variables
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import GradientError, counted
from pellucid.origins import Unrecorded
from pellucid.primitives import Concat, Primitive
from pellucid.primitives.base import DTYPES, FLOAT32, FLOAT64
from pellucid.recordings import Tracing, is_recording, recording
from pellucid.structure import flatten, row, unflatten
from pellucid.tensor import Tensor, apply, holding, tensor
from pellucid.variables import Variable, assign_all

_PLAIN = frozenset((Tensor, np.ndarray))  # what most calls are made with: nothing is nested
_ARRAYS = frozenset((np.ndarray,))
_KNOWN = frozenset(DTYPES)


class WantsGradient(Exception):  # noqa: N818 (told to the caller, who traces; no error)
    """An argument has a history: what is computed from it must have one too."""


def apart(arguments: tuple[Any, ...]) -> tuple[Any, list[Any]]:
    """The structure of arguments, and the arrays in it.

    Python floats are float32, or float64 where all other floats are.
    """
    if _PLAIN.issuperset(map(type, arguments)):
        return row(len(arguments)), [_array(x) for x in arguments]
    leaves: list[Any] = []
    structure = flatten(arguments, leaves)
    return structure, [_array(x) for x in _of_one_width(leaves)]


def attached(arguments: tuple[Any, ...]) -> tuple[Any, list[Any], Sequence[Variable]]:
    """As `apart`, and the trainable variables among them; WantsGradient for other histories."""
    if _ARRAYS.issuperset(map(type, arguments)):  # has no history: nothing more is looked at
        return row(len(arguments)), [_array(x) for x in arguments], ()
    if _PLAIN.issuperset(map(type, arguments)):
        arrays = [_constant(x) for x in arguments]
        return row(len(arguments)), arrays, _trainable(arguments)
    leaves: list[Any] = []
    structure = flatten(arguments, leaves)
    arrays = [_constant(x) for x in _of_one_width(leaves)]
    return structure, arrays, _trainable(leaves)


def _trainable(leaves: Sequence[Any]) -> Sequence[Variable]:
    """The trainable variables among arguments, and those that others were computed from."""
    found: list[Variable] = []
    for x in leaves:
        if type(x) is Tensor:
            found += x.origin.owners if isinstance(x.origin, Unrecorded) else ()
        elif isinstance(x, Variable) and x.trainable:
            found.append(x)
    return found


def wants_gradient(arguments: tuple[Any, ...]) -> bool:
    """Whether a tensor among the arguments has a history."""
    leaves: list[Any] = []
    flatten(arguments, leaves)
    return any(type(x) is Tensor and x.requires_grad for x in leaves)


def _of_one_width(leaves: list[Any]) -> list[Any]:
    """The leaves, Python floats as float64 where all other floats are."""
    others = {getattr(x, "dtype", None) for x in leaves}
    if FLOAT64 not in others or FLOAT32 in others:
        return leaves
    return [np.asarray(x) if type(x) is float else x for x in leaves]


def _array(x: Any) -> Any:
    if isinstance(x, np.ndarray) and x.dtype in _KNOWN:
        return x
    return x.known("an argument") if isinstance(x, Tensor) else tensor(x).array


def _constant(x: Any) -> Any:
    if type(x) is Tensor:
        array = x.known("an argument")
        if x.origin is not None and not isinstance(x.origin, Unrecorded):
            raise WantsGradient
        return array
    return x if isinstance(x, np.ndarray) and x.dtype in _KNOWN else _array(x)


# ---- with a history ----------------------------------------------------------------------


def traced(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """The function's results, computed as it stands, from tensors like those of a capture."""
    leaves: list[Any] = []
    structure = flatten(arguments, leaves)
    tensors = [x if isinstance(x, Tensor) else holding(_array(x)) for x in _of_one_width(leaves)]
    record = Tracing()
    with np.errstate(all="ignore"), recording(record):
        returned = function(*unflatten(structure, iter(tensors)))
        outputs: list[Any] = []
        result = flatten(returned, outputs)
        read = [x.read() if isinstance(x, Tensor) else tensor(x) for x in outputs]
    assign_all(record.writes)
    return unflatten(result, iter(read))


def traced_rows(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """The same, one row of the arguments after the other; the results of all, stacked."""
    leaves: list[Any] = []
    structure = flatten(arguments, leaves)
    columns: list[list[Tensor]] = []
    for i in range(len(leaves[0])):
        outputs: list[Any] = []
        nest = flatten(
            traced(function, unflatten(structure, iter([x[i] for x in leaves]))), outputs
        )
        columns.append([y.expand_dims(0) for y in outputs])
    stacked = [apply(Concat(0), *column) for column in zip(*columns, strict=True)]
    return unflatten(nest, iter(stacked))


class _Late(Sequence[Tensor]):
    """What trainable variables hold when somebody asks; nothing while a function is captured."""

    def __init__(self, variables: Sequence[Variable]) -> None:
        self.variables = variables

    def __len__(self) -> int:
        return 0 if is_recording() else len(self.variables)

    def __getitem__(self, i: Any) -> Any:
        return [] if is_recording() else [v.read() for v in self.variables][i]

    def __iter__(self) -> Iterator[Tensor]:
        return iter(self[:])


@dataclass(frozen=True)
class _Program(Primitive):
    """A compiled function, in the history of its results: nothing is recorded inside."""

    names: str

    def backward(self, dy: Any, y: Any, *inputs: Any) -> tuple[Any, ...]:
        raise GradientError(
            f"compile: a derivative by {self.names}, from which a compiled function computed its "
            "result. No history of that is kept. Compile what takes the gradient: a step with "
            "optimizer.minimize(loss) in it, or compile(value_and_grad(f)). Or call the function "
            "uncompiled; or, where its result is meant as a constant, use y.stop_gradient()."
        )


class FromVariables(Unrecorded):
    """The origin of what a program computed from trainable variables.

    A derivative by one of them is refused in the backward pass: it would be 0 otherwise.
    """

    __slots__ = ()

    def __init__(self, variables: Sequence[Variable]) -> None:
        names = counted([repr(variable.name) for variable in variables])
        super().__init__(_Program(names), _Late(variables), variables)

    def of(self, owners: Sequence[Variable]) -> "FromVariables":
        """A history like this one for other variables."""
        return FromVariables(owners)

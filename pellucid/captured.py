"""A function, run once with symbols in the places of arrays, and what that gave.

Captured        its procedure, the variables it reads, and the settings it depends on
capture_call    capture a function for one kind of arguments
"""

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pellucid.arguments import FromVariables
from pellucid.errors import DTypeError
from pellucid.graph import Procedure, Value, collect
from pellucid.origins import Origin
from pellucid.primitives.base import FLOAT64, FLOATS
from pellucid.primitives.scan_passes import tidy
from pellucid.recordings import USUAL, Changes, ReadSetting, Recording, recording
from pellucid.structure import flatten, unflatten
from pellucid.tensor import Tensor, holding, tensor
from pellucid.variables import Variable


@dataclass(frozen=True)
class Captured:
    """A function captured for one kind of arguments."""

    procedure: Procedure
    variables: tuple[Variable, ...]
    result: Any
    settings: tuple[ReadSetting, ...]

    @functools.cached_property
    def changes(self) -> tuple[tuple[Variable, bool], ...]:
        """Each variable, and whether the function gives it a new value."""
        first = self.procedure.arguments
        updated = {position - first for position in self.procedure.updates}
        return tuple((v, i in updated) for i, v in enumerate(self.variables))

    @functools.cached_property
    def origins(self) -> tuple[Origin | None, ...]:
        """Where each result comes from; a step that trains tells nothing of it."""
        return self.origins_with(())

    def origins_with(self, given: Sequence[Variable]) -> tuple[Origin | None, ...]:
        """The origins of the results where trainable variables were given as arguments."""
        read = [variable for variable in self.variables if variable.trainable]
        trains = any(variable.trainable and changes for variable, changes in self.changes)
        wanted = [] if trains else list({id(v): v for v in (*read, *given)}.values())
        origin = FromVariables(wanted) if wanted else None
        results = self.procedure.graph.outputs[: self.procedure.results]
        return tuple(origin if value.dtype in FLOATS else None for value in results)

    def is_current(self) -> bool:
        """Whether every setting is still what it was at capture."""
        for group in self._groups:
            # Asked at every call: a loop without a generator, and counts before anything else.
            if (group.changes is None or group.seen != group.changes.count) and not group.holds():
                return False
        return True

    @functools.cached_property
    def _groups(self) -> "list[_Group]":
        found: dict[Changes | None, _Group] = {}
        for each in self.settings:
            found.setdefault(each.changes, _Group(each.changes)).settings.append(each)
        return list(found.values())


@dataclass(slots=True)
class _Group:
    """Settings whose changes are told by one, and what it had told when they last held."""

    changes: Changes | None
    settings: list[ReadSetting] = field(default_factory=list)
    seen: int = -1

    def holds(self) -> bool:
        """Whether all are what they were."""
        count = -1 if self.changes is None else self.changes.count
        if any(read() != value for read, value, _ in self.settings):
            return False
        self.seen = count
        return True


def _symbol(name: str, array: Any) -> Any:
    """What stands in the place of an array while a function is captured."""
    value = Value(name, array.shape, array.dtype)
    return holding(value, Origin(None, ()))


def capture_call(
    function: Callable[..., Any], structure: Any, arrays: Sequence[Any], precision: str = USUAL
) -> Captured:
    """Run a function once with symbols in the places of arrays, and collect its graph."""
    from pellucid.surroundings import surroundings  # only programs that capture need it

    names = _argument_names(function, structure)
    symbols = list(map(_symbol, names, arrays))
    with recording(Recording(precision)) as record:
        try:
            returned = function(*unflatten(structure, iter(symbols)))
        except DTypeError as error:
            _name_wide(error, names, arrays)
            raise
        outputs: list[Any] = []
        result = flatten(returned, outputs)
        outputs = [x.read() if isinstance(x, Tensor) else tensor(x) for x in outputs]
    variables = tuple(record.reads)
    inputs = _unique([(s.array.name, s) for s in symbols], record)
    graph = tidy(collect(inputs, [*outputs, *record.writes.values()]))
    if precision != USUAL:
        from pellucid.precision import rounded  # on use: who asks for nothing needs none of it

        graph = tidy(rounded(graph))
    position = {variable: len(symbols) + i for i, variable in enumerate(variables)}
    updates = tuple(position[variable] for variable in record.writes)
    procedure = Procedure(graph, len(symbols), updates)
    watched = [ReadSetting(read, read(), changes) for read, changes in record.watched.values()]
    settings = (*record.settings, *watched, *surroundings(function))
    return Captured(procedure, variables, result, settings)


def _name_wide(error: DTypeError, names: Sequence[str], arrays: Sequence[Any]) -> None:
    """Tell which arguments are float64, where the error is that it met float32."""
    wide = [name for name, a in zip(names, arrays, strict=True) if a.dtype == FLOAT64]
    text = str(error)
    if wide and not error.arguments and "float64" in text and "float32" in text:
        error.arguments = tuple(wide)
        s, are = ("", "is") if len(wide) == 1 else ("s", "are")
        error.args = (
            f"{text} The compiled function's argument{s} {', '.join(wide)} {are} float64, which "
            f"NumPy makes unasked: pass {wide[0]}.astype('float32').",
        )


def _argument_names(function: Callable[..., Any], structure: Any) -> list[str]:
    """A name for each array among the arguments: the parameter's, numbered within nests."""
    try:
        parameters = [p.name for p in inspect.signature(function).parameters.values()]
    except ValueError:  # some built-in callables have no signature
        parameters = []
    names: list[str] = []
    for i, part in enumerate(structure.parts):
        stem = parameters[min(i, len(parameters) - 1)] if parameters else "x"
        stem = stem if i < len(parameters) else f"{stem}.{i}"
        leaves = _count_leaves(part)
        names += [stem] if part is None else [f"{stem}.{k}" for k in range(leaves)]
    return names


def _count_leaves(structure: Any) -> int:
    if structure is None:
        return 1
    return sum(_count_leaves(part) for part in getattr(structure, "parts", ()))


def _unique(inputs: list[tuple[str, Tensor]], record: Recording) -> dict[str, Tensor]:
    """Inputs by name, arguments first; a name that is taken gets a number."""
    named: dict[str, Tensor] = {}
    numbers: dict[str, int] = {}  # the lowest that may be free, by name
    reads = [(symbol.array.name, symbol) for symbol in record.reads.values()]
    for name, symbol in inputs + reads:
        free = name
        while free in named:
            number = numbers.get(name, 2)
            free, numbers[name] = f"{name}~{number}", number + 1
        named[free] = symbol
    return named

"""From functions to graphs, and from graphs to programs.

    capture     the graph of a function, for arguments of given shapes
    compile     a function that runs as one program, on the executor of your choice
    Compiled    what `compile` gives: call it like the function

A captured function runs once with symbolic tensors. What it reads from variables becomes an
input of the graph, what it assigns to them an output. Everything else Python does happens
once, at capture: shapes, loops and settings are decided then.
"""

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import executors
from pellucid.errors import GraphError, OptionError
from pellucid.graph import Graph, Origin, Procedure, Value, collect
from pellucid.primitives.base import DTYPES, FLOAT32, FLOAT64
from pellucid.primitives.scan_passes import tidy
from pellucid.structure import LEAF, flatten, row, unflatten
from pellucid.tensor import Tensor, tensor
from pellucid.variables import Recording, Variable, is_recording, recording


@dataclass(frozen=True)
class Captured:
    """A function captured for one kind of arguments."""

    procedure: Procedure
    variables: tuple[Variable, ...]
    result: Any
    settings: tuple[tuple[Callable[[], Any], Any], ...]

    @functools.cached_property
    def changes(self) -> tuple[tuple[Variable, bool], ...]:
        """Each variable, and whether the function gives it a new value."""
        first = self.procedure.arguments
        updated = {position - first for position in self.procedure.updates}
        return tuple((v, i in updated) for i, v in enumerate(self.variables))

    def is_current(self) -> bool:
        """Whether every setting is still what it was at capture."""
        return all(read() == value for read, value in self.settings)


def capture(function: Callable[..., Any]) -> Callable[..., Graph]:
    """The graph of a function: `capture(f)(*examples)`.

    Only shapes and dtypes of the examples matter; variables are not changed.

    >>> print(capture(lambda x: (x * 2.0).sum())(np.ones(3, np.float32)))
    graph(x: float32[3])
      %c0: float32[] = constant [2.0]
      %0: float32[3] = multiply() of (x, %c0)
      %1: float32[1] = sum(axis=(0,)) of (%0)
      %2: float32[] = reshape(to=()) of (%1)
      return %2
    <BLANKLINE>
    """

    def graph_of(*examples: Any) -> Graph:
        return capture_call(function, *_apart(examples)).procedure.graph

    return graph_of


def capture_call(function: Callable[..., Any], structure: Any, arrays: Sequence[Any]) -> Captured:
    """Run a function once with symbols in the places of arrays, and collect its graph."""
    names = _argument_names(function, structure)
    symbols = [
        Tensor(Value(name, a.shape, a.dtype), Origin(None, ()))
        for name, a in zip(names, arrays, strict=True)
    ]
    with recording() as record:
        returned = function(*unflatten(structure, iter(symbols)))
        outputs: list[Any] = []
        result = flatten(returned, outputs)
        outputs = [x.read() if isinstance(x, Tensor) else tensor(x) for x in outputs]
    variables = tuple(record.reads)
    inputs = _unique([(s.array.name, s) for s in symbols], record)
    graph = tidy(collect(inputs, [*outputs, *record.writes.values()]))
    position = {variable: len(symbols) + i for i, variable in enumerate(variables)}
    updates = tuple(position[variable] for variable in record.writes)
    procedure = Procedure(graph, len(symbols), updates)
    return Captured(procedure, variables, result, tuple(record.settings))


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


class Compiled:
    """A function that runs as one program; call it like the function.

    It is captured again for arguments of another shape, dtype or structure, for other
    integers, strings and booleans among them, and where a setting that it read, such as a
    layer's mode, has changed.
    """

    def __init__(self, function: Callable[..., Any], executor: str | None) -> None:
        if executor is not None:
            executors.checked(executor)
        functools.update_wrapper(self, function)
        self.function = function
        self.executor = executor
        self._kinds: dict[Any, list[_Kind]] = {}
        self._latest: tuple[Any, _Kind | None] = (), None

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """The function's results for these arguments; variables are updated.

        Called while another function is captured, it becomes a part of that one.
        """
        if named:
            arguments = self._in_order(arguments, named)
        if is_recording():
            return self.function(*arguments)
        structure, arrays = _apart(arguments)
        kind = self._kind(structure, arrays)
        captured, program = kind.captured, kind.program(self.executor)
        results = program(arrays, _state(captured))
        if captured.result is LEAF:  # as of most functions
            return Tensor(results[0])
        return unflatten(captured.result, iter([Tensor(array) for array in results]))

    def loop(self, *arguments: Any) -> Any:
        """One call for each row of the arguments, one after the other, inside the executor.

        Every array among the arguments has one more axis in front, the calls; so have the
        results. Variables go from each call to the next. Where a call fails, they are as
        after the one before it, and what it raised is raised.
        """
        results, failure = self.loop_while_sound(*arguments)
        if failure is not None:
            raise failure
        return results

    def loop_while_sound(self, *arguments: Any) -> tuple[Any, BaseException | None]:
        """The same; where a call fails, the results of those before it, and what it raised."""
        structure, rows = _apart(arguments)
        counts = {a.shape[0] if a.ndim else None for a in rows}
        if len(counts) != 1 or counts & {None, 0}:
            raise GraphError(
                f"loop: arguments of shapes {[a.shape for a in rows]}. The first axis counts "
                "the calls: it must be the same for all, and at least 1."
            )
        kind = self._kind(structure, [a[0] for a in rows])
        captured, program = kind.captured, kind.program(self.executor)
        results, failure = program.loop(rows, _state(captured))
        return unflatten(captured.result, iter([Tensor(array) for array in results])), failure

    def prepare(self, *examples: Any) -> None:
        """Capture and compile it for arguments like these; nothing is run."""
        self._kind(*_apart(examples)).program(self.executor)

    def graph(self, *examples: Any) -> Graph:
        """The graph that runs for arguments like these."""
        return self.captured(*examples).procedure.graph

    def captured(self, *examples: Any) -> Captured:
        """Everything captured for arguments like these: procedure, variables, settings."""
        return self._kind(*_apart(examples)).captured

    def report(self, *examples: Any) -> Any:
        """What the native program for arguments like these does, and where its time goes."""
        return self._native(examples).report()

    def source(self, form: str, *examples: Any) -> str:
        """The program for arguments like these: "graph", "schedule", "llvm" or "assembly"."""
        return str(self._native(examples).source(form))

    def _native(self, examples: tuple[Any, ...]) -> Any:
        program: Any = self._kind(*_apart(examples)).program(self.executor)
        if not hasattr(program, "report"):
            raise GraphError("report: only native programs report. Use executor='native'.")
        return program

    def _in_order(self, arguments: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
        """All arguments in the order of the function's parameters."""
        bound = inspect.signature(self.function).bind(*arguments, **named)
        if bound.kwargs:
            raise OptionError(
                f"compile: {', '.join(bound.kwargs)} can only be given by name. Arguments of a "
                "compiled function are told apart by their place: drop the `*` before them."
            )
        return bound.args

    def _kind(self, structure: Any, arrays: list[Any]) -> "_Kind":
        """What is known for arguments of this kind; captured where it is new."""
        key = (structure, *[(a.shape, a.dtype) for a in arrays])
        latest, kind = self._latest
        # To compare with the call before takes less than to look it up.
        if kind is None or latest != key or not kind.captured.is_current():
            kind = self._found(key, structure, arrays)
            self._latest = key, kind
        return kind

    def _found(self, key: Any, structure: Any, arrays: list[Any]) -> "_Kind":
        """The same, among all kinds of arguments that were met."""
        known = self._kinds.setdefault(key, [])
        for kind in known:
            if kind.captured.is_current():
                return kind
        known.append(_Kind(capture_call(self.function, structure, arrays)))
        return known[-1]


@dataclass
class _Kind:
    """A captured function, and the program made of it when it first runs."""

    captured: Captured
    _program: executors.Program | None = None

    def program(self, executor: str | None) -> executors.Program:
        """The program, compiled at the first call."""
        if self._program is None:
            name = executors.checked(executor)
            self._program = executors.ready(self.captured.procedure, name)
        return self._program


def _state(captured: Captured) -> list[Any]:
    """The arrays of the variables; those that are updated are ready to be written."""
    return [
        variable.writable() if changes else variable.present()
        for variable, changes in captured.changes
    ]


def _apart(arguments: tuple[Any, ...]) -> tuple[Any, list[Any]]:
    """The structure of arguments, and the arrays in it.

    Python floats are float32, or float64 where all other floats are.
    """
    if _PLAIN.issuperset(map(type, arguments)):
        return row(len(arguments)), [_array(x) for x in arguments]
    leaves: list[Any] = []
    structure = flatten(arguments, leaves)
    arrays = [_array(x) for x in leaves]
    others = {a.dtype for x, a in zip(leaves, arrays, strict=True) if type(x) is not float}
    if FLOAT64 in others and FLOAT32 not in others:
        arrays = [
            np.asarray(x) if type(x) is float else a for x, a in zip(leaves, arrays, strict=True)
        ]
    return structure, arrays


_PLAIN = frozenset((Tensor, np.ndarray))  # what most calls are made with: nothing is nested
_KNOWN = frozenset(DTYPES)


def _array(x: Any) -> Any:
    if isinstance(x, Tensor):
        return x.known("an argument")
    return x if isinstance(x, np.ndarray) and x.dtype in _KNOWN else tensor(x).array


def compile(  # noqa: A001 (the field's word)
    function: Callable[..., Any] | None = None, *, executor: str | None = None
) -> Any:
    """A function that runs as one program: `@compile` or `compile(f, executor="reference")`.

    `executor`: "native" (machine code; the default) or "reference" (NumPy).

    Errors: GraphError where Python needs the number in a tensor while it is captured;
    OptionError for an unknown executor.

    >>> double = compile(lambda x: x + x)
    >>> double(tensor([1.0, 2.0]))
    tensor([2., 4.], float32)
    """
    if function is None:
        return functools.partial(compile, executor=executor)
    return Compiled(function, executor)

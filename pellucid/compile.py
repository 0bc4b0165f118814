"""From functions to graphs, and from graphs to programs.

    capture     the graph of a function, for arguments of given shapes
    compile     a function that runs as one program, on the executor of your choice
    Compiled    what `compile` gives: call it like the function

A captured function runs once with symbolic tensors. What it reads from variables becomes an
input of the graph, what it assigns to them an output. Everything else Python does happens
once, at capture: shapes, loops and settings are decided then, and what names around it mean.
"""

import functools
import inspect
import warnings
from collections.abc import Callable
from typing import Any

from pellucid import executors
from pellucid.arguments import (
    WantsGradient,
    apart,
    attached,
    traced,
    traced_rows,
    wants_gradient,
)
from pellucid.captured import Captured, capture_call
from pellucid.errors import GraphError, OptionError
from pellucid.graph import Graph
from pellucid.recordings import USUAL, active, is_recording
from pellucid.refusals import shown
from pellucid.running import Specialization
from pellucid.strict import strict
from pellucid.structure import LEAF, unflatten
from pellucid.tensor import holding
from pellucid.variables import FREEZING

OFTEN = 10  # captures for arguments of one kind: something seems to change all the time


@strict
def capture(function: Callable[..., Any]) -> Callable[..., Graph]:
    """The graph of a function: `capture(f)(*examples)`.

    Only shapes and dtypes of the examples matter; variables are not changed.

    >>> from pellucid.tensor import tensor
    >>> print(capture(lambda x: (x * 2.0).sum())(tensor([1.0, 1.0, 1.0])))
    graph(x: float32[3])
      %c0: float32[] = constant [2.0]
      %0: float32[3] = multiply() of (x, %c0)
      %1: float32[1] = sum(axis=(0,)) of (%0)
      %2: float32[] = reshape(to=()) of (%1)
      return %2
    <BLANKLINE>
    """

    def graph_of(*examples: Any) -> Graph:
        return capture_call(function, *apart(examples)).procedure.graph

    return graph_of


class Compiled:
    """A function that runs as one program; call it like the function.

    It is captured again for arguments of another shape, dtype or structure, for other
    integers, strings and booleans among them, and where a setting that it read, such as a
    layer's mode, has changed, or a name that it reads from around it means something else:
    a number that was assigned anew, a model that was made anew in a notebook. What changes at
    every call is better an argument: each time, another program is made.
    """

    def __init__(
        self, function: Callable[..., Any], executor: str | None, precision: str = USUAL
    ) -> None:
        if executor is not None:
            executors.checked(executor)
        if precision != USUAL:
            from pellucid.precision import checked  # on use: few ask for another

            checked(precision)
        if not callable(function):
            raise OptionError(
                f"compile: the function is {shown(function)}. What is compiled is called later: "
                "compile(f), not compile(f(x))."
            )
        functools.update_wrapper(self, function)
        self.function = function
        self.executor = executor
        self.precision = precision
        self._specializations: dict[Any, list[Specialization]] = {}
        self._latest: tuple[Any, Specialization | None] = (), None
        self._captures: dict[Any, int] = {}

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """The function's results for these arguments; variables are updated.

        Called while another function is captured, it becomes a part of that one. Where an
        argument wants gradients, the function runs as it stands, operation by operation, so
        that they can be taken through it: to have that compiled too, compile what takes them.
        """
        if named:
            arguments = self._in_order(arguments, named)
        if is_recording():
            self._check_inside()
            return self.function(*arguments)
        try:
            structure, arrays, given = attached(arguments)
        except WantsGradient:
            self._check_inside()
            return traced(self.function, arguments)
        kind = self._specialized(structure, arrays)
        captured = kind.captured
        results = kind.run(self.executor, arrays)
        origins = captured.origins_with(given) if given else captured.origins
        if captured.result is LEAF:  # as of most functions
            return holding(results[0], origins[0])
        return unflatten(captured.result, iter(map(holding, results, origins)))

    def loop(self, *arguments: Any) -> Any:
        """One call for each row of the arguments, one after the other, inside the executor.

        Every array among the arguments has one more axis in front, the calls; so have the
        results. Variables go from each call to the next. Where a call fails, they are as
        after the one before it, and what it raised is raised.
        """
        if wants_gradient(arguments):
            self._check_inside()
            return traced_rows(self.function, arguments)
        results, failure = self.loop_while_sound(*arguments)
        if failure is not None:
            raise failure
        return results

    def loop_while_sound(self, *arguments: Any) -> tuple[Any, BaseException | None]:
        """As `loop`; where a call fails, the results of the calls before it, and what it raised."""
        structure, rows = apart(arguments)
        counts = {a.shape[0] if a.ndim else None for a in rows}
        if len(counts) != 1 or counts & {None, 0}:
            raise GraphError(
                f"loop: arguments of shapes {[a.shape for a in rows]}. The first axis counts "
                "the calls: it must be the same for all, and at least 1."
            )
        kind = self._specialized(structure, [a[0] for a in rows])
        results, failure = kind.loop(self.executor, rows)
        tensors = iter([holding(array) for array in results])
        return unflatten(kind.captured.result, tensors), failure

    def prepare(self, *examples: Any) -> None:
        """Capture and compile it for arguments like these; nothing is run."""
        self._specialized(*apart(examples)).program(self.executor)

    def graph(self, *examples: Any) -> Graph:
        """The graph that runs for arguments like these."""
        return self.captured(*examples).procedure.graph

    def captured(self, *examples: Any) -> Captured:
        """Everything captured for arguments like these: procedure, variables, settings."""
        return self._specialized(*apart(examples)).captured

    def room_for(self, *examples: Any) -> int:
        """The bytes that its program takes while it runs, beside what it is given and gives."""
        return executors.room_for(self.captured(*examples).procedure, self.executor)

    def report(self, *examples: Any) -> Any:
        """What the native program for arguments like these does, and where its time goes."""
        return self._native(examples).report()

    def source(self, form: str, *examples: Any) -> str:
        """The program for arguments like these: "graph", "schedule", "llvm" or "assembly"."""
        return str(self._native(examples).source(form))

    def _native(self, examples: tuple[Any, ...]) -> Any:
        program: Any = self._specialized(*apart(examples)).program(self.executor)
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

    def _check_inside(self) -> None:
        """Refuse a precision that it would lose as a part of something else."""
        if self.precision != USUAL:
            from pellucid.precision import check_inside

            outer = active.recording
            check_inside(self.precision, USUAL if outer is None else outer.precision)

    def _specialized(self, structure: Any, arrays: list[Any]) -> "Specialization":
        """What is known for arguments of this kind; captured where it is new."""
        key = (structure, *[(a.shape, a.dtype) for a in arrays])
        latest, kind = self._latest
        # To compare with the call before takes less than to look it up.
        if kind is None or latest != key or not kind.captured.is_current():
            kind = self._found(key, structure, arrays)
            self._latest = key, kind
        return kind

    def _found(self, key: Any, structure: Any, arrays: list[Any]) -> "Specialization":
        """The program for these arguments, among all that were made; captured where it is new."""
        known = self._specializations.setdefault(key, [])
        for kind in known:
            if kind.captured.is_current():
                return kind
        captured = capture_call(self.function, structure, arrays, self.precision)
        known.append(Specialization(captured))
        # To freeze and thaw is meant, however often it is done.
        since = key, FREEZING.count
        self._captures[since] = self._captures.get(since, 0) + 1
        if self._captures[since] == OFTEN:
            warnings.warn(_told_often(self.function), stacklevel=4)
        return known[-1]


def _told_often(function: Callable[..., Any]) -> str:
    return (
        f"compile: {getattr(function, '__name__', 'a function')} was captured {OFTEN} times for "
        "arguments of one kind, as what it reads besides them keeps changing: a name around it, or "
        "an attribute of a module. Each time another program is made. Give what changes as an "
        "argument, a number as a float: step(x, rate)."
    )


@strict
def compile(  # noqa: A001 (the field's word)
    function: Callable[..., Any] | None = None,
    *,
    executor: str | None = None,
    precision: str = USUAL,
) -> Any:
    """A function that runs as one program: `@compile` or `compile(f, executor="reference")`.

    `executor`: "native" (machine code; the default), "reference" (NumPy), or "native-exact":
    machine code without the faster convolutions that round somewhat more, and with one order of
    sums of bfloat16 on all CPUs (docs/numerics.md).
    `precision`: "float32", or "bfloat16", in which the operands of products and convolutions are
    rounded to 8 bits.

    Errors: GraphError where Python needs the number in a tensor while it is captured;
    OptionError for an unknown executor or precision, and for another one than float32 within
    what is captured or differentiated in float32.

    >>> from pellucid.tensor import tensor
    >>> double = compile(lambda x: x + x)
    >>> double(tensor([1.0, 2.0]))
    tensor([2., 4.], float32)
    """
    if function is None:
        return functools.partial(compile, executor=executor, precision=precision)
    return Compiled(function, executor, precision)

"""Loops over time: one body, run for each step from what the step before left.

scan        the last state and all results of a body taken through sequences
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pellucid.creation import split, stack
from pellucid.errors import GraphError, ShapeError
from pellucid.graph import Value, is_symbolic
from pellucid.origins import Origin, has_origin, history
from pellucid.primitives import MatMul, Scan
from pellucid.primitives.loop import Scanned, SymbolicLoop
from pellucid.primitives.symbols import symbol
from pellucid.recordings import Recording, active_recording, recording
from pellucid.strict import strict
from pellucid.structure import flatten, unflatten
from pellucid.tensor import Tensor, holding, tensor
from pellucid.variables import Variable

MOST_ROWS = (
    16  # of a step: more, and the products of all steps leave the cache before they are used
)

Body = Callable[[Any, Any], tuple[Any, Any]]


@strict
def scan(
    body: Body, initial: Any, inputs: Any = None, *, steps: int | None = None, reverse: bool = False
) -> tuple[Any, Any]:
    """The last state and the stacked results of `body(state, x) -> (state, y)` at every step.

        state, y[t] = body(state, x[t])    for t = 0, 1, ..., steps - 1

    States, inputs and results are tensors, or tuples, lists and dicts of them. Each step sees
    slice t of the first axis of all inputs; with `reverse` the last one first, and y[t] is still
    what slice t gave. Without inputs, x is None and `steps` says how often. What the body uses
    from outside, parameters among it, is the same at every step; variables that it assigns,
    as random draws do, go from step to step.

    In a compiled or captured function the loop is one node of the graph, however many steps
    there are, and runs there as a loop; the body is called once or twice, with symbols. Elsewhere
    it is called for each step.

    Shapes: inputs (steps, ...) -> y (steps, ...); every state has the shape and dtype of the
    initial one. Errors: ShapeError for sequences of different lengths or without steps, and for a
    state that changes its shape or dtype; GraphError for a body that gives no pair.

    >>> total, running = scan(lambda s, x: (s + x, s + x), tensor(0.0), tensor([1.0, 2.0, 3.0]))
    >>> total, running
    (tensor(6., float32), tensor([1., 3., 6.], float32))
    """
    state = _Nest.of(initial)
    sequences = _Nest.of(inputs)
    times = _steps(state.leaves, sequences.leaves, steps), reverse
    run = _captured if active_recording() is not None else _step_by_step
    return run(_Checked(body, state), state, sequences, times)


@dataclass
class _Nest:
    """A structure, and the tensors in it."""

    structure: Any
    leaves: list[Tensor]

    @classmethod
    def of(cls, nest: Any) -> "_Nest":
        """The nest taken apart."""
        leaves: list[Any] = []
        structure = flatten(nest, leaves)
        return cls(structure, [x.read() if isinstance(x, Tensor) else tensor(x) for x in leaves])

    def filled(self, leaves: Sequence[Tensor]) -> Any:
        """The nest with other tensors."""
        return unflatten(self.structure, iter(leaves))


def _steps(state: Sequence[Tensor], sequences: Sequence[Tensor], steps: int | None) -> int:
    """How many steps there are."""
    if not (state or sequences):
        raise GraphError("scan: no state and no inputs. There is nothing to go through.")
    lengths = {x.shape[0] if x.ndim else None for x in sequences}
    lengths |= set() if steps is None else {steps}
    count = next(iter(lengths), None)
    if len(lengths) != 1 or count is None or count < 1:
        given = "" if steps is None else f" and steps={steps}"
        raise ShapeError(
            f"scan: inputs of shapes {[x.shape for x in sequences]}{given}. The first axis counts "
            "the steps: it is the same for all, and at least 1; without inputs give `steps`."
        )
    return count


@dataclass
class _Checked:
    """The body, between tensors: what it gives is taken apart and compared with the state."""

    body: Body
    state: _Nest
    result: _Nest = field(default_factory=lambda: _Nest(None, []))

    def __call__(self, state: Sequence[Tensor], x: Any) -> tuple[list[Tensor], list[Tensor]]:
        """The state behind a step and its results."""
        given = self.body(self.state.filled(state), x)
        if not isinstance(given, tuple) or len(given) != 2:
            raise GraphError(
                f"scan: the body gave {type(given).__name__}. It gives a pair: the next state, and "
                "the result of the step, which may be None."
            )
        after = _Nest.of(given[0])
        self.result = _Nest.of(given[1])
        before = [(x.shape, x.dtype) for x in self.state.leaves]
        found = [(x.shape, x.dtype) for x in after.leaves]
        if after.structure != self.state.structure or found != before:
            raise ShapeError(
                f"scan: the body was given a state of {_listed(before)} and gave {_listed(found)}. "
                "A state keeps its structure, shapes and dtypes: start with one that has them."
            )
        return after.leaves, self.result.leaves


def _listed(kinds: Sequence[tuple[Any, Any]]) -> str:
    return ", ".join(f"{dtype}{list(shape)}" for shape, dtype in kinds) or "no tensors"


def _step_by_step(
    body: _Checked, state: _Nest, sequences: _Nest, times: tuple[int, bool]
) -> tuple[Any, Any]:
    """The loop as Python runs it."""
    steps, reverse = times
    now: list[Tensor] = state.leaves
    rows: list[list[Tensor]] = []
    slices = [_slices(x) for x in sequences.leaves]
    for t in reversed(range(steps)) if reverse else range(steps):
        now, results = body(now, sequences.filled([of_x[t] for of_x in slices]))
        rows.append(results)
    rows = rows[::-1] if reverse else rows
    stacked = [stack(column) for column in zip(*rows, strict=True)]
    return state.filled(now), body.result.filled(stacked)


def _slices(x: Tensor) -> Sequence[Tensor]:
    """The slices of a sequence: their gradients are put together once."""
    if not has_origin(x):
        return [x[t] for t in range(x.shape[0])]
    return [piece.reshape(x.shape[1:]) for piece in split(x, x.shape[0])]


# ---- as a node of a graph ----------------------------------------------------------------


class _Inside(Recording):
    """Variables in a body: those that it assigns are carried, the others are as outside."""

    def __init__(self, outer: Recording, carried: dict[Variable, Tensor]) -> None:
        super().__init__()
        self.outer = outer
        self.carried = carried
        self.settings = outer.settings
        self.watched = outer.watched
        self.outermost = outer.outermost
        self.depth = outer.depth

    def read(self, variable: Variable) -> Tensor:
        """The variable's present value within the body."""
        if variable in self.writes:
            return self.writes[variable]
        return self.carried[variable] if variable in self.carried else self.outer.read(variable)

    def write(self, variable: Variable, value: Tensor) -> None:
        """Give the variable another value within the body."""
        self.writes[variable] = value


@dataclass
class _Call:
    """A body called once with symbols for its state, slices and the variables that it assigns."""

    state: list[Tensor]
    slices: list[Tensor]
    carried: dict[Variable, Tensor]
    after: list[Tensor]
    results: list[Tensor]
    writes: dict[Variable, Tensor]
    began: int  # symbols made since then are of this call

    def _outputs(self) -> list[Tensor]:
        return [*self.after, *self.writes.values(), *self.results]

    def constants(self) -> list[Tensor]:
        """What is the same at every step: used from outside, or made of that alone."""
        outputs = self._outputs()
        varying = {id(x) for x in (*self.state, *self.slices, *self.carried.values())}
        used = list(outputs)
        for x in history(outputs, lambda t: is_symbolic(t) and t.origin.serial > self.began):
            if any(id(operand) in varying for operand in x.origin.inputs):
                varying.add(id(x))
                used += x.origin.inputs
        fixed = {id(x): x for x in used if id(x) not in varying and has_origin(x)}
        return list(fixed.values())

    def products(self, sequences: Sequence[Tensor]) -> list[tuple[Tensor, Tensor]]:
        """Products of slices with what is the same at every step: of all slices at once.

        With few rows in a step most of a product's time goes into reading the matrix.
        """
        whole = {id(x): all_x for x, all_x in zip(self.slices, sequences, strict=True)}
        fixed = {id(x) for x in self.constants()}
        found = []
        for y in history(
            self._outputs(), lambda t: is_symbolic(t) and t.origin.serial > self.began
        ):
            a, b = y.origin.inputs if isinstance(y.origin.primitive, MatMul) else (y, y)
            if id(a) not in whole or id(b) not in fixed or b.ndim != 2:
                continue
            if math.prod(a.shape[:-1]) <= MOST_ROWS:
                rows = whole[id(a)].reshape(-1, a.shape[-1]) @ b
                found.append((y, rows.reshape(whole[id(a)].shape[0], *y.shape)))
        return found


def _call(
    body: _Checked, state: _Nest, sequences: _Nest, outer: Recording, variables: Sequence[Variable]
) -> _Call:
    """Call a body with symbols."""
    began = Origin(None, ()).serial
    now = [symbol(x) for x in state.leaves]
    carried = {v: symbol(v.value) for v in variables}
    slices = [symbol(holding(Value("", x.shape[1:], x.dtype))) for x in sequences.leaves]
    with recording(_Inside(outer, carried)) as record:
        after, results = body(now, sequences.filled(slices))
    return _Call(now, slices, carried, after, results, record.writes, began)


def _captured(
    body: _Checked, state: _Nest, sequences: _Nest, times: tuple[int, bool]
) -> tuple[Any, Any]:
    """The loop as a node of the graph that is being captured."""
    outer = active_recording()
    if outer is None:
        raise AssertionError("nothing is being captured")
    call = _call(body, state, sequences, outer, ())
    while call.writes.keys() - call.carried.keys():
        call = _call(body, state, sequences, outer, tuple(call.writes))
    variables = list(call.writes)
    loop = SymbolicLoop(
        Scan,
        *times,
        constants=[(x, x) for x in call.constants()],
        carries=list(zip(call.state, state.leaves, strict=True)),
        sequences=list(zip(call.slices, sequences.leaves, strict=True)),
    )
    loop.carries += [(call.carried[v], v.value) for v in variables]
    loop.sequences += call.products(sequences.leaves)
    after = [*call.after, *(call.writes[v] for v in variables)]
    carried = _Carried(loop, after, call.results)
    others = [y for y in call.results if carried.number(y) is None]
    made = loop.scanned(after, others, carried.before, carried.after)
    for k, variable in enumerate(variables, len(call.after)):
        variable.assign(made.final(k))
    results = [carried.stacked(made, y) for y in call.results]
    final = [made.final(k) for k in range(len(call.after))]
    return state.filled(final), body.result.filled(results)


class _Carried:
    """Results of a body that are carries: those found before a step, or left after it."""

    def __init__(
        self, loop: SymbolicLoop, after: Sequence[Tensor], results: Sequence[Tensor]
    ) -> None:
        self._found = {id(x): k for k, (x, _) in enumerate(loop.carries)}
        self._left = {id(x): k for k, x in enumerate(after) if id(x) not in self._found}
        given = {id(y) for y in results}
        self.before = sorted(k for y, k in self._found.items() if y in given)
        self.after = sorted(k for y, k in self._left.items() if y in given)

    def number(self, y: Tensor) -> int | None:
        """Which carry a result is."""
        return self._found.get(id(y), self._left.get(id(y)))

    def stacked(self, made: Scanned, y: Tensor) -> Tensor:
        """A result of all steps."""
        stacked: Tensor
        if id(y) in self._found:
            stacked = made.before(self._found[id(y)])
        elif id(y) in self._left:
            stacked = made.after(self._left[id(y)])
        else:
            stacked = made.stacked(y)
        return stacked

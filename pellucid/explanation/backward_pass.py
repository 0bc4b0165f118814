"""The whole backward pass written out, as a course writes it, found from the graph that trains.

    backward_pass   of a function, or of a model with its loss
    BackwardPass    the lines, forward and backward; prints as text and as LaTeX
    Line            one of them

The gradient rules of the primitives are traced on symbols, read as algebra and simplified with the
table of `rewrites`; no model, loss or name is recognised. Every line can be evaluated as it stands:
see `notation` for what the text means.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pellucid.errors import OptionError, closest
from pellucid.explanation.arrays import MANY
from pellucid.explanation.expressions import SAMPLES, Expression, symbol
from pellucid.explanation.forward_pass import Forward, Step, forward_steps
from pellucid.explanation.gradient_lines import (
    Gradient,
    gradient_lines,
    introduced,
    normalised,
    per_sample,
    symbols,
)
from pellucid.explanation.notation import COLUMNS, ROWS, Notation, Writer
from pellucid.explanation.presented import Names, cost, presented
from pellucid.explanation.spelling import spelled
from pellucid.explanation.tape import Tape, taped
from pellucid.explanation.turning import turned
from pellucid.explanation.with_loss import with_loss
from pellucid.graph import Shape, Value
from pellucid.languages import said
from pellucid.nn.base import BaseModule
from pellucid.primitives.base import FLOATS, Primitive

NOTATIONS = {"rows": ROWS, "columns": COLUMNS}


@dataclass(frozen=True)
class Line:
    """`left = right`, as text and as LaTeX.

    `value`: the name of what it is about in the traced graph, empty for a name that was introduced.
    `gradient`: it is the gradient of that value, `per_sample`: m times the gradient. `shape`: of
    the left side as it is written; `flipped`: that is the transpose of the value in the library.
    """

    left: str
    right: str
    latex: str
    value: str
    gradient: bool
    per_sample: bool
    shape: Shape
    flipped: bool

    def __str__(self) -> str:
        return f"{self.left} = {self.right}"


@dataclass(frozen=True)
class BackwardPass:
    """The lines of a forward pass and of its backward pass.

    `functions`: what a name in the lines applies that is no usual function: a primitive, whose
    attributes have `arrays.MANY` for m. `inputs`: the names of inputs and parameters in the graph,
    by those in the lines, each with whether it is turned. `upstream`: the name of what comes back
    to a result that is no single number. `constants`: arrays that the graph holds.
    """

    notation: str
    forward: tuple[Line, ...]
    backward: tuple[Line, ...]
    functions: Mapping[str, Primitive]
    inputs: Mapping[str, tuple[str, bool]]
    constants: Mapping[str, Any]
    upstream: str = ""

    def text(self) -> str:
        """All lines, the forward pass first."""
        rows = [*map(str, self.forward), "", *map(str, self.backward)]
        notes = self._notes()
        return "\n".join(rows + ([""] if notes else []) + notes)

    def latex(self) -> str:
        """All lines of both passes, aligned."""
        rows = [line.latex for line in (*self.forward, *self.backward)]
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    def _notes(self) -> list[str]:
        rules = self.functions.items()
        notes = [f"{name}: {rule}".replace(str(MANY), "m") for name, rule in rules]
        if any(line.per_sample for line in self.backward):
            changed = next(line.left for line in self.backward if line.per_sample)
            notes.append(
                said(
                    "{name} and the like are derivatives of each sample's own loss; the loss is "
                    "their mean over m samples.",
                    name=changed,
                )
            )
        return notes

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


def backward_pass(
    function: Callable[..., Any],
    *inputs: Any,
    loss: Callable[..., Any] | None = None,
    notation: Literal["rows", "columns"] = "rows",
    averaged: Literal["first", "last"] | None = None,
    names: Sequence[str] | None = None,
) -> BackwardPass:
    """Write out the forward and the backward pass of a function, or of a model with its loss.

    `notation`: rows are samples, as in the library, or columns are, as in the course. `averaged`:
    where the 1/m of a mean over samples stands: "first", in the gradient that the loss hands back,
    as (y - t) / m; or "last", in the gradients of parameters, as dw = X dz^T / m with dz = a - y.
    Without it, first for rows, as the book does, and last for columns, as the course does.
    `names`: what inputs are called, where not as in the function or in `forward`; one input and
    the targets are x, t (in columns x, y).
    Errors: OptionError for another notation; those of the function.
    """
    if notation not in NOTATIONS:
        raise OptionError(f"explain: notation {notation!r}. {closest(notation, NOTATIONS)}")
    layers = list(function.modules()) if isinstance(function, BaseModule) else []
    whole = function if loss is None else with_loss(function, loss, len(inputs))
    tape = taped(whole, *inputs)
    if names is None and loss is not None:
        known = [value.name for value in tape.arguments]
        before = ["x"] if len(known) == 2 else known[:-1]
        names = (*before, "y" if notation == "columns" else "t")
    called = dict(zip([v.name for v in tape.arguments], names or (), strict=False))
    last = notation == "columns" if averaged is None else averaged == "last"
    return _Composition(tape, layers, NOTATIONS[notation], called, last).written(notation)


class _Composition:
    """Everything between a tape and its lines."""

    def __init__(
        self, tape: Tape, layers: Sequence[str], notation: Notation, called: Mapping[str, str],
        last: bool,
    ) -> None:  # fmt: skip
        self.tape, self.notation = tape, notation
        self.forward: Forward = forward_steps(tape, layers)
        hats = normalised(self.forward)
        known = [*hats, *(step for step in self.forward.steps if step.open)]
        names = Names({step.meaning: step.symbol for step in known})
        lines = gradient_lines(self.forward, self._wanted(), names)
        self.gradients = per_sample(lines) if last else lines
        new = introduced(self.forward, [presented(g.meaning, names) for g in self.gradients])
        self.names = Names(names | {step.meaning: step.symbol for step in new})
        self.steps = _inserted(self.forward.steps, [*hats, *new])
        self.texts = spelled(self.forward, self.steps, notation, called)
        self.rules = {str(node.primitive): node.primitive for node in tape.graph.nodes}
        self.functions: dict[str, Primitive] = {}
        self.kept = self._kept()
        self.renamed: dict[Expression, Expression] = {}

    def _wanted(self) -> list[Value]:
        """What gradients are asked for: parameters, or else what a function was given."""
        known = self.tape.variables
        inputs = [v for v in self.tape.graph.inputs if v.dtype in FLOATS]
        trained = [v for v in inputs if v.name in known and known[v.name].trainable]
        return trained or [v for v in inputs if v in self.tape.arguments]

    def _kept(self) -> set[Expression]:
        """What stands in the course as it does here: weights of a single unit, lists of ids."""
        found = set()
        for value in self.tape.graph.inputs:
            text = self.texts.get(value.name, "")
            if text == "w" and value.shape[1:] == (1,):
                found |= {symbol(value.name, value.shape), symbol(f"d {value.name}", value.shape)}
            if value.dtype not in FLOATS and len(value.shape) == 1:
                found.add(symbol(value.name, value.shape))
        return found

    def written(self, notation: str) -> BackwardPass:
        """The lines."""
        forward = [self._step(step) for step in self.steps]
        if self.tape.result.name not in {step.value for step in self.steps}:
            forward.append(self._result())
        backward = [self._gradient(each) for each in self.gradients]
        inputs = {
            self.texts[v.name]: (v.name, self._is_flipped(symbol(v.name, v.shape)))
            for v in self.tape.graph.inputs
            if v.name in self.texts
        }
        return BackwardPass(
            notation, tuple(forward), tuple(backward), self.functions, inputs, self._constants(),
            self._upstream(),
        )  # fmt: skip

    def _upstream(self) -> str:
        result = self.tape.result
        scalar = all(n == 1 for n in result.shape)
        return "" if scalar else self.texts[f"d {result.name}"]

    def _constants(self) -> dict[str, Any]:
        return {self.texts[value.name]: array for value, array in self.tape.graph.constants}

    def _step(self, step: Step) -> Line:
        names = Names({x: name for x, name in self.names.items() if name is not step.symbol})
        value = self.tape.known_as.get(step.value, "")
        return self._line(step.symbol, presented(step.meaning, names), value, None)

    def _result(self) -> Line:
        value = self.tape.result
        reader, forward = self.forward.reader, self.forward
        readings = [reader.expression(value.name, x) for x in (forward.opened, forward.closed)]
        shown = min((presented(x, self.names) for x in readings), key=cost)
        own = symbol(value.name, value.shape)
        return self._line(own, shown, self.tape.known_as[value.name], None)

    def _gradient(self, line: Gradient) -> Line:
        shown = presented(line.meaning, self.names)
        return self._line(line.symbol, shown, self.tape.known_as[line.value.name], line)

    def _line(
        self, left: Expression, right: Expression, value: str, gradient: Gradient | None
    ) -> Line:
        is_flipped = self._is_flipped(left)
        if self.notation.columns:
            flip = is_flipped or not left.shape
            left, right = (turned(x, self.kept, flip=flip) for x in (left, right))
        left, right = self._renamed(left), self._renamed(right)
        plain, tex = (Writer(self.notation, tex, self._called) for tex in (False, True))
        return Line(
            plain.whole(left),
            plain.whole(right),
            f"{tex.whole(left)} &= {tex.whole(right)}",
            value,
            gradient is not None,
            gradient is not None and gradient.per_sample,
            left.shape,
            is_flipped,
        )

    def _is_flipped(self, x: Expression) -> bool:
        return self.notation.columns and len(x.shape) in (1, 2) and x not in self.kept

    def _renamed(self, x: Expression) -> Expression:
        """An expression with the names that a reader sees."""
        found = self.renamed.get(x)
        if found is None:
            found = self.renamed[x] = self._rename(x)
        return found

    def _rename(self, x: Expression) -> Expression:
        if x.kind == "symbol":
            text = self.texts.get(x.head.text, x.head.text)
            return x if x is SAMPLES else symbol(text, x.shape, x.head.low, x.head.high)
        if not x.inputs:
            return x
        return replace(x, inputs=tuple(map(self._renamed, x.inputs)))

    def _called(self, x: Expression) -> str:
        """A name for a primitive with these attributes."""
        for name, rule in self.functions.items():
            if str(rule) == x.head.rule:
                return name
        alike = sum(name.rstrip("0123456789_") == x.head.name for name in self.functions)
        name = f"{x.head.name}_{alike + 1}" if alike else x.head.name
        self.functions[name] = self.rules[x.head.rule]
        return name


def _inserted(steps: Sequence[Step], new: Sequence[Step]) -> list[Step]:
    """The steps with new ones behind the last that each of them is made of."""
    found = list(steps)
    for step in new:
        needed = set(symbols(step.meaning))
        places = [i for i, known in enumerate(found) if known.symbol in needed]
        found.insert(max(places, default=-1) + 1, step)
    return found

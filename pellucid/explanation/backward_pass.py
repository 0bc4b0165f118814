"""The whole backward pass written out, as a course writes it, found from the graph that trains.

    backward_pass   of a function, or of a model with its loss

The gradient rules of the primitives are traced on symbols, read as algebra and simplified with the
table of `rewrites`; no model, loss or name is recognised. Every line can be evaluated as it stands:
see `notation` for what the text means.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from pellucid.errors import OptionError, closest
from pellucid.explanation.algebra import minus
from pellucid.explanation.expressions import ZERO, Expression, sum_of, symbol, terms
from pellucid.explanation.forward_pass import forward_steps
from pellucid.explanation.gradient_lines import (
    Gradient,
    gradient_lines,
    introduced,
    normalised,
    per_sample,
    symbols,
)
from pellucid.explanation.known_steps import Forward, Step
from pellucid.explanation.notation import COLUMNS, ROWS, Notation, Writer
from pellucid.explanation.pass_lines import BackwardPass, Line
from pellucid.explanation.presented import Names, cost, presented
from pellucid.explanation.renaming import Renaming
from pellucid.explanation.spelling import spelled
from pellucid.explanation.stepwise import of_a_step, pinned
from pellucid.explanation.tape import Tape, taped
from pellucid.explanation.time_loops import TimeLoop
from pellucid.explanation.turning import turned
from pellucid.explanation.with_loss import with_loss
from pellucid.graph import Value
from pellucid.nn.base import BaseModule
from pellucid.primitives.base import FLOATS, Primitive

NOTATIONS = {"rows": ROWS, "columns": COLUMNS}


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
    the targets are x, t (in columns, and where t counts the steps of a loop, x, y).
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
        is_course = notation == "columns" or bool(tape.loops)  # where t counts steps
        names = (*before, "y" if is_course else "t")
    called = dict(zip([v.name for v in tape.arguments], names or (), strict=False))
    last = notation == "columns" if averaged is None else averaged == "last"
    return _Composition(tape, layers, NOTATIONS[notation], called, last).written(notation)


class _Composition:
    """Everything between a tape and its lines."""

    def __init__(
        self,
        tape: Tape,
        layers: Sequence[str],
        notation: Notation,
        called: Mapping[str, str],
        last: bool,
    ) -> None:
        self.tape = tape
        self.notation = notation
        self.forward: Forward = forward_steps(tape, layers)
        hats = normalised(self.forward)
        known = [*hats, *(step for step in self.forward.steps if step.open)]
        names = Names({step.meaning: step.symbol for step in known})
        lines = gradient_lines(self.forward, self._wanted(), names)
        whole = per_sample(lines) if last else lines
        self.gradients = [line for line in whole if not line.incoming]
        new = introduced(self.forward, [presented(g.meaning, names) for g in self.gradients])
        self.names = Names(names | {step.meaning: step.symbol for step in new})
        self.steps = _inserted(self.forward.steps, [*hats, *new])
        self.texts = spelled(self.forward, self.steps, notation, called)
        self.rules = {str(node.primitive): node.primitive for node in tape.graph.nodes}
        self.functions: dict[str, Primitive] = {}
        self.kept = self._kept()
        incoming = [line for line in whole if line.incoming]
        self.behind = {line.symbol for line in incoming}
        self.renaming = self._renaming(incoming)

    def _renaming(self, incoming: Sequence[Gradient]) -> Renaming:
        """Names as a reader sees them; what comes from the step behind stands for itself there."""
        loops = self.forward.tape.loops
        ahead = {name: loop.ahead for loop in loops for name in loop.incoming.values()}
        inside = {name for loop in loops for name in loop.values}
        inside |= {step.symbol.head.text for step in self.steps if self._loop(step)}
        behind = {}
        for line in incoming:
            shown = self._turned(presented(line.meaning, self.names), flip=self.notation.columns)
            behind[line.symbol.head.text] = (shown, ahead[line.symbol.head.text])
        return Renaming(self.texts, inside, behind)

    def _loop(self, step: Step) -> TimeLoop | None:
        """The loop that a step is in, or what it is made of."""
        asked = (step.symbol,) if step.value else (step.symbol, *of_a_step(step.meaning))
        found = map(self.forward.loop_of, asked)
        return next((loop for loop in found if loop is not None), None)

    def _turned(self, x: Expression, *, flip: bool) -> Expression:
        return turned(x, self.kept, flip=flip) if self.notation.columns else x

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
        forward = list(self._steps())
        if self.tape.result.name not in {step.value for step in self.steps}:
            forward.append(self._result())
        backward = [self._gradient(each) for each in self.gradients]
        inputs = {
            self.texts[v.name]: (v.name, self._is_flipped(symbol(v.name, v.shape)))
            for v in self.tape.graph.inputs
            if v.name in self.texts
        }
        return BackwardPass(
            notation,
            tuple(forward),
            tuple(backward),
            self.functions,
            inputs,
            self._constants(),
            self._upstream(),
            tuple(self.texts[name] for name in self.tape.shares),
            self.renaming.slices,
        )

    def _upstream(self) -> str:
        result = self.tape.result
        scalar = all(n == 1 for n in result.shape)
        return "" if scalar else self.texts[f"d {result.name}"]

    def _constants(self) -> dict[str, Any]:
        return {self.texts[value.name]: array for value, array in self.tape.graph.constants}

    def _steps(self) -> Iterator[Line]:
        """The lines of the steps; what a loop starts with stands before it."""
        begun: set[TimeLoop] = set()
        for step in self.steps:
            loop = self._loop(step)
            if loop is not None and loop not in begun:
                begun.add(loop)
                yield from self._starts(loop)
            yield replace(self._step(step), loop=loop)

    def _starts(self, loop: TimeLoop) -> Iterator[Line]:
        """What each carry is before the first step."""
        for (before, after), start in zip(loop.carries, loop.starts, strict=True):
            own = self.forward.reader.basis.get(before)
            if own is None or after not in self.forward.carries:
                continue
            meaning = self.forward.reader.expression(start, self.forward.closed)
            first = pinned(own, loop.first)
            yield self._line(first, presented(meaning, self.names), "", None)

    def _step(self, step: Step) -> Line:
        names = Names({x: name for x, name in self.names.items() if name is not step.symbol})
        value = self.tape.known_as.get(step.value, "")
        return self._line(step.symbol, presented(step.meaning, names), value, None)

    def _result(self) -> Line:
        value = self.tape.result
        reader = self.forward.reader
        forward = self.forward
        readings = [reader.expression(value.name, x) for x in (forward.opened, forward.closed)]
        shown = min((presented(x, self.names) for x in readings), key=cost)
        own = symbol(value.name, value.shape)
        return self._line(own, shown, self.tape.known_as[value.name], None)

    def _comes_from_behind(self, x: Expression) -> bool:
        return x.kind == "symbol" and x in self.behind

    def _gradient(self, line: Gradient) -> Line:
        behind = {x: c for x, c in terms(line.meaning) if self._comes_from_behind(x)}
        rest = minus(line.meaning, sum_of(behind))
        shown = presented(rest, self.names)
        if behind:
            others = {} if rest is ZERO else dict(terms(shown))
            shown = sum_of(others | behind)
        written = self._line(
            line.symbol,
            shown,
            self.tape.known_as[line.value.name],
            line,
        )
        return replace(written, loop=self.forward.loop_of(line.symbol))

    def _line(
        self, left: Expression, right: Expression, value: str, gradient: Gradient | None
    ) -> Line:
        is_flipped = self._is_flipped(left)
        flip = is_flipped or not left.shape
        left, right = (self._turned(x, flip=flip) for x in (left, right))
        left = self.renaming.renamed(left)
        right = self.renaming.renamed(right)
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

"""How expressions are written: as text that can be evaluated, and as LaTeX.

    Notation        samples as rows or columns, and how names are spelled
    ROWS, COLUMNS   the two
    Writer          one way to write expressions, as text or as LaTeX
    size_text       a size, in samples where it counts them

The text, for a program or a test that evaluates it: juxtaposition is the product of matrices and
binds most tightly, `*` and `/` go element by element, `^T` is the transpose, `[a < b]` is 1 where
it holds and 0 elsewhere. Reductions keep their axes with size 1, and `sum(x)` without an axis is
over the samples. A function that is none of those below is a primitive of the graph.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from pellucid.explanation.arrays import MANY
from pellucid.explanation.correlations import settings
from pellucid.explanation.expressions import ONE, ZERO, Expression, factors, is_call, terms
from pellucid.explanation.names_latex import name_latex, raised, tens

SUM, TERM, MATRIX, POWER, ATOM = range(5)
Written = tuple[str, int]
STARS = {"corr": "", "corr_m": "m"}
SPOKEN = {"larger": "max", "stack": "stack_t", "step": "step_t"}
COMPARED = {"less": ("<", ">="), "equal": ("=", "!=")}
COMPARED_LATEX = {"<": "<", ">=": r"\ge", "=": "=", "!=": r"\ne", ">": ">", "<=": r"\le"}
FUNCTIONS_IN_TEX = {
    **{name: rf"\{name}" for name in ("tanh", "log", "max", "sin", "cos")},
    "sigmoid": r"\sigma",
    "sum_t": r"\sum_{t}",
}


@dataclass(frozen=True)
class Notation:
    """`columns`: samples are columns, else rows."""

    columns: bool = False

    def samples(self, x: Expression) -> int:
        """The axis of the samples, counted from the back."""
        return -1 if self.columns else -len(x.shape)


ROWS, COLUMNS = Notation(columns=False), Notation(columns=True)


@dataclass(frozen=True)
class Writer:
    """One way to write: LaTeX or text. `called` names a primitive that has attributes."""

    notation: Notation
    tex: bool
    called: Callable[[Expression], str]
    written: dict[Expression, Written] = field(default_factory=dict, compare=False)

    @cached_property
    def plain(self) -> "Writer":
        """The text of everything, which it is sorted by."""
        return Writer(self.notation, False, self.called) if self.tex else self

    def whole(self, x: Expression) -> str:
        """An expression as a line."""
        return self.write(x)[0]

    def write(self, x: Expression) -> Written:
        """An expression, and how tightly its outermost operation binds."""
        found = self.written.get(x)
        if found is None:
            found = self.written[x] = self._write(x)
        return found

    def _write(self, x: Expression) -> Written:
        if x.kind == "call":
            return self._call(x)
        if x.kind != "symbol":
            return self._sum(x)
        name = x.head.text
        return (name_latex(name) if self.tex else name), ATOM

    def at(self, x: Expression, level: int) -> str:
        """An expression in brackets, unless it binds tightly enough."""
        text, own = self.write(x)
        return text if own >= level else f"({text})"

    # ---- sums and products -------------------------------------------------------------

    def _sum(self, x: Expression) -> Written:
        if x is ZERO:
            return "0", ATOM
        opposite = self._opposite(x)
        if opposite is not None:
            return opposite, ATOM
        parts = sorted(terms(x), key=lambda each: (each[1] < 0, *self._rank(each[0])))
        (first, c), *rest = parts
        if not rest and c >= 0:
            return self._term(first, c)
        text = self._summand(first, abs(c))
        if c < 0:
            text = f"-{text}"
        for term, c in rest:
            sign = "-" if c < 0 else "+"
            text += f" {sign} {self._summand(term, abs(c))}"
        return text, SUM

    def _summand(self, term: Expression, c: Fraction) -> str:
        """A term as it stands beside others or behind a minus sign."""
        text, own = self._term(term, c)
        return text if own > SUM else f"({text})"

    def _opposite(self, x: Expression) -> str | None:
        """1 - [p] as the opposite condition."""
        parts = dict(terms(x))
        if len(parts) != 2 or parts.get(ONE) != 1:
            return None
        (other,) = (t for t in parts if t is not ONE)
        is_condition = is_call(other, *COMPARED)
        if is_condition and parts[other] == -1:
            return self._condition(other, 1)
        return None

    def _rank(self, x: Expression) -> tuple[bool, bool, bool, str]:
        text = self.plain._term(x, Fraction(1))[0] if x is not ONE else ""
        change = re.search(r"\bd[A-Za-z]", text)
        return not _has(x, "matmul"), not change, (x.kind == "symbol") != bool(change), text

    def _term(self, term: Expression, c: Fraction) -> Written:
        powers = sorted(factors(term), key=lambda each: self._place(each[0]))
        tops = [self._power(x, n) for x, n in powers if n > 0]
        bottoms = [self._power(x, -n) for x, n in powers if n < 0]
        top, bottom = _number(c, alone=not tops)
        if top:
            shown = tens(top) if self.tex else top
            tops.insert(0, (shown, ATOM))
        if bottom:
            bottoms.append((bottom, ATOM))
        return self._fraction(tops or [("1", ATOM)], bottoms)

    def _place(self, x: Expression) -> tuple[bool, int, str]:
        text = self.plain.write(x)[0]
        late = {"symbol": 0, "call": 1}.get(x.kind, 2)
        return not re.match(r"d[A-Za-z]", text), late, text

    def _fraction(self, tops: list[Written], bottoms: list[Written]) -> Written:
        if not bottoms:
            return self._side(tops, SUM)
        if self.tex:
            above, _ = self._side(tops, SUM)
            below, _ = self._side(bottoms, SUM)
            return rf"\frac{{{above}}}{{{below}}}", POWER
        above, _ = self._side(tops, TERM)
        below, own = self._side(bottoms, MATRIX)
        under = below if own >= MATRIX else f"({below})"
        return f"{above} / {under}", TERM

    def _side(self, parts: list[Written], level: int) -> Written:
        """What stands above or below the line; a single part in brackets, unless it binds so."""
        if len(parts) == 1:
            text, own = parts[0]
            return parts[0] if own >= level else (f"({text})", ATOM)
        shown = [t if own >= MATRIX else f"({t})" for t, own in parts]
        return (_odot(shown) if self.tex else " * ".join(shown)), TERM

    def _power(self, x: Expression, n: Fraction) -> Written:
        if n == 1:
            return self.write(x)
        if n == Fraction(1, 2):
            inner = self.whole(x)
            return (rf"\sqrt{{{inner}}}" if self.tex else f"sqrt({inner})"), ATOM
        shown = str(n) if n.denominator == 1 else f"({n})"
        base = self.at(x, ATOM)
        return (f"{raised(base)}^{{{n}}}" if self.tex else f"{base}^{shown}"), POWER

    # ---- operations --------------------------------------------------------------------

    def _call(self, x: Expression) -> Written:
        name = x.head.name
        if name == "matmul":
            between = r" \, " if self.tex else " "
            return self.at(x.inputs[0], MATRIX) + between + self.at(x.inputs[1], POWER), MATRIX
        if name == "transpose":
            base = self.at(x.inputs[0], ATOM)
            return (rf"{raised(base)}^{{\top}}" if self.tex else f"{base}^T"), POWER
        if name in COMPARED:
            return self._condition(x, 0), ATOM
        if name == "piece":
            return self._piece(x), ATOM
        if name == "holds":
            return f"[{self.whole(x.inputs[0])}]", ATOM
        inner = [self.whole(y) for y in x.inputs]
        options = self._options(x)
        if self.tex and name in STARS:
            said = ", ".join([STARS[name], *options]).removeprefix(", ").replace("=", "{=}")
            below = rf"_{{\text{{{said}}}}}" if said else ""
            sides = [self.at(y, ATOM) for y in x.inputs]
            return rf"{sides[0]} \star{below} {sides[1]}", MATRIX
        called = self._function(x)
        if self.tex and name in ("abs", "exp") and not x.head.rule:
            if name == "abs":
                return rf"\left|{inner[0]}\right|", ATOM
            return f"e^{{{inner[0]}}}", POWER
        left, right = (r"\left(", r"\right)") if self.tex else ("(", ")")
        return f"{called}{left}{', '.join([*inner, *options])}{right}", ATOM

    def _piece(self, x: Expression) -> str:
        """Some of the places along an axis."""
        axis, start, end = x.head.axes
        places = [":"] * len(x.shape)
        places[axis] = f"{start}:{end}"
        left, right = (r"\left[", r"\right]") if self.tex else ("[", "]")
        return f"{self.at(x.inputs[0], ATOM)}{left}{', '.join(places)}{right}"

    def _widths(self, x: Expression) -> list[str]:
        """Zeros before and after along an axis."""
        axis, before, after = x.head.axes
        return [*self._axis(axis + len(x.shape)), str(before), str(after)]

    def _function(self, x: Expression) -> str:
        name = SPOKEN.get(x.head.name, x.head.name)
        name = self.called(x) if x.head.rule else name
        if not self.tex:
            return name
        escaped = name.replace("_", r"\_")
        return FUNCTIONS_IN_TEX.get(name, rf"\operatorname{{{escaped}}}")

    def _options(self, x: Expression) -> list[str]:
        if x.head.name in ("reshape", "broadcast_to") and not x.head.rule:
            return [size_text(n) for n in x.head.axes]
        if x.head.name == "permute_dims":
            return [str(n) for n in x.head.axes]
        if x.head.name in ("corr", "corr_m"):
            return settings(x)
        if x.head.name == "flip":
            return [f"groups={x.head.axes[0]}"] if x.head.axes[0] > 1 else []
        if x.head.name == "padded":
            return self._widths(x)
        if x.head.name == "stack":
            axis = x.head.axes[0] + len(x.shape)
            return self._axis(axis) if axis else []
        if x.head.name == "onehot":
            return [str(x.head.axes[0])]
        inner = x.inputs[0] if x.inputs else x
        axes = x.head.axes
        plain = x.head.name == "sum" and axes == (self.notation.samples(inner),)
        if not axes or (plain and inner.shape[axes[0]] % MANY == 0):
            return []
        counted = [axis + len(inner.shape) for axis in axes]
        shown = str(counted[0]) if len(counted) == 1 else str(tuple(counted))
        return self._axis(shown)

    def _axis(self, shown: int | str) -> list[str]:
        return [rf"\text{{axis}}={shown}" if self.tex else f"axis={shown}"]

    def _condition(self, x: Expression, opposite: int) -> str:
        a, b = x.inputs
        sign = COMPARED[x.head.name][opposite]
        if a in (ZERO, ONE) or (a.kind == "sum" and a.inputs == (ONE,)):
            a, b = b, a
            sign = {"<": ">", ">=": "<="}.get(sign, sign)
        sign = COMPARED_LATEX[sign] if self.tex else sign
        left, right = (r"\left[", r"\right]") if self.tex else ("[", "]")
        return f"{left}{self.whole(a)} {sign} {self.whole(b)}{right}"


def _odot(parts: list[str]) -> str:
    """Products element by element in LaTeX; with a number there is nothing to tell apart."""
    found = parts[0]
    for before, part in pairwise(parts):
        plain = re.fullmatch(r"[-\d.]+|m|.*10\^\{-?\d+\}", before)
        found += (r" \, " if plain or part == "m" else r" \odot ") + part
    return found


def _has(x: Expression, name: str) -> bool:
    return any(is_call(base, name) for base, _ in factors(x))


def size_text(n: int) -> str:
    """A size, in samples where it counts them: `m`, `12 m`."""
    if n == 0 or n % MANY:
        return str(n)
    return "m" if n == MANY else f"{n // MANY} * m"


def _number(c: Fraction, *, alone: bool) -> tuple[str, str]:
    """What a coefficient writes above and below the line."""
    if c.denominator == 1:
        return ("" if c == 1 and not alone else str(c)), ""
    decimal = f"{float(c):.7g}"
    exact = Fraction(decimal) == c and (c.numerator != 1 or c.denominator > 9)
    if exact or c.denominator > 100_000:
        return decimal, ""
    if c.numerator == 1 and not alone:
        return "", str(c.denominator)
    return str(c.numerator), str(c.denominator)

"""The page of primitives, from their definitions.

pages       the page by its file
"""

from itertools import groupby

from api_pages import first_line, title
from docstrings import plain

from pellucid.executors.native.ir.facts import FACTS, OWN_RULE
from pellucid.primitives import PRIMITIVES
from pellucid.primitives.base import DTYPES, FLOATS, INTEGERS, NUMBERS, Elementwise, Primitive

KINDS = {DTYPES: "all", NUMBERS: "numbers", FLOATS: "floats", INTEGERS: "integers"}
INTRODUCTION = """\
An operation is defined once, and everything reads that definition: execution, derivatives, the
compiler, explanations, tests, and this page. What composes from these is no primitive. *Becomes*
is how the native executor makes code of it; *broadcast*: all inputs have one shape, or sizes of 1
that are repeated."""
BROADCAST = "broadcast"
COLUMNS = ("Primitive", "Formula", "Gradient", "Shape", "Dtypes", "Becomes")


def pages() -> dict[str, str]:
    """The page."""
    lines = [*title("Primitives"), INTRODUCTION, ""]
    ordered = sorted(PRIMITIVES, key=lambda kind: (kind.__module__, kind.name))
    for home, kinds in groupby(ordered, key=lambda kind: kind.__module__):
        lines += [*title(room(home), "-"), *table(list(kinds)), ""]
    return {"primitives.rst": "\n".join(lines)}


def room(module: str) -> str:
    """The heading of the primitives of a file."""
    return first_line(module).rstrip(".").partition(":")[0]


def table(kinds: list[type[Primitive]]) -> list[str]:
    """Their rows."""
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for cells in (COLUMNS, *map(row, kinds)):
        for place, cell in enumerate(cells):
            lines.append(f"   {'* -' if place == 0 else '  -'} {cell}")
    return lines


def row(kind: type[Primitive]) -> tuple[str, ...]:
    """What a primitive says of itself."""
    told = " ".join((kind.__doc__ or "").partition("\n\n")[0].split())
    broadcasts = kind.shape is Elementwise.shape
    shape = BROADCAST if broadcasts else " ".join((kind.shape.__doc__ or "").split())
    dtypes = KINDS.get(kind.accepts) or ", ".join(str(dtype) for dtype in kind.accepts)
    becomes = FACTS.get(kind, OWN_RULE).lowering.name.lower()
    name = f"``{kind.name}``: {plain(told)}"
    formulas = [f"``{text}``" if text else "" for text in (kind.formula, kind.gradient_formula)]
    return (name, *formulas, plain(shape), dtypes, becomes)

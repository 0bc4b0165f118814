"""An explanation as one page, which needs nothing but itself: offline, light and dark.

document    the page
"""

import html
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from pellucid.explanation.derivation import Derivation
from pellucid.explanation.derivation_text import DerivationText, tell
from pellucid.explanation.layers import Layers
from pellucid.explanation.picture import Picture
from pellucid.explanation.trace import Trace
from pellucid.languages import said
from pellucid.train.page import framed, scrolled, section, table

MOST_DERIVED = 16  # parameters whose derivation stands in the page
CHECKED = 2  # numbers of each of their gradients that are checked


class Documented(Protocol):
    """What a page needs of an explanation."""

    trace: Trace

    @property
    def result(self) -> str:
        """What came out, in few letters."""

    @property
    def layers(self) -> Layers:
        """The table of layers."""

    def graph(self, *, inside: str | None = None) -> Picture:
        """The graph, or that of one layer."""

    def derivation(self, path: str, *places: Any, checked: int) -> Derivation:
        """How the gradient by a value comes about."""


def document(explanation: Documented, title: str) -> str:
    """The page: layers, the graph with its layers to be opened, and how each gradient comes about.

    Errors: OptionError where graphlay, which places graphs, is not installed.
    """
    return framed(title, [f"<h1>{html.escape(title)}</h1>", *_sections(explanation)])


def _sections(explanation: Documented) -> Iterator[str]:
    value = f"{explanation.result}, {explanation.trace.result.dtype}"
    told = said("result: {value}", value=value)
    yield f"<p>{html.escape(told)}</p>"
    yield section(said("Layers"), _layers(explanation.layers))
    yield section(said("Graph"), _graph(explanation))
    yield section(said("Derivations"), _derivations(explanation))


def _layers(layers: Layers) -> str:
    (heads, *shapes), (more, *numbers) = layers.shapes(), layers.numbers()
    first = table(said("Shapes of layers"), heads, shapes, texts=7)
    return first + table(said("Numbers of layers"), more, numbers, texts=1, best=[len(numbers) - 1])


def _graph(explanation: Documented) -> str:
    """The graph with its layers closed, and each layer below it, to be opened."""
    legend = said("Above an arrow the forward value, below it what comes back.")
    parts = [
        f"<p>{html.escape(legend)}</p>",
        scrolled(said("Graph of layers"), explanation.graph().svg, wide=True),
    ]
    for row in explanation.layers.rows:
        if row.path:
            inner = explanation.graph(inside=row.path).named(f"inside-{len(parts)}")
            title = f"{row.path} {row.kind}".strip()
            parts.append(_folded(title, scrolled(title, inner, wide=True)))
    return "\n".join(parts)


def _derivations(explanation: Documented) -> str:
    paths = [name for name, v in explanation.trace.variables.items() if v.trainable]
    paths = paths or [value.name for value in explanation.trace.graph.inputs]
    parts = []
    for path in paths[:MOST_DERIVED]:
        told = tell(explanation.derivation(path, checked=CHECKED))
        parts.append(_folded(told.title, _derivation(told)))
    return "\n".join(parts)


def _derivation(told: DerivationText) -> str:
    facts = "".join(f"<p>{html.escape(fact)}</p>" for fact in told.facts)
    parts = [facts]
    for label, rows, texts in (
        (said("Uses"), told.terms, 2),
        (said("Checks"), told.checks, 1),
    ):
        parts.append(_table(label, rows, texts))
    parts.append(f"<p>{html.escape(told.routes_told)}</p>")
    parts.append(_table(said("Routes"), told.routes, 0))
    return "\n".join(parts)


def _table(label: str, rows: Sequence[tuple[str, ...]], texts: int) -> str:
    return table(label, rows[0], rows[1:], texts=texts) if len(rows) > 1 else ""


def _folded(title: str, content: str) -> str:
    """A part that opens, also by the keyboard."""
    return f"<details><summary>{html.escape(title)}</summary>\n{content}\n</details>"

"""An explanation as one page, which needs nothing but itself: offline, light and dark.

document    the page
"""

import html
import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Protocol

import numpy as np

from pellucid.errors import GraphError
from pellucid.explanation.attribution import GRAD_CAM, INTEGRATED, Attribution
from pellucid.explanation.derivation import Derivation
from pellucid.explanation.derivation_text import DerivationText, tell
from pellucid.explanation.document_inside import Inside, attributions, inside, projection
from pellucid.explanation.layers import Layers
from pellucid.explanation.pass_lines import BackwardPass
from pellucid.explanation.picture import Picture
from pellucid.explanation.projection import Projection
from pellucid.explanation.trace import Trace
from pellucid.languages import chosen, said
from pellucid.train.pages.page import framed, scrolled, section, table

STYLE = """
pre { margin: 0; padding: .5rem .75rem; background: var(--card); width: max-content;
  min-width: 100%; }
.wraps td.text { white-space: normal; overflow-wrap: anywhere; min-width: 9rem; }
.formulas td:nth-child(3) { white-space: normal; min-width: 15rem; }
details { margin: .25rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
.charts, .maps { display: flex; flex-wrap: wrap; gap: .75rem; margin: .5rem 0; }
.maps { gap: .25rem; }
.maps img { width: 4rem; image-rendering: pixelated; border: 1px solid var(--line); }
.maps.large img { width: 8rem; }
figcaption { font-size: .8125rem; line-height: 1.35; color: var(--soft); max-width: 11rem; }
.maps.large figcaption { max-width: 8rem; }
.maps.long { flex-direction: column; }
.maps.long img { width: 100%; max-width: 36rem; }
.points { max-width: 22.5rem; margin: .5rem 0; }
.points > svg { border: 1px solid var(--line); border-radius: .5rem; }
.points figcaption { max-width: none; }
"""
# Derivations of a page: as many as take a second or two, at this number of operations, each of
# which costs about so many runs of the network. A node takes as long as so many operations.
BUDGET = 4_000_000_000
COST = 10
NODE = 5_000
FEWEST = 4
LISTED = 4  # routes of each
MANY_NODES = 500  # of a graph whose lines take seconds: a page has them in one notation
PICTURES = 4  # samples whose attributions are shown
FEWEST_POINTS = 8  # samples that are worth a picture in a plane
CHECKED = 2  # numbers of each of their gradients that are checked


class Documented(Inside, Protocol):
    """What a page needs of an explanation."""

    trace: Trace
    model: Any
    inputs: tuple[Any, ...]
    class_names: Sequence[str]

    @property
    def result(self) -> str:
        """What came out, in few letters."""

    @property
    def layers(self) -> Layers:
        """The table of layers."""

    def graph(self, *, inside: str | None = None) -> Picture:
        """The graph, or that of one layer."""

    def derivation(self, path: str, *places: Any, checked: int, most: int) -> Derivation:
        """How the gradient by a value comes about."""

    @property
    def written_out(self) -> bool:
        """Whether there is a backward pass to be written out."""

    def backward_pass(self, notation: str) -> BackwardPass:
        """The lines of both passes."""

    def projection(self, path: str) -> Projection:
        """What a layer makes of the samples."""

    def attribution(self, method: str, *, samples: int | None = None) -> Attribution:
        """Which parts of each input its score depends on."""


def document(
    explanation: Documented,
    title: str,
    further: Sequence[tuple[str, str]] = (),
    note: str = "",
) -> str:
    """The page: layers, the graph with its layers to be opened, and how each gradient comes about.

    `further`: titles and contents, as HTML, of sections behind these. `note`: below the title.
    Errors: OptionError where graphlay, which places graphs, is not installed.
    """
    more = [section(name, content) for name, content in further]
    told = f"<p>{html.escape(note)}</p>" if note else ""
    parts = [f"<h1>{html.escape(title)}</h1>", told, *_sections(explanation), *more]
    return framed(title, parts, STYLE, chosen())


def _sections(explanation: Documented) -> Iterator[str]:
    value = f"{explanation.result}, {explanation.trace.result.dtype}"
    told = said("result: {value}", value=value)
    yield f"<p>{html.escape(told)}</p>"
    yield section(said("Layers"), _layers(explanation.layers))
    yield section(said("Graph"), _graph(explanation))
    if explanation.written_out:
        yield section(said("The backward pass, written out"), _lines(explanation))
    yield section(said("Derivations"), _derivations(explanation))
    yield section(said("What each layer does to the data"), _inside(explanation))


def _layers(layers: Layers) -> str:
    heads, *shapes = layers.shapes()
    more, *numbers = layers.numbers()
    first = table(said("Shapes of layers"), heads, shapes, texts=7)
    first = f'<div class="formulas">\n{first}\n</div>\n'
    return first + table(said("Numbers of layers"), more, numbers, texts=1, best=[len(numbers) - 1])


def _graph(explanation: Documented) -> str:
    """The graph with its layers closed, and each layer below it, to be opened."""
    legend = said(
        "On each arrow the forward value, and below it what comes back; of several numbers the "
        "shape, and the root of the mean of their squares (rms)."
    )
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


def _lines(explanation: Documented) -> str:
    """The lines in both notations, as text and for LaTeX."""
    parts = []
    known = [
        ("rows", said("Samples as rows, as the library computes")),
        ("columns", said("Samples as columns, as the course writes")),
    ]
    if len(explanation.trace.graph.nodes) > MANY_NODES:
        more = said("Of so large a network in rows; columns: --notation columns in a terminal.")
        parts.append(f"<p>{html.escape(more)}</p>")
        known.pop()
    for notation, title in known:
        written = explanation.backward_pass(notation)
        for name, text in ((title, written.text()), (f"{title}: LaTeX", written.latex())):
            lines = scrolled(name, f"<pre>{html.escape(text)}</pre>", wide=True)
            parts.append(_folded(name, lines))
    return "\n".join(parts)


def _derivations(explanation: Documented) -> str:
    """Those of the parameters, or of the inputs where there are none; of large models, of some."""
    paths = [name for name, v in explanation.trace.variables.items() if v.trainable]
    paths = paths or [value.name for value in explanation.trace.graph.inputs]
    operations = sum(row.flops for row in explanation.layers.rows)
    work = (operations + NODE * len(explanation.trace.graph.nodes)) * COST
    count = max(FEWEST, min(len(paths), BUDGET // max(work, 1)))
    picked = paths[:: math.ceil(len(paths) / count)]
    parts = []
    if len(picked) < len(paths):
        more = said(
            "{shown} of {all}; any other: derivation(PATH) in Python, --node PATH in a terminal.",
            shown=len(picked),
            all=len(paths),
        )
        parts.append(f"<p>{html.escape(more)}</p>")
    for path in picked:
        told = tell(explanation.derivation(path, checked=CHECKED, most=LISTED))
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
    ways = [(way.replace("->", "→"), *rest) for way, *rest in told.routes]
    parts.append(_table(said("Routes"), ways, 1))
    lines = "\n".join(parts)
    return f'<div class="wraps">\n{lines}\n</div>'


def _inside(explanation: Documented) -> str:
    """What is inside, each part to be opened, the numbers last, as they are many."""
    parts = [_folded(title, content) for title, content in inside(explanation)]
    return "\n".join([*_points(explanation), *_pictures(explanation), *parts])


def _points(explanation: Documented) -> Iterator[str]:
    """The samples as the last layer before the scores sees them, by class."""
    trace = explanation.trace
    targets = trace.graph.inputs[trace.arguments - 1]
    of_classes = targets.dtype.kind in "iu" and len(targets.shape) == 1
    if explanation.model is None or not of_classes or targets.shape[0] < FEWEST_POINTS:
        return
    rows = [
        (path, value)
        for path, value in trace.innermost.items()
        if len(value.shape) == 2 and value.shape[0] == targets.shape[0] and value.shape[1] > 2
    ]
    for path, _ in rows[-2:-1] or rows[-1:]:
        classes = trace.array(targets.name)
        names = explanation.class_names or [str(i) for i in range(int(classes.max()) + 1)]
        yield projection(explanation.projection(path), classes, names, path)


def _pictures(explanation: Documented) -> Iterator[str]:
    """Pictures, and what in them speaks for the class that is guessed."""
    if explanation.model is None or len(explanation.inputs) != 1:
        return
    x = np.asarray(explanation.inputs[0])
    if x.ndim != 4 or x.shape[1] not in (1, 3) or x.dtype.kind != "f":
        return
    with suppress(GraphError):  # networks without maps have no Grad-CAM
        methods = (INTEGRATED, GRAD_CAM)
        found = [explanation.attribution(method, samples=PICTURES) for method in methods]
        yield attributions(x[:PICTURES], found, explanation.class_names)


def _table(label: str, rows: Sequence[tuple[str, ...]], texts: int) -> str:
    return table(label, rows[0], rows[1:], texts=texts) if len(rows) > 1 else ""


def _folded(title: str, content: str) -> str:
    """A part that opens, also by the keyboard."""
    return f"<details><summary>{html.escape(title)}</summary>\n{content}\n</details>"

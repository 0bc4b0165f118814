"""A diagram placed and drawn, as SVG that takes the ink of the page around it.

    svg     the picture of a diagram

Boxes are placed and arrows routed by graphlay, the same way each time; it is an extra, imported
on use. Forward values stand above the arrows, backward ones below, in another colour and in
italics, so that they are told apart without colours too.
"""

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from pellucid.errors import OptionError
from pellucid.explanation.diagram import LAYER, OPERATION, STATE, Arrow, Box, Diagram
from pellucid.optional import imported

SIZE = 13.0  # of letters, in pixels
SMALL = 11.0  # of values on arrows
WIDTH = 0.62  # of a letter, as a part of its height; wider ones, such as Chinese, take 1
CELL = 100.0  # of the grid by which neighbours are found
LEAST = 30.0  # of a box's sides
MARGIN = 12.0
LINE = 1.25  # from line to line, as a part of the letters' height

PARTS = (0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78)  # of an arrow's length: where its values may stand
OPTIONS = {"routing": {"style": "diagonal"}, "labels": {"reservation": "always"}}
# Of a graph so large that nobody sees it at once: placed quickly, values where there is room.
OPTIONS_OF_MANY = {
    "routing": {"style": "diagonal"},
    "labels": {"reservation": "never"},
    "spacing": {"layer_gap": 90.0},
    "coords": {"placement": "brandes_koepf"},
    "effort": "fast",
}
MANY = 300
# A row wider than some screens, and so many times as wide as high, is drawn downwards instead.
LONG = 2_000.0
SLIM = 4.0

# The paper of a notebook or of the page, which letters on arrows are set off by.
PAPER = "var(--jp-layout-color0, var(--paper, Canvas))"

STYLE = """
.pellucid-graph { font: 13px system-ui, sans-serif; fill: currentColor; color: inherit;
  --back: #b3261e; --lit: #1565c0; --soft: rgba(128, 128, 128, .16); max-width: none; }
@media (prefers-color-scheme: dark) { .pellucid-graph { --back: #ff8a80; --lit: #82b1ff; } }
.pellucid-graph .box { fill: var(--soft); stroke: currentColor; stroke-width: 1; }
.pellucid-graph .state .box { stroke-dasharray: 4 3; }
.pellucid-graph .given .box, .pellucid-graph .reference .box, .pellucid-graph .result .box {
  fill: none; stroke: none; }
.pellucid-graph .arrow { fill: none; stroke: currentColor; stroke-width: 1; opacity: .7; }
.pellucid-graph .above, .pellucid-graph .below { font-size: 11px; paint-order: stroke;
  stroke: PAPER; stroke-width: 3px; stroke-linejoin: round; }
.pellucid-graph .note { font-size: 11px; opacity: .8; }
.pellucid-graph .below { fill: var(--back); font-style: italic; }
.pellucid-graph .lit .box { stroke: var(--lit); stroke-width: 2; }
.pellucid-graph .lit .arrow { stroke: var(--lit); stroke-width: 2; opacity: 1; }
.pellucid-graph .lit-head { fill: var(--lit); }
.pellucid-graph text { text-anchor: middle; dominant-baseline: central; }
""".replace("PAPER", PAPER)


def svg(diagram: Diagram, label: str, *, name: str = "graph") -> str:
    """The picture of a diagram. `label` says in words what it shows; `name` makes its ids its own.

    Errors: OptionError where graphlay is not installed.
    """
    placed = _placed(diagram)
    low_x, low_y, width, height = _bounds(placed)
    texts = _Texts(_frame(node["center"], _size(box)) for box, node in _both(diagram, placed))
    arrows = zip(diagram.arrows, placed.edges, strict=True)
    body = [_arrow(arrow, edge["points"], name, texts) for arrow, edge in arrows]
    body += [_box(box, node["center"]) for box, node in _both(diagram, placed)]
    told = html.escape(label, quote=True)
    return (
        f'<svg class="pellucid-graph" xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-label="{told}" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="{low_x:.1f} {low_y:.1f} {width:.1f} {height:.1f}">\n'
        f"<style>{STYLE}</style>\n{_heads(name)}\n" + "\n".join(body) + "\n</svg>"
    )


def _placed(diagram: Diagram) -> Any:
    """Where everything goes."""
    graphlay = imported(
        "graphlay",
        "drawing graphs: graphlay, which places them",
        OptionError,
        package="'pellucid[explain]'",
    )
    graph = graphlay.Graph()
    for box in diagram.boxes:
        width, height = _size(box)
        graph.node(box.name, width=width, height=height)
    for arrow in diagram.arrows:
        width, height = _text_size(arrow)
        size = {"width": width + 8.0, "height": height}
        graph.edge(arrow.source, arrow.target, label_size=size)
    options = OPTIONS if len(diagram.boxes) <= MANY else OPTIONS_OF_MANY
    placed = graphlay.layout(graph, options=options)
    _, _, width, height = _bounds(placed)
    if width > max(LONG, height * SLIM):
        placed = graphlay.layout(graph, options=options | {"direction": "topbottom"})
    return placed


def _size(box: Box) -> tuple[float, float]:
    if box.kind == OPERATION and len(box.label) == 1:
        return LEAST, LEAST
    width = max(_width(box.label, SIZE), _width(box.note, SMALL)) + 18.0
    return max(width, LEAST), LEAST + (SMALL * LINE if box.note else 0.0)


def _text_size(arrow: Arrow) -> tuple[float, float]:
    return max(_width(arrow.above, SMALL), _width(arrow.below, SMALL)), 2.0 * SMALL * LINE


def _both(diagram: Diagram, placed: Any) -> Iterable[tuple[Box, Any]]:
    return zip(diagram.boxes, placed.nodes, strict=True)


def _width(text: str, size: float) -> float:
    """About how wide a text is, in pixels."""
    return sum(size if ord(letter) >= 0x2E80 else size * WIDTH for letter in text)


def _bounds(placed: Any) -> tuple[float, float, float, float]:
    """The smallest frame around everything, with a margin: left, top, width, height."""
    xs: list[float] = []
    ys: list[float] = []
    for node in placed.nodes:
        center = node["center"]
        size = node["size"]
        width = size["width"] / 2
        height = size["height"] / 2
        xs += [center["x"] - width, center["x"] + width]
        ys += [center["y"] - height, center["y"] + height]
    for edge in placed.edges:
        for point in edge["points"]:
            xs.append(point["x"])
            ys += [point["y"] - 2 * SMALL, point["y"] + 2 * SMALL]
    low_x = min(xs) - MARGIN
    low_y = min(ys) - MARGIN
    return low_x, low_y, max(xs) + MARGIN - low_x, max(ys) + MARGIN - low_y


def _heads(name: str) -> str:
    """The heads of arrows, and of those that are lit."""
    heads = "".join(
        f'<marker id="{name}-{kind}" class="{kind}" viewBox="0 0 8 8" refX="8" refY="4" '
        'markerUnits="userSpaceOnUse" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0.5L8 4L0 7.5z"/></marker>'
        for kind in ("head", "lit-head")
    )
    return f"<defs>{heads}</defs>"


def _box(box: Box, center: Mapping[str, float]) -> str:
    width, height = _size(box)
    x = center["x"]
    y = center["y"]
    rounded = height / 2 if box.kind == OPERATION else 6.0 if box.kind in (LAYER, STATE) else 0.0
    shape = (
        f'<rect class="box" x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" '
        f'width="{width:.1f}" height="{height:.1f}" rx="{rounded:.1f}"/>'
    )
    lift = SMALL * LINE / 2 if box.note else 0.0
    texts = [f'<text x="{x:.1f}" y="{y - lift:.1f}">{html.escape(box.label)}</text>']
    if box.note:
        place = f'x="{x:.1f}" y="{y + SIZE * LINE / 2:.1f}"'
        texts.append(f'<text class="note" {place}>{html.escape(box.note)}</text>')
    return _grouped(box.kind, box.lit, box.title, (shape, *texts))


def _arrow(
    arrow: Arrow,
    points: Sequence[Mapping[str, float]],
    name: str,
    texts: "_Texts",
) -> str:
    line = "M" + "L".join(f"{point['x']:.1f} {point['y']:.1f}" for point in points)
    head = f"{name}-{'lit-head' if arrow.lit else 'head'}"
    parts = [f'<path class="arrow" d="{line}" marker-end="url(#{head})"/>']
    x, y = texts.place(points, _text_size(arrow))
    for kind, text, side in (("above", arrow.above, -1.0), ("below", arrow.below, 1.0)):
        if text:
            place = f'x="{x:.1f}" y="{y + side * SMALL * 0.75:.1f}"'
            parts.append(f'<text class="{kind}" {place}>{html.escape(text)}</text>')
    return _grouped("edge", arrow.lit, arrow.title, parts)


Frame = tuple[float, float, float, float]  # left, top, right, bottom


def _frame(center: Mapping[str, float], size: tuple[float, float]) -> Frame:
    x = center["x"]
    y = center["y"]
    width, height = size
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


class _Texts:
    """Where the values of arrows stand: at the middle of the line, or where nothing else stands."""

    def __init__(self, boxes: Iterable[Frame]) -> None:
        self._taken: dict[tuple[int, int], list[Frame]] = {}  # by the cell that they reach into
        for box in boxes:
            self._take(box)

    def _take(self, frame: Frame) -> None:
        for cell in _cells(frame):
            self._taken.setdefault(cell, []).append(frame)

    def place(
        self, points: Sequence[Mapping[str, float]], size: tuple[float, float]
    ) -> tuple[float, float]:
        """The center for the values of an arrow; they take the room."""
        frames = [_frame(_along(points, part), size) for part in PARTS]
        frame = min(frames, key=self._overlap)
        self._take(frame)
        left, top, right, bottom = frame
        return (left + right) / 2, (top + bottom) / 2

    def _overlap(self, frame: Frame) -> float:
        """The area that it shares with what stands there."""
        near = {other for cell in _cells(frame) for other in self._taken.get(cell, ())}
        return sum(_shared(frame, other) for other in near)


def _cells(frame: Frame) -> list[tuple[int, int]]:
    """The cells of a grid that a frame reaches into."""
    left, top, right, bottom = (math.floor(side / CELL) for side in frame)
    return [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]


def _shared(a: Frame, b: Frame) -> float:
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    return across * down if across > 0 and down > 0 else 0.0


def _along(points: Sequence[Mapping[str, float]], part: float) -> Mapping[str, float]:
    """The point that a part of the length lies before."""
    pieces = list(pairwise(points))
    lengths = [math.hypot(b["x"] - a["x"], b["y"] - a["y"]) for a, b in pieces]
    left = sum(lengths) * part
    for (a, b), length in zip(pieces, lengths, strict=True):
        if left <= length and length:
            way = left / length
            return {axis: a[axis] + way * (b[axis] - a[axis]) for axis in ("x", "y")}
        left -= length
    return points[-1]


def _grouped(kind: str, lit: bool, title: str, parts: Iterable[str]) -> str:
    told = f"<title>{html.escape(title)}</title>" if title else ""
    return f'<g class="{kind}{" lit" if lit else ""}">{told}{"".join(parts)}</g>'

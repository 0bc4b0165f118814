"""A diagram that shows itself.

Picture     drawn in notebooks and pages, printed as lines in a terminal
"""

import functools
from dataclasses import dataclass

from pellucid.disk import AnyPath, expanded
from pellucid.explanation.diagram import Diagram
from pellucid.explanation.diagram_svg import svg
from pellucid.io.files import write_atomic
from pellucid.languages import said
from pellucid.tables import aligned


@dataclass(frozen=True)
class Picture:
    """A diagram as a picture; `svg` is its text."""

    diagram: Diagram

    @functools.cached_property
    def svg(self) -> str:
        """The picture as SVG. Errors: OptionError where graphlay is not installed."""
        return self.named("graph")

    def named(self, name: str) -> str:
        """The picture as SVG whose ids begin with a name, as several stand in one page."""
        boxes = len(self.diagram.boxes)
        arrows = len(self.diagram.arrows)
        label = said("Graph of {boxes} boxes and {arrows} arrows", boxes=boxes, arrows=arrows)
        return svg(self.diagram, label, name=name)

    def save(self, path: AnyPath) -> None:
        """Write it as an SVG file."""
        write_atomic(expanded(path), self.svg.encode())

    def _repr_svg_(self) -> str:
        """What a notebook shows."""
        return self.svg

    def __str__(self) -> str:
        """One line for each arrow, forward value and what comes back."""
        labels = {box.name: box.label for box in self.diagram.boxes}
        heads = (said("from"), said("to"), said("forward"), said("backward"))
        rows = [(labels[a.source], labels[a.target], a.above, a.below) for a in self.diagram.arrows]
        return "\n".join(aligned([heads, *rows], texts=2))

    __repr__ = __str__

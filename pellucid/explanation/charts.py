"""Small charts as SVG, in the ink of the page: bars of a histogram, points in a plane.

    bars        how many numbers lie where
    scatter     points, by class in colours and shapes

Pages have many of them, so they are a few hundred bytes each, and drawn without Matplotlib.
"""

import html
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.explanation.shown import number

WIDTH = 180.0
HEIGHT = 60.0
SIDE = 360.0
MARGIN = 12.0
# Of Okabe and Ito, told apart by people who see few colours too; shapes tell classes as well.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999", "#8c6d1f")
MOST_CLASSES = 20


def bars(edges: Any, counts: Any, label: str) -> str:
    """A histogram: the smallest and the largest number stand below it. `label` says what it is."""
    if not len(counts):
        return f'<p class="chart">{html.escape(label)}</p>'
    most = max(int(np.max(counts)), 1)
    step = WIDTH / len(counts)
    heights = [HEIGHT * int(count) / most for count in counts]
    path = "".join(
        f"M{i * step:.1f} {HEIGHT:.0f}v{-height:.1f}h{step:.1f}v{height:.1f}z"
        for i, height in enumerate(heights)
        if height
    )
    ends = f"{number(edges[0])} … {number(edges[-1])}"
    return (
        f'<figure class="chart"><svg role="img" aria-label="{html.escape(label, quote=True)}" '
        f'viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" width="{WIDTH:.0f}" height="{HEIGHT:.0f}">'
        f'<path d="{path}" fill="currentColor" opacity=".75"/></svg>'
        f"<figcaption>{html.escape(label)}<br>{html.escape(ends)}</figcaption></figure>"
    )


def scatter(points: Any, classes: Sequence[int], names: Sequence[str], label: str) -> str:
    """Points (n, 2) in a plane, those of a class in one colour, with a legend by name."""
    spread = np.ptp(points, axis=0)
    unit = (SIDE - 2 * MARGIN) / max(float(spread.max()), 1e-12)
    placed = (points - points.min(axis=0)) * unit + MARGIN
    marks = []
    for (x, y), kind in zip(placed, classes, strict=True):
        marks.append(_mark(float(x), SIDE - float(y), int(kind)))
    known = [kind for kind in sorted(set(map(int, classes))) if kind < MOST_CLASSES]
    legend = "".join(
        f'<span><svg width="14" height="14">{_mark(7.0, 7.0, kind)}</svg>'
        f"{html.escape(str(names[kind]))}</span> "
        for kind in known
    )
    return (
        f'<figure class="points"><svg role="img" aria-label="{html.escape(label, quote=True)}" '
        f'viewBox="0 0 {SIDE:.0f} {SIDE:.0f}" style="width: 100%; max-width: {SIDE:.0f}px">'
        f"{''.join(marks)}</svg><figcaption>{html.escape(label)}<br>{legend}</figcaption></figure>"
    )


def _mark(x: float, y: float, kind: int) -> str:
    """A circle, a square or a triangle: the shape changes where the colours begin again."""
    colour = COLOURS[kind % len(COLOURS)]
    shape = kind // len(COLOURS) % 3
    if shape == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
    if shape == 1:
        return f'<rect x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6" fill="{colour}"/>'
    return f'<path d="M{x:.1f} {y - 4:.1f}l4 7h-8z" fill="{colour}"/>'

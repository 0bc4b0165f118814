"""Draw docs/pictures/explain.svg, the picture of the README: a real run, explained.

    python tools/readme/picture.py            train on the digits, explain one, write the picture
    python tools/readme/picture.py FILE       write it somewhere else

The seed is fixed, so the numbers are the same on machines that compute the same. The picture has
its own paper and ink, as it stands in pages of any colour. Takes seconds; needs the extras
`explain` and `sklearn`.
"""

import html
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import pellucid as pc
from pellucid import functional, nn, optim
from pellucid.data import digits, split
from pellucid.explanation.derivation import Derivation
from pellucid.explanation.explanation import Explanation
from pellucid.explanation.shown import exact, number
from pellucid.train import Options, Trainer

HOME = Path(__file__).parents[2] / "docs" / "pictures" / "explain.svg"
WIDTH, LEFT, TOP = 860.0, 20.0, 30.0
CELL = 13.0  # of a pixel of a digit
SIDE = 8  # pixels
BAR = 150.0  # of probability 1
LINE = 19.0
DIGIT = "a new digit"
INK, PAPER, BLUE, RED = "#1b1f24", "#ffffff", "#1565c0", "#b3261e"
STYLE = f"""
#see {{ font: 13px system-ui, sans-serif; fill: {INK}; color: {INK}; --paper: {PAPER}; }}
#see .pellucid-graph {{ --back: {RED}; --lit: {BLUE}; }}
#see .title {{ font-weight: 600; }}
#see .code {{ font: 12px ui-monospace, monospace; white-space: pre; }}
"""


def explained() -> Explanation:
    """A network trained on the digits, and what it makes of one that it never saw."""
    (train, test), _ = split(digits(), (0.8, 0.2), seed=0)
    rng = pc.Generator(seed=0)
    model = nn.Sequential(
        nn.Linear(64, 50, rng=rng.child()), nn.ReLU(), nn.Linear(50, 10, rng=rng.child())
    )
    optimizer = optim.Adam(model.parameters(), learning_rate=0.003)
    options = Options(batch_size=100, seed=0, executor="reference", lint=False)
    Trainer(model, functional.cross_entropy, optimizer, train, options=options).fit(10, show=False)
    model.inference()
    return pc.explain(model, test.features[:1], test.labels[:1], loss=functional.cross_entropy)


def picture(seen: Explanation) -> str:
    """The picture: the graph, and below it the digit, what speaks for it, and one gradient."""
    graph = seen.graph(lit="0.weight").named("see")
    wide, high = map(float, re.findall(r'viewBox="\S+ \S+ (\S+) (\S+)"', graph)[0])
    scale = min(1.0, (WIDTH - 2 * LEFT) / wide)
    row = TOP + high * scale + 40.0
    height = row + 8 * CELL + 30.0
    parts = [
        f'<rect width="{WIDTH:.0f}" height="{height:.0f}" rx="8" fill="{PAPER}" stroke="#d0d7de"/>',
        f'<text class="title" x="{LEFT}" y="{TOP - 5}">values forward, gradients back; the way '
        "from 0.weight to the loss is lit</text>",
        f'<g transform="translate({LEFT} {TOP:.0f}) scale({scale:.3f})">{graph}</g>',
        *_below(seen, row),
    ]
    body = "\n".join(parts)
    told = "The graph of a trained network, a digit, what in it speaks for its class, a gradient"
    return (
        f'<svg id="see" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{told}" '
        f'viewBox="0 0 {WIDTH:.0f} {height:.0f}" width="{WIDTH:.0f}" height="{height:.0f}">\n'
        f"<style>{STYLE}</style>\n{body}\n</svg>\n"
    )


def _below(seen: Explanation, top: float) -> Iterator[str]:
    """The digit, the parts of it that speak for its class, probabilities, a derivation."""
    x = np.asarray(seen.inputs[0])[0]
    yield from _pixels(x, DIGIT, LEFT, top)
    parts = seen.attribution("integrated gradients")
    kind = int(parts.classes[0])
    shares = parts.array[0] / np.abs(parts.array[0]).max()
    yield from _pixels(shares, f"speaks for {kind}", LEFT + 145.0, top)
    scores = seen.trace.array(seen.trace.find("2").name)[0].astype(np.float64)
    odds = np.exp(scores - scores.max())
    yield from _bars(odds / odds.sum(), LEFT + 290.0, top)
    yield from _lines(seen.derivation("2.weight", checked=4, most=2), LEFT + 480.0, top)


def _pixels(array: Any, title: str, left: float, top: float) -> Iterator[str]:
    """Eight rows of pixels: what speaks for in blue, against in red."""
    yield f'<text class="title" x="{left}" y="{top - 8:.0f}">{title}</text>'
    yield f'<rect x="{left}" y="{top:.0f}" width="104" height="104" fill="none" stroke="#d0d7de"/>'
    for place, value in enumerate(array):
        across, down = left + place % SIDE * CELL, top + place // SIDE * CELL
        ink = INK if title == DIGIT else BLUE if value > 0 else RED
        yield (
            f'<rect x="{across:.0f}" y="{down:.0f}" width="{CELL:.0f}" height="{CELL:.0f}" '
            f'fill="{ink}" fill-opacity="{abs(float(value)):.2f}"/>'
        )


def _bars(odds: Any, left: float, top: float) -> Iterator[str]:
    """The probability of each class."""
    yield f'<text class="title" x="{left}" y="{top - 8:.0f}">probabilities</text>'
    for kind, share in enumerate(odds):
        y = top + kind * 10.5
        yield f'<text x="{left}" y="{y + 8.5:.1f}" font-size="10">{kind}</text>'
        width = max(1.0, BAR * float(share))
        yield f'<rect x="{left + 12}" y="{y:.1f}" width="{width:.1f}" height="8" fill="{BLUE}"/>'


def _lines(found: Derivation, left: float, top: float) -> Iterator[str]:
    """The rule of a gradient, and its numbers beside central differences."""
    title = "how a gradient comes about: 2.weight"
    yield f'<text class="title" x="{left}" y="{top - 8:.0f}">{title}</text>'
    lines: Sequence[str] = [
        found.terms[0].node.primitive.gradient_formula,
        f"{'gradient':>11}  {'central difference':>18}  apart by",
        *(
            f"{exact(each.gradient):>11}  {exact(each.difference):>18}  {number(each.error)}"
            for each in found.checks[:4]
        ),
    ]
    for i, line in enumerate(lines):
        place = f'x="{left}" y="{top + 12 + i * LINE:.0f}"'
        yield f'<text class="code" xml:space="preserve" {place}>{html.escape(line)}</text>'


def main() -> None:
    """Write the picture."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else HOME
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(picture(explained()), encoding="utf-8")


if __name__ == "__main__":
    main()

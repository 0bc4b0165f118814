"""Figures as files, and as parts of a page.

saved        a figure as PNG or SVG
element      an `<svg>` element that takes the text colour of the page around it

The same figure always gives the same bytes.
"""

import io
import re
from typing import Any

# Stands for the colour of the page's text until the SVG is put into a page.
INK = "#010203"
BLACK = "#000000"  # what Matplotlib draws with where nothing is said


def saved(figure: Any, kind: str) -> bytes:
    """The figure as "png" or "svg"."""
    from matplotlib import rc_context

    buffer = io.BytesIO()
    # Without a date and with a fixed salt for ids, equal pictures are equal bytes.
    with rc_context({"svg.hashsalt": "pellucid", "svg.fonttype": "none"}):
        metadata = {"Date": None} if kind == "svg" else {}
        figure.savefig(buffer, format=kind, dpi=144, metadata=metadata)
    return buffer.getvalue()


def element(figure: Any, name: str, label: str) -> str:
    """The figure without the file's prologue, of the page's width and ink.

    `name` makes its ids its own, as several figures stand in one page; `label` says in words what
    it shows.
    """
    figure.patch.set_alpha(0.0)
    for axes in figure.axes:
        axes.set_facecolor("none")
    text = saved(figure, "svg").decode()
    text = text[text.index("<svg") :]
    text = re.sub(r" *<metadata>.*?</metadata>\n", "", text, flags=re.DOTALL)
    text = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<svg[^>]*?) width="[^"]*"', r'\1 width="100%"', text, count=1)
    told = label.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    opening = f'<svg role="img" aria-label="{told}" fill="currentColor"'
    text = text.replace("<svg", opening, 1)
    text = re.sub(r'(\bid="|href="#|url\(#)', rf"\1{name}-", text)
    return text.replace(INK, "currentColor").replace(BLACK, "currentColor")

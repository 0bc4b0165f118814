"""What notebooks show: small tables and texts as HTML, for `_repr_html_`.

table         rows of texts and numbers under a title
listing       a text as it stands, under a title
numbers       the numbers of an array of one or two axes
progress      a bar, and how far it is in words
in_notebook   whether there is one to show it
running_cell  the number of its cell that runs

Everything is escaped. No colour is set: text and paper are those of the page, light or dark.
"""

import html
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

MOST_NUMBERS = 10  # in a row or column of an array

HEAD = 'th scope="col"'
CLASS_TEXT = ' class="text"'
CLASS_STRONG = ' class="strong"'
# As exact as the rules of notebooks, which would win otherwise.
STYLE = """<style>
div.pellucid {overflow: auto; max-height: 36em; margin: .3em 0;}
div.pellucid table {border-collapse: collapse; font-variant-numeric: tabular-nums;}
div.pellucid caption, div.pellucid p {caption-side: top; text-align: left; margin: 0;
  padding: .2em 0; color: inherit; font-weight: 600; white-space: normal;}
div.pellucid th, div.pellucid td {text-align: right; padding: .15em .7em; white-space: nowrap;
  border-bottom: 1px solid rgba(128, 128, 128, .35);}
div.pellucid table tr .text {text-align: left;}
div.pellucid table tr.strong td {font-weight: 700;}
div.pellucid table.wraps tr .text {white-space: normal; vertical-align: top; min-width: 4em;}
div.pellucid pre {margin: 0; color: inherit; font: .85em/1.4 monospace;}
</style>"""


def table(
    title: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    texts: int = 1,
    strong: Sequence[int] = (),
    wraps: bool = False,
) -> str:
    """A table. `texts`: the first columns, which stand at the left; `strong`: rows in bold.

    `wraps`: texts are sentences, which may go on in a further line.

    >>> "<td>2 &lt; 3</td>" in table("", ["a", "b"], [["x", "2 < 3"]])
    True
    """
    lines = [
        f"<tr{CLASS_STRONG if i in strong else ''}>{_cells(row, texts)}</tr>"
        for i, row in enumerate(rows)
    ]
    head = f"<thead><tr>{_cells(heads, texts, HEAD)}</tr></thead>\n" if heads else ""
    caption = f"<caption>{html.escape(title)}</caption>\n" if title else ""
    body = "\n".join(lines)
    opened = '<table class="wraps">' if wraps else "<table>"
    return _framed(f"{opened}\n{caption}{head}<tbody>\n{body}\n</tbody></table>")


def listing(title: str, text: str) -> str:
    """A text as it stands."""
    return _framed(f"<p>{html.escape(title)}</p>\n<pre>{html.escape(text)}</pre>")


def numbers(title: str, array: Any) -> str:
    """The numbers of an array of one or two axes; of many in a row or column, the outer ones."""
    rows, columns = (_chosen(n) for n in (np.atleast_2d(array).shape))
    whole = np.atleast_2d(array)
    cells = [
        ["" if array.ndim < 2 else _place(i), *(_number(whole, i, j) for j in columns)]
        for i in rows
    ]
    return table(title, ["", *map(_place, columns)], cells)


def progress(done: int, total: int, text: str) -> str:
    """A bar, and how far it is in words."""
    words = html.escape(text)
    bar = f'<progress value="{done}" max="{max(total, 1)}" aria-label="{words}"></progress>'
    return _framed(f"<p>{bar} {words}</p>")


def in_notebook() -> bool:
    """Whether cells of a notebook are run here."""
    return running_cell() is not None


def running_cell() -> int | None:
    """The number of the cell that runs; None outside of notebooks."""
    module = sys.modules.get("IPython")
    shell: Any = None if module is None else module.get_ipython()
    return shell.execution_count if hasattr(shell, "kernel") else None


def _framed(content: str) -> str:
    return f'<div class="pellucid">{STYLE}\n{content}\n</div>'


def _cells(row: Sequence[Any], texts: int, kind: str = "td") -> str:
    end = kind.partition(" ")[0]
    return "".join(
        f"<{kind}{CLASS_TEXT if i < texts else ''}>{html.escape(str(cell))}</{end}>"
        for i, cell in enumerate(row)
    )


def _chosen(count: int) -> list[int | None]:
    """The places that are shown; None stands for those left out."""
    if count <= MOST_NUMBERS:
        return list(range(count))
    half = MOST_NUMBERS // 2
    return [*range(half), None, *range(count - half, count)]


def _place(i: int | None) -> str:
    return "..." if i is None else str(i)


def _number(whole: Any, i: int | None, j: int | None) -> str:
    if i is None or j is None:
        return "..."
    value = whole[i, j].item()
    return f"{value:.4g}" if isinstance(value, float) else str(value)

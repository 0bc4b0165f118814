"""How numbers and tables are written for people, in terminals, files, notebooks and pages.

significant   a measured number to four significant digits
cell          a number of a table: measured, or counted
few           rows, of many the first and the last, and those that must stay in sight
aligned       rows as lines of text
printable     a text from elsewhere, safe for a terminal
brief         an object of a dataclass, without what is as usual
"""

from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any

MOST_ROWS = 30


def significant(value: float) -> str:
    """A measured number to four significant digits, its last zeros too.

    Digits behind the point would lose all of a small loss, and show more of a large one than
    was measured.

    >>> significant(0.5), significant(0.00012344), significant(1.5e-9), significant(1234.4)
    ('0.5000', '0.0001234', '1.500e-09', '1234')
    """
    return f"{value:#.4g}".removesuffix(".")


def cell(value: Any) -> str:
    """A number of a table, measured or counted; anything else as its text.

    >>> cell(0.25), cell(60000), cell("...")
    ('0.2500', '60,000', '...')
    """
    if isinstance(value, float):
        return significant(value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def few(
    rows: Sequence[Sequence[Any]], most: int = MOST_ROWS, keep: Collection[int] = ()
) -> list[Sequence[Any]]:
    """The rows; where there are more than `most`, the first and the last, dots between.

    `keep`: the places of further rows that stay.

    >>> few([[1], [2], [3], [4], [5]], most=4)
    [[1], [2], ['...'], [4], [5]]
    >>> few([[1], [2], [3], [4], [5], [6]], most=2, keep=[2])
    [[1], ['...'], [3], ['...'], [6]]
    """
    half = most // 2
    shown: list[Sequence[Any]] = []
    dots = False
    for place, row in enumerate(rows):
        left_out = len(rows) > most and half <= place < len(rows) - half and place not in keep
        if not left_out:
            shown.append(row)
        elif not dots:
            shown.append(["..."] * len(row))
        dots = left_out
    return shown


def aligned(rows: Sequence[Sequence[str]], texts: int = 0) -> list[str]:
    """Rows as lines: the first `texts` columns stand at the left, the others at the right.

    >>> aligned([["part", "samples"], ["test", "20"]], texts=1)
    ['part  samples', 'test       20']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    ways = [str.ljust] * texts + [str.rjust] * (len(widths) - texts)
    lines = (
        "  ".join(way(text, width) for way, text, width in zip(ways, row, widths, strict=True))
        for row in rows
    )
    return [line.rstrip() for line in lines]


def printable(text: str, keep: str = "") -> str:
    r"""The text without what would move the cursor or recolour the terminal.

    >>> printable("a\x1b[31mb") == "a\ufffd[31mb"
    True
    """
    return "".join(c if c.isprintable() or c in keep else "\ufffd" for c in text)


def brief(thing: Any) -> str:
    """An object of a dataclass, without the options that have their defaults."""
    options = [(f.name, getattr(thing, f.name), f.default) for f in fields(thing) if f.repr]
    said = [f"{n}={value!r}" for n, value, usual in options if repr(value) != repr(usual)]
    return f"{type(thing).__name__}({', '.join(said)})"

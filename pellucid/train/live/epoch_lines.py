"""Epochs as lines, one after the other, as wide as the place where they are shown.

EpochLines       the heads, and the line of each epoch
terminal_width   how wide standard output is, where it is a terminal

Through a pipe or into a file an epoch is one line, as long as it needs to be. In a window that is
too narrow for that, its sets stand below each other.
"""

import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.tables import cell, printable
from pellucid.train.measurements.measured import TRAIN, VALIDATION

BETWEEN = "  "
MARK = len("  best")  # behind the last column
NUMBER = len("1.234e-05")  # what a number needs, but for a sign


class EpochLines:
    r"""Lines for epochs with these measures, such as `train_loss`, in `width` characters.

    The widths of the columns do not depend on the numbers, so that each line can be shown at once.
    `epochs`: the largest number of an epoch.

    >>> values = {"train_loss": 0.5, "validation_loss": 1e-5}
    >>> lines = EpochLines(list(values), epochs=20)
    >>> print(*lines.heads(), *lines.of(7, values, "best"), sep="\n")
    epoch  train loss  validation loss
        7      0.5000        1.000e-05  best
    >>> lines = EpochLines(list(values), epochs=20, width=30)
    >>> print(*lines.heads(), *lines.of(7, values, "best"), sep="\n")
    epoch                   loss
        7  train          0.5000
     best  validation  1.000e-05
    """

    def __init__(self, names: Sequence[str], epochs: int, width: int | None = None) -> None:
        self._names = names
        self._sets: dict[str, list[str]] = {}
        for name in names:
            part = next((p for p in (TRAIN, VALIDATION) if name.startswith(p)), "")
            self._sets.setdefault(part, []).append(name)
        self._heads = ["epoch", *map(_words, names)]
        first = max(len(cell(epochs)), len("epoch"))
        self._sizes = [first, *map(_width, self._heads[1:])]
        all_of_it = sum(self._sizes) + len(BETWEEN) * len(names) + MARK
        self._is_narrow = width is not None and all_of_it > width
        if self._is_narrow:
            self._stack()

    def _stack(self) -> None:
        """A line for each set."""
        most = max(self._sets.items(), key=lambda of: len(of[1]))
        measures = [_words(name.removeprefix(most[0])) for name in most[1]]
        self._heads = ["epoch", "", *measures]
        sets = max(len(_words(part)) for part in self._sets)
        self._sizes = [self._sizes[0], sets, *map(_width, measures)]

    def heads(self) -> list[str]:
        """What the columns are."""
        return [self._line(self._heads)]

    def of(self, epoch: int, values: Mapping[str, Any], mark: str = "") -> list[str]:
        """The line of an epoch, in a narrow window lines, with a mark."""
        if not self._is_narrow:
            return [self._line([cell(epoch), *_cells(values, self._names), mark])]
        firsts = [cell(epoch), mark, *[""] * len(self._sets)]
        rows = []
        for first, (part, names) in zip(firsts, self._sets.items(), strict=False):
            rows.append([first, _words(part), *_cells(values, names)])
        return [self._line(row if len(rows) > 1 else [*row, mark]) for row in rows]

    def _line(self, row: Sequence[str]) -> str:
        """Numbers at the right of their columns, names of sets at the left."""
        columns = list(map(str.rjust, row, self._sizes))
        if self._is_narrow:
            columns[1] = row[1].ljust(self._sizes[1])
        return BETWEEN.join([*columns, *row[len(columns) :]]).rstrip()


def _cells(values: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    return [cell(values[name]) for name in names]


def _width(head: str) -> int:
    """Of a column with numbers under a head."""
    return max(len(head), NUMBER)


def _words(name: str) -> str:
    return printable(name).replace("_", " ").strip()


def terminal_width() -> int | None:
    """How many characters a line of standard output has; None where it is no terminal."""
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    return shutil.get_terminal_size().columns

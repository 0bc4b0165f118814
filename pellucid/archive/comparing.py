"""Runs beside each other: the settings that differ, and what came out.

Compared    the table; its curves are drawn in `overlaid`
measured      a measured value in a cell
"""

from collections.abc import Sequence
from typing import Any

from pellucid.archive.entry import Entry
from pellucid.archive.settings import NOT_SET, spoken
from pellucid.tables import aligned, cell, printable


class Compared:
    """Runs beside each other: `settings` by name, those alone that differ, a value for each run.

    `measures`: likewise, all of them, of the epoch whose weights each run keeps.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = tuple(entries)
        of_all = _beside([entry.settings for entry in self.entries])
        self.settings = {name: row for name, row in of_all.items() if _differ(row)}
        self.measures = _beside([entry.measures for entry in self.entries])

    @property
    def runs(self) -> list[str]:
        """Their names."""
        return [entry.name for entry in self.entries]

    @property
    def epochs(self) -> list[int]:
        """The epochs whose weights they keep."""
        return [entry.epoch for entry in self.entries]

    def as_dict(self) -> dict[str, Any]:
        """The same, for a program."""
        return {
            "runs": self.runs,
            "settings": self.settings,
            "kept_epoch": self.epochs,
            "measures": self.measures,
        }

    def records(self) -> list[dict[str, Any]]:
        """A record for each run, as for a table of pandas."""
        columns = {
            "run": self.runs,
            **self.settings,
            "kept epoch": self.epochs,
            **self.measures,
        }
        rows = zip(*columns.values(), strict=True)
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def rows(self) -> list[list[str]]:
        """A row for each setting and measure, a column for each run."""
        found = [["", *map(printable, self.runs)]]
        for name, row in self.settings.items():
            found.append([_words(name), *map(spoken, row)])
        found.append(["kept epoch", *map(cell, self.epochs)])
        for name, row in self.measures.items():
            found.append([_words(name), *map(measured, row)])
        return found

    def plot(self) -> Any:
        """The curves of all in one figure, a panel for each measure: a Matplotlib figure."""
        from pellucid.archive.overlaid import overlaid  # on use: Matplotlib takes a second

        return overlaid(self.entries)

    def __repr__(self) -> str:
        return "\n".join(aligned(self.rows(), texts=1))

    def _repr_html_(self) -> str:
        from pellucid.displays import table

        heads, *rows = self.rows()
        return table(f"{len(self.entries)} runs, and what they differ in", heads, rows)


def _beside(each: Sequence[Any]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for values in each for name in values)
    return {name: [values.get(name) for values in each] for name in names}


def _differ(row: Sequence[Any]) -> bool:
    return any(value != row[0] for value in row[1:])


def _words(name: str) -> str:
    return printable(name.replace("_", " "))


def measured(value: Any) -> str:
    """A measured value in a cell."""
    return NOT_SET if value is None else cell(value)

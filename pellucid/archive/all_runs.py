"""The runs below a folder, as a table that can be sorted, and of which some can be chosen.

listed    all of them
Runs      the table
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pellucid.archive.comparing import Compared, measured
from pellucid.archive.criteria import criterion
from pellucid.archive.entry import Entry, read
from pellucid.archive.naming import known_name, named
from pellucid.archive.settings import spoken
from pellucid.disk import AnyPath, expanded
from pellucid.errors import FileError, OptionError
from pellucid.strict import strict
from pellucid.tables import aligned, printable
from pellucid.train.measurements.measured import TRAIN, VALIDATION

OF_A_RUN = ("metrics.jsonl", "checkpoints")  # beside a config.json that cannot be read
TOLD = ("tags", "epochs done", "started", "seconds", "note")  # where some run has them
ASIDE = ("checkpoints",)  # folders inside a run, and of no interest beside it


@strict
def listed(folder: AnyPath = "runs") -> "Runs":
    """The runs below a folder, by name; those whose files are damaged say so.

    Errors: FileError where there is no such folder.
    """
    top = Path(expanded(folder))
    if not top.is_dir():
        raise FileError(
            f"runs {top}: there is no such folder. Runs are made by `pellucid train` and by a "
            "Trainer with Saving(FOLDER)."
        )
    return Runs(read(name, path) for name, path in _found(top))


def _found(top: Path) -> Iterator[tuple[str, Path]]:
    """Folders of runs with their names, in the order of the names, numbers as numbers."""
    places = []
    for place, folders, files in os.walk(top):
        if "config.json" in files and _is_run(place, [*files, *folders]):
            places.append(Path(place))
            folders.clear()
        folders[:] = [name for name in folders if not name.startswith(".") and name not in ASIDE]
    pairs = [(_name(place, top), place) for place in places]
    yield from sorted(pairs, key=lambda pair: named(pair[0]))


def _name(place: Path, top: Path) -> str:
    return top.resolve().name if place == top else place.relative_to(top).as_posix()


def _is_run(place: str, content: Sequence[str]) -> bool:
    """Whether a folder with a config.json is that of a run: other programs have such files too."""
    if any(name in content for name in OF_A_RUN):
        return True
    try:
        with open(os.path.join(place, "config.json"), "rb") as file:
            return b'"pellucid"' in file.read(4096)
    except OSError:
        return False


@strict
class Runs(Sequence[Entry]):
    """Runs as a table; `sort` and `where` give others."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)

    def __getitem__(self, place: Any) -> Any:
        """The entry at a place; of a slice, those runs."""
        found = self.entries[place]
        return Runs(found) if isinstance(place, slice) else found

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def whole(self) -> "Runs":
        """Those whose files can be read."""
        found = self.entries
        return Runs(entry for entry in found if not entry.fault)

    @property
    def faults(self) -> list[str]:
        """What is wrong with the others."""
        return [entry.fault for entry in self.entries if entry.fault]

    @property
    def names(self) -> list[str]:
        """All names by which some run has a value: settings, measures, state."""
        found: dict[str, Any] = {}
        for entry in self.whole:
            found |= entry.values
        return list(found)

    def where(self, *conditions: str) -> "Runs":
        """The runs for which all conditions hold, such as "validation_accuracy > 0.9".

        A run that has no such value is left out, and damaged ones are.
        Errors: OptionError for a name that no run has, or where it is no condition.
        """
        known = self.names
        wanted = [criterion(text) for text in conditions]
        asked = [(known_name("where", each.name, known), each) for each in wanted]
        return Runs(
            entry
            for entry in (self.whole if conditions else self)
            if all(each.holds(entry.values.get(name)) for name, each in asked)
        )

    def sort(self, name: str, *, reverse: bool = False) -> "Runs":
        """The runs in the order of a value, those without it last, equal ones as they were.

        Errors: OptionError for a name that no run has.
        """
        name = known_name("sort", name, self.names)
        have: list[Entry] = []
        lack: list[Entry] = []
        for entry in self.entries:
            value = entry.values.get(name)
            (lack if value is None else have).append(entry)
        have.sort(
            key=lambda entry: named(entry.values[name]),
            reverse=reverse,
        )
        return Runs([*have, *lack])

    def compare(self) -> Compared:
        """What they differ in. Errors: OptionError for fewer than two that can be read."""
        if len(self.whole) < 2:
            raise OptionError(f"compare: {len(self.whole)} run that can be read. Give two or more.")
        return Compared(self.whole.entries)

    def columns(self) -> list[str]:
        """The names that a table of them shows, the most telling ones first."""
        measures: dict[str, Any] = {}
        for entry in self.whole:
            measures |= entry.measures
        chosen = [name for name in measures if name.startswith(VALIDATION)]
        learned = [name for name in measures if name.startswith(TRAIN)]
        judged = [name for name in measures if name not in (*chosen, *learned)]
        told = [name for name in TOLD if any(e.values.get(name) for e in self.whole)]
        return ["run", "state", "kept epoch", *chosen, *judged, *told, *learned]

    def rows(self, columns: Sequence[str]) -> list[list[str]]:
        """The heads, and a row for each run that can be read."""
        found = [[name.replace("_", " ") for name in columns]]
        for entry in self.whole:
            found.append([_cell(entry, name) for name in columns])
        return found

    def __repr__(self) -> str:
        count = len(self.whole)
        title = "1 run" if count == 1 else f"{count:,} runs"
        if self.faults:
            title += f", and {len(self.faults)} damaged"
        if not count:
            return title
        rows = self.rows(self.columns())
        return "\n".join([title, *aligned(rows, texts=2)])

    def _repr_html_(self) -> str:
        from pellucid.displays import table

        heads, *rows = self.rows(self.columns())
        return table(repr(self).splitlines()[0], heads, rows, texts=2)


def _cell(entry: Entry, name: str) -> str:
    value = entry.values.get(name)
    if name in entry.measures:
        return measured(value)
    return printable(str(value)) if name == "run" else spoken(value)

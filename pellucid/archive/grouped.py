"""Runs that belong together: the same training with several seeds or folds, in one folder.

GROUP_FILE    the file by which the folder of a group is known
repeats_of    mean and spread of runs
groups_of     those of the groups that are among some runs, by name
"""

from collections.abc import Iterable
from pathlib import PurePath

from pellucid.archive.entry import Entry, epoch_rows
from pellucid.train.measurements.repeated_runs import Repeats
from pellucid.train.run_files.run_folder import RunFolder

GROUP_FILE = "group.json"


def repeats_of(entries: Iterable[Entry]) -> Repeats:
    """The measures and curves of runs, side by side. Errors: FileError."""
    found = [entry for entry in entries if not entry.fault]
    curves = []
    for entry in found:
        rows = epoch_rows(RunFolder.open(entry.path))
        names = dict.fromkeys(name for row in rows for name in row)
        curves.append({name: [row[name] for row in rows if name in row] for name in names})
    measures = tuple(entry.measures for entry in found)
    return Repeats(tuple(entry.name for entry in found), measures, tuple(curves))


def groups_of(entries: Iterable[Entry]) -> dict[str, Repeats]:
    """By the name of each group, its runs that are among the entries and were trained."""
    members: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.measures and (entry.path.resolve().parent / GROUP_FILE).is_file():
            name = str(PurePath(entry.name).parent)
            name = entry.path.resolve().parent.name if name == "." else name
            members.setdefault(name, []).append(entry)
    return {name: repeats_of(each) for name, each in members.items()}

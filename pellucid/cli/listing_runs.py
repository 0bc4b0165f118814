"""`pellucid runs list` and `pellucid runs compare`, for people and for programs.

list_runs       the runs below a folder
compare_runs    what runs differ in, and their curves
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pellucid.archive import Entry, Runs, listed
from pellucid.archive.grouped import groups_of
from pellucid.archive.naming import known_name
from pellucid.cli.output import Output
from pellucid.cli.present import plain_console, write_csv, write_json
from pellucid.cli.words import complain
from pellucid.errors import FileError, OptionError, closest
from pellucid.io import write_atomic
from pellucid.tables import aligned, cell, printable
from pellucid.train.live.epoch_lines import terminal_width
from pellucid.train.measurements.measured import TRAIN
from pellucid.train.pages.svg import saved

PICTURES = ("png", "svg", "pdf")


def list_runs(folder: Path, options: Mapping[str, Any], output: Output) -> int:
    """Print the runs below a folder; the exit code. Of damaged ones, what is wrong is said."""
    found = listed(folder)
    chosen = found.where(*options["conditions"])
    if options["sort"]:
        chosen = chosen.sort(options["sort"], reverse=options["reverse"])
    elif options["reverse"]:
        chosen = chosen[::-1]
    names = _columns(options["show"], found)
    if output.as_json:
        write_json([entry.as_dict() for entry in chosen])
    elif options["as_csv"]:
        write_csv([_record(entry, names or ["run", *chosen.names]) for entry in chosen.whole])
    elif chosen.whole:
        _print_table(chosen, names, output)
        if output.is_full and not names:
            _print_groups(chosen)
    elif output.is_full:
        plain_console().print(f"no run {'here fits' if found.whole else f'below {folder}'}")
    for fault in chosen.faults:
        complain(fault)
    return 0


def _columns(asked: str | None, found: Runs) -> list[str]:
    """The columns that were asked for. Errors: OptionError for a name that no run has."""
    words = asked.split(",") if asked else []
    return [known_name("--show", word, found.names) for word in words if found.names]


def _record(entry: Entry, names: Sequence[str]) -> dict[str, Any]:
    return {name: entry.values.get(name) for name in names}


def _print_table(runs: Runs, names: Sequence[str], output: Output) -> None:
    """As many columns as there is room for, where none were asked for."""
    shown = list(names) or runs.columns()
    width = terminal_width()
    least = 1 if names else 2
    while width and not names and len(shown) > least and _width(runs, shown) > width:
        shown.pop()
    console = plain_console()
    for line in aligned(runs.rows(shown), texts=2 if not names else 1):
        console.print(line)
    if output.is_full and not names and shown[0] == "run":
        left = [name for name in runs.columns() if name not in shown]
        if left:
            told = ", ".join(name.replace("_", " ") for name in left)
            console.print(f"no room for {told}: choose by --show")


def _print_groups(runs: Runs) -> None:
    """Mean and spread of runs that belong together, a line for each group."""
    console = plain_console()
    for name, found in groups_of(runs.whole).items():
        shown = [each for each in found.measures if not each.startswith(TRAIN)] or found.measures
        spread = found.spread
        told = [f"{m.replace('_', ' ')} {cell(found.mean[m])} ± {cell(spread[m])}" for m in shown]
        count = len(found.values)
        console.print(f"{printable(name)}, mean ± spread of {count} runs: {', '.join(told)}")


def _width(runs: Runs, names: Sequence[str]) -> int:
    return max(map(len, aligned(runs.rows(names), texts=2)))


def compare_runs(folders: Sequence[Path], options: Mapping[str, Any], output: Output) -> int:
    """Print what runs differ in, and draw their curves; the exit code."""
    picture = options["out"]
    kind = "" if picture is None else picture.suffix.removeprefix(".").casefold()
    if picture is not None and kind not in PICTURES:
        raise OptionError(f"compare: --out {picture}. {closest(kind, PICTURES)}")
    runs = _all_of(folders).where(*options["conditions"])
    for fault in runs.faults:
        complain(fault)
    found = runs.compare()
    if output.as_json:
        write_json(found.as_dict() | {"picture": picture and str(picture)})
    elif options["as_csv"]:
        write_csv(found.records())
    else:
        console = plain_console()
        for line in _fitting(found.rows()):
            console.print(line)
    if picture is not None:
        write_atomic(picture, saved(found.plot(), kind))
        if output.is_full and not options["as_csv"]:
            plain_console().print(f"curves: {picture}")
    return 0


def _all_of(folders: Sequence[Path]) -> Runs:
    """The runs in folders, each once, by names that tell them apart."""
    found: dict[Path, Entry] = {}
    for folder in folders:
        below = listed(folder)
        if not below:
            raise FileError(f"compare {folder}: it is no folder of a run, and no run is below it.")
        for entry in below:
            found.setdefault(entry.path.resolve(), entry)
    return Runs(found.values())


def _fitting(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines; where a terminal is too narrow for all runs, some below the others."""
    width = terminal_width()
    lines = aligned(rows, texts=1)
    if width is None or max(map(len, lines)) <= width or len(rows[0]) <= 2:
        return lines
    most = 2
    while most < len(rows[0]) and _is_narrow([row[: most + 1] for row in rows], width):
        most += 1
    found: list[str] = []
    for start in range(1, len(rows[0]), most - 1):
        end = start + most - 1
        part = [[row[0], *row[start:end]] for row in rows]
        found += [*aligned(part, texts=1), ""]
    return found[:-1]


def _is_narrow(rows: Sequence[Sequence[str]], width: int) -> bool:
    return max(map(len, aligned(rows, texts=1))) <= width

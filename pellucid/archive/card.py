"""The model card of a run: MODEL.md, written from what is known, and no more.

card          its text
write_card    the file in the run's folder; its path
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pellucid.archive.changing import run_at
from pellucid.archive.entry import Entry, read
from pellucid.archive.settings import spoken
from pellucid.disk import AnyPath
from pellucid.errors import FileError
from pellucid.io import write_atomic
from pellucid.strict import strict
from pellucid.tables import cell
from pellucid.train.stepping.pace import spoken as spoken_time

FILE = "MODEL.md"
VERSIONS = ("pellucid", "numpy", "python")
OPEN = (
    "What it is meant for, and what not, who made it, and whom its data describe: not known here."
)


@strict
def write_card(folder: AnyPath) -> Path:
    """Write MODEL.md into the folder of a run; its path.

    Errors: FileError where there is no run, it is damaged, or there is such a file already, which
    may have been written by hand.
    """
    path = run_at(folder)
    file = path / FILE
    if file.exists():
        raise FileError(f"card {path}: there is a {FILE} already. Remove it to have a new one.")
    text = card(read(path.resolve().name, path))
    write_atomic(file, text.encode("utf-8", "backslashreplace"))
    return file


def card(entry: Entry) -> str:
    """The text, in Markdown. Errors: FileError where the run's files are damaged."""
    if entry.fault:
        raise FileError(entry.fault)
    parts = [
        f"# {_plain(entry.name)}",
        *([_plain(entry.note)] if entry.note else []),
        _section("What it reaches", entry.measures, cell),
        _section("How it was trained", entry.settings, spoken),
        _section("Where it comes from", _origin(entry), str),
        f"## Use\n\n```bash\npellucid predict {entry.path} INPUT\n```",
        f"## Limits\n\n{OPEN}",
    ]
    return "\n\n".join(parts) + "\n"


def _section(title: str, values: Mapping[str, Any], told: Any) -> str:
    if not values:
        return f"## {title}\n\nNot known."
    lines = [f"## {title}", "", "| | |", "|---|---|"]
    for name, value in values.items():
        words = _plain(name.replace("_", " "))
        lines.append(f"| {words} | {_plain(told(value))} |")
    return "\n".join(lines)


def _origin(entry: Entry) -> dict[str, Any]:
    """When, where and by what it was trained, as far as that was written down."""
    found: dict[str, Any] = {"epochs": entry.epochs, "kept epoch": entry.epoch}
    if not entry.sessions:
        return found
    first = entry.sessions[0]
    last = entry.sessions[-1]
    end = last.get("end", {})
    command = first.get("command")
    known = {
        "weights": end.get("weights"),
        "parameters": end.get("parameters"),
        "started": entry.started,
        "trained for": None if entry.seconds is None else spoken_time(entry.seconds),
        "command": " ".join(map(str, command)) if isinstance(command, list) else None,
        "revision of the code": first.get("revision"),
        "versions": ", ".join(f"{name} {last.get(name)}" for name in VERSIONS),
    }
    return found | {name: value for name, value in known.items() if value not in (None, "")}


def _plain(text: str) -> str:
    """A text that is no markup of a table, on one line."""
    words = " ".join(str(text).split())
    return words.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")

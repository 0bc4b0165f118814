"""The lines of a metrics file, as rows of tables: of steps, of epochs, and of validations between.

check_rows      refuses lines that are no rows of these
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.errors import FileError

KINDS = ("step", "epoch", "validation")


def check_rows(where: str, lines: Sequence[Mapping[str, Any]]) -> None:
    """Raise FileError unless every line is a row like the others of its kind.

    A row names its kind, step and epoch; all rows of a kind have the same measures, which are
    numbers. `where`: what is being done with which file.
    """
    first: dict[str, tuple[int, list[str]]] = {}
    for number, line in enumerate(lines, start=1):
        fault = _fault(line)
        if not fault:
            kind = line["kind"]
            names = sorted(line)
            before, others = first.setdefault(kind, (number, names))
            if names != others:
                fault = f"has {', '.join(names)}, line {before} {', '.join(others)}"
        if fault:
            raise FileError(
                f"{where}: line {number} {fault}. The file was changed or is damaged: bring it "
                "back from a copy."
            )


def _fault(line: Mapping[str, Any]) -> str:
    """What is wrong with a line by itself; empty where nothing is."""
    if line.get("kind") not in KINDS:
        return f"is of kind {line.get('kind')!r}; there are {', '.join(KINDS)}"
    for name in ("step", "epoch"):
        if type(line.get(name)) is not int or line[name] < 0:
            return f"has the {name} {line.get(name)!r}, which is no number from 0 on"
    for name, value in line.items():
        if name != "kind" and (isinstance(value, bool) or not isinstance(value, int | float)):
            return f"has {value!r} for {name!r}, which is no number"
    return ""

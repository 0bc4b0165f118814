"""The table of conventions of training: what libraries do where good guesses are wrong.

    python tools/conventions/measure.py            print the table, measured here
    python tools/conventions/measure.py --write    into docs/conventions-of-training.md
    python tools/conventions/measure.py --check    fail where the document says something else

Every cell is measured: a library trains something tiny, and the number that comes out tells which
meaning is its own. The column of a library that is not installed is taken from the document. To
measure all: pip install torch keras optax mlx[cpu] scikit-learn.
"""

import argparse
import importlib
import importlib.metadata
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rows import ROWS

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "conventions-of-training.md"
LIBRARIES = ("pellucid", "torch", "keras", "optax", "mlx", "sklearn")
BEGIN, END = "<!-- measured by tools/conventions/measure.py -->", "<!-- end of what is measured -->"
NONE = "—"
QUESTION = "what"


@dataclass(frozen=True)
class Table:
    """Answers by library, with its version, and question."""

    columns: Mapping[str, Mapping[str, str]]

    def __str__(self) -> str:
        """As Markdown."""
        rows = [[QUESTION, *self.columns], ["---"] * (len(self.columns) + 1)]
        for row in ROWS:
            answers = [column.get(row.question, NONE) for column in self.columns.values()]
            rows.append([row.question, *answers])
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def measured() -> Table:
    """The table of what is installed here; other columns as the document has them."""
    columns = {}
    for library, known in zip(LIBRARIES, stored().columns.items(), strict=True):
        try:
            heading, answers = measure(library)
        except ModuleNotFoundError as missing:
            print(f"{library} is taken from the document: {missing.name} is not installed.")
            heading, answers = known[0], dict(known[1])
        columns[heading] = answers
    return Table(columns)


def measure(library: str) -> tuple[str, dict[str, str]]:
    """Name with version, and answers by question. Errors: ValueError for one without meaning."""
    module = importlib.import_module(f"of_{library}")
    heading = module.NAME if library == "pellucid" else f"{module.NAME} {_version(module.PACKAGE)}"
    answers = {}
    for row in ROWS:
        asked = getattr(module, row.key, None)
        if asked is not None:
            answers[row.question] = row.answer(asked())
    return heading, answers


def _version(package: str) -> str:
    return importlib.metadata.version(package).partition("+")[0]


def stored() -> Table:
    """The table of the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    lines = text[text.index(BEGIN) + len(BEGIN) : text.index(END)].strip().splitlines()
    cells = [re.split(r"\s*(?<!\\)\|\s*", line.strip().strip("|").strip()) for line in lines]
    heading, _, *rows = cells
    columns: dict[str, dict[str, str]] = {name: {} for name in heading[1:]}
    for question, *answers in rows:
        for name, answer in zip(columns, answers, strict=True):
            if answer != NONE:
                columns[name][question] = answer
    return Table(columns)


def write(table: Table) -> None:
    """Put the table into the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, after = text[: text.index(BEGIN)], text[text.index(END) :]
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{table}\n\n{after}", encoding="utf-8")


def check(table: Table) -> int:
    """Say where the document has something else; 1 if it has, else 0."""
    differences = differing(table, stored())
    print("\n".join(differences) or "The document says what was measured.")
    return 1 if differences else 0


def differing(table: Table, other: Table) -> list[str]:
    """A line for each cell that differs, or column that the other has not."""
    found = []
    for name, answers in table.columns.items():
        if name not in other.columns:
            found.append(f"{name}: the document has {', '.join(other.columns)}")
            continue
        for row in ROWS:
            ours = answers.get(row.question, NONE)
            theirs = other.columns[name].get(row.question, NONE)
            if ours != theirs:
                found.append(f"{name}, {row.question}: measured {ours!r}, written {theirs!r}")
    return found


def main() -> int:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="Write it into the document.")
    parser.add_argument("--check", action="store_true", help="Fail where the document differs.")
    asked = parser.parse_args()
    table = measured()
    if asked.write:
        write(table)
    elif asked.check:
        return check(table)
    else:
        print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())

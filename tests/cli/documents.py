"""The documents of commands, as a program reads them.

QUICK    options of a short training
read     one document, with the names that the page on it tells
"""

import json
import re
from pathlib import Path
from typing import Any

QUICK = ("--epochs", 2, "--executor", "reference")


def read(text: str, command: str = "") -> Any:
    """One JSON document with what the page on it tells, and no word that JSON does not have."""

    def refuse(word: str) -> None:
        raise AssertionError(word)

    found = json.loads(text, parse_constant=refuse)
    if command:
        assert list(found) == told(command)
    return found


def told(command: str) -> list[str]:
    """The names in a command's document, as the page of the command line has them."""
    page = Path(__file__).parents[2].joinpath("docs/command-line.md").read_text()
    rows = [line.split("|")[1:3] for line in page.splitlines() if line.startswith("| `")]
    (names,) = (names for commands, names in rows if f"`{command}`" in commands)
    return re.findall("`(.*?)`", names)

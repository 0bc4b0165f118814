"""docs/subject.md maps the subject to names and tests; both exist."""

import ast
import functools
import pkgutil
import re
import shlex
from pathlib import Path

import pytest

from pellucid import lab
from pellucid.cli import main

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "subject.md").read_text(encoding="utf-8")
CORRECTIONS = (ROOT / "docs" / "corrections.md").read_text(encoding="utf-8")
CODE = re.compile(r"`([^`]+)`")
NAME = re.compile(r"pellucid(\.\w+)*")
HEADING = re.compile(r"^## +(.+)$", re.MULTILINE)


def sections() -> dict[str, str]:
    """The text under each heading of the second level."""
    parts = HEADING.split(PAGE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(text: str) -> list[list[str]]:
    """The cells of all table rows in a text, without headers."""
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and not set(line) <= set("|- ") and cells[-1] != "Test":
            found.append(cells)
    return found


HERE = [row for text in sections().values() for row in rows(text)]


@functools.cache
def functions_of(file: str) -> frozenset[str]:
    """The names of the test functions of a file in tests/."""
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("row", HERE, ids=lambda row: " ".join(row[:-2])[:60])
def test_what_a_row_names_exists(row: list[str]) -> None:
    where, test = row[-2:]
    named = CODE.findall(where)
    assert named or "](" in where, "nothing is named"
    for name in named:
        if NAME.fullmatch(name):
            pkgutil.resolve_name(name)
        else:
            assert name.startswith("pellucid ")
            assert main([*shlex.split(name)[1:], "--help"]) == 0
    if test == "text":
        return
    assert CODE.findall(test), "no test is named"
    for place in CODE.findall(test):
        file, _, function = place.partition("::")
        assert function in functions_of(file), place


def numbers(section: str) -> list[int]:
    return [int(row[0]) for row in rows(sections()[section])]


def test_all_numbers_have_a_row() -> None:
    assert numbers("Numbers") == list(range(1, 25))


def test_all_experiments_have_a_row() -> None:
    assert numbers("Experiments") == list(range(1, 38))
    where = [row[-2].strip("`") for row in rows(sections()["Experiments"])]
    assert len({*where}) == 37
    assert {name.rpartition(".")[2].replace("_", "-") for name in where} <= set(lab.EXPERIMENTS)


def test_all_corrections_have_a_row() -> None:
    assert numbers("Corrections") == list(range(1, 40))


def test_all_corrections_have_a_paragraph_in_order() -> None:
    assert [int(n) for n in re.findall(r"^\*\*(\d+)\. ", CORRECTIONS, re.MULTILINE)] == list(
        range(1, 40)
    )


def test_names_in_corrections_exist() -> None:
    names = [name for name in CODE.findall(CORRECTIONS) if NAME.fullmatch(name)]
    assert len(names) > 40
    for name in names:
        pkgutil.resolve_name(name)


def test_what_does_not_exist_is_noticed() -> None:
    with pytest.raises(AttributeError):
        pkgutil.resolve_name("pellucid.functional.rleu")
    with pytest.raises(AssertionError, match="test_nothing"):
        test_what_a_row_names_exists(["x", "`pellucid`", "`test_notes.py::test_nothing`"])
    with pytest.raises(AssertionError, match="nothing is named"):
        test_what_a_row_names_exists(["x", "somewhere", "text"])

"""No files of the package import one another in a circle: neither late nor for types alone.

Where one comes up, what both sides need goes into a file below them: functions and constants as
they are, a class as a base of it that holds what is asked of it, as `nn/base.py` does for `Module`.
"""

import ast
from pathlib import Path

import pytest

import pellucid

ROOT = Path(pellucid.__file__).parents[1]
EXPERIMENTS = "pellucid.lab."  # come in by the front door, which loads them on use, as users do


def files(root: Path) -> dict[str, Path]:
    """The files of the package in a folder, by the names that they are imported by."""
    named = {}
    for path in sorted((root / "pellucid").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        named[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return named


def imported(program: str, named: dict[str, Path]) -> set[str]:
    """The files that a program imports, by all import statements wherever they stand."""
    found = set()
    for node in ast.walk(ast.parse(program)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "a relative import: names are written out here"
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {name if name in named else node.module for name in whole}
    return found & set(named)


def circles(root: Path) -> list[set[str]]:
    """Sets of files each of which imports all others of its set, directly or through them."""
    named = files(root)
    direct = {
        name: imported(path.read_text(encoding="utf-8"), named) - {name} - front_door(name)
        for name, path in named.items()
    }
    reached = {name: reachable(name, direct) for name in named}
    sets = {frozenset(o for o in reached[name] if name in reached[o]) for name in named}
    return [set(files) for files in sorted(sets, key=sorted) if files]


def front_door(name: str) -> set[str]:
    """What does not count as an import of a file."""
    return {"pellucid"} if name.startswith(EXPERIMENTS) else set()


def reachable(name: str, direct: dict[str, set[str]]) -> set[str]:
    """What can be reached from a file, itself only where a way leads back."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        more = direct[waiting.pop()] - found
        found |= more
        waiting += more
    return found


def test_no_files_import_one_another_in_a_circle():
    assert circles(ROOT) == []


@pytest.mark.parametrize(
    "late",
    [
        "from pellucid.low import f",
        "import pellucid.low",
        "from pellucid import low",
        "def g():\n    from pellucid.low import f",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pellucid.low import f",
    ],
)
def test_a_circle_is_found_however_it_is_closed(tmp_path, late):
    folder = tmp_path / "pellucid"
    (folder / "room").mkdir(parents=True)
    (folder / "__init__.py").write_text("from pellucid.room import high\n")
    (folder / "room" / "__init__.py").write_text("")
    (folder / "room" / "high.py").write_text(late)
    (folder / "low.py").write_text("import numpy\n")
    assert circles(tmp_path) == []
    (folder / "low.py").write_text("from pellucid.room.high import g\n")
    assert circles(tmp_path) == [{"pellucid.low", "pellucid.room.high"}]

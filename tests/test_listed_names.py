"""What the docstring of a module lists is there: a table that names what is gone misleads.

The table of a module is the first paragraph of its docstring with rows "name    what it is"; a
row may list several names, and that of a package its modules, or a heading with names behind it.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import pellucid

HOME = Path(pellucid.__file__).parent
MODULES = sorted(path.relative_to(HOME).as_posix() for path in HOME.rglob("*.py"))
NAME = r"[A-Za-z_]\w*"
ROW = re.compile(rf"(?: {{4}})?(?P<names>{NAME}(?:, {NAME})*)(?:$| {{2,}}(?P<told>\S.*))")
GROUP = re.compile(r"(?: {4})?[A-Z][a-z ]*? {2,}(?P<told>\S.*)")  # a heading, and names


def table(docstring: str) -> list[str]:
    """The rows of a docstring's table, each on one line."""
    for paragraph in docstring.split("\n\n")[1:]:
        rows: list[str] = []
        for line in paragraph.strip("\n").splitlines():
            if rows and line.startswith(" " * 8):
                rows[-1] += f" {line.strip()}"
            else:
                rows.append(line)
        found = [row for row in map(ROW.fullmatch, rows) if row]
        if len(found) == len(rows) or any(row["told"] for row in found):
            return rows
    return []


def listed(rows: list[str], module: Path) -> Iterator[str]:
    """The names that the rows of a module's table list."""
    for row in rows:
        found, group = ROW.fullmatch(row), GROUP.fullmatch(row)
        names = found["names"].split(", ") if found else []
        if group and module.name == "__init__.py":
            words = re.split(r"[,;] ", group["told"].partition(":")[0])
            behind = [word for word in words if re.fullmatch(NAME, word)]
            names = behind or names
        yield from names


def defined(tree: ast.AST) -> Iterator[str]:
    """The names that a module has: of its own, imported, and under conditions."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        else:
            yield from defined(node)


def missing(module: Path) -> list[str]:
    """The names that a module's docstring lists and that are not there."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    there = set(defined(tree))
    if module.name == "__init__.py":
        there |= {path.stem for path in module.parent.iterdir()}
    return [n for n in listed(table(ast.get_docstring(tree) or ""), module) if n not in there]


@pytest.mark.parametrize("module", MODULES)
def test_what_a_docstring_lists_is_there(module):
    assert missing(HOME / module) == []


def test_most_tables_are_read():
    texts = {HOME / module: (HOME / module).read_text(encoding="utf-8") for module in MODULES}
    tables = {path: table(ast.get_docstring(ast.parse(texts[path])) or "") for path in texts}
    assert sum(map(bool, tables.values())) > len(MODULES) / 2
    assert sum(len([*listed(rows, path)]) for path, rows in tables.items()) > 500


CODE = '''"""What it is for.

%s

More of it:

    other   is no name of this file
"""
from a import b as c
if c:
    def f(): pass
D: int = 3
class E: pass
'''


@pytest.mark.parametrize(
    ("rows", "gone"),
    [
        ("f       a function\nD, E    more", []),
        ("    f           a function\n    c, x        two", ["x"]),
        ("f       a function that is told\n        of, g, on\nh, E    more", ["h"]),
        ("    f, k\n    D   a number", ["k"]),
        ("    c, k\n", ["k"]),
        ("Gone    a class; more", ["Gone"]),
    ],
)
def test_what_is_not_there_is_found(tmp_path, rows, gone):
    (tmp_path / "module.py").write_text(CODE % rows)
    assert missing(tmp_path / "module.py") == gone


@pytest.mark.parametrize(
    ("rows", "gone"),
    [
        ("    low     first\n    high    then", ["high"]),
        ("Numbers     D, f; low, a file: x, y\nLists of    c, z", ["z"]),
    ],
)
def test_a_package_lists_its_modules_and_names_under_headings(tmp_path, rows, gone):
    (tmp_path / "low.py").touch()
    (tmp_path / "__init__.py").write_text(CODE % rows)
    assert missing(tmp_path / "__init__.py") == gone


MAPPED = ("executors/native", "train")  # packages of rooms, found by the maps in their `__init__`
ROOMS = [HOME / mapped for mapped in MAPPED]
ROOMS += [path.parent for room in ROOMS for path in sorted(room.glob("*/__init__.py"))]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.relative_to(HOME).as_posix())
def test_the_map_of_a_room_names_all_of_its_modules(room):
    map_of_it = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8")))
    there = {path.stem for path in room.glob("*.py")} - {"__init__"}
    assert there <= set(re.findall(NAME, map_of_it))

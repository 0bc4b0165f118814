"""What the tools and benchmarks take from the library and its tests is there."""

import ast
import importlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(
    str(f.relative_to(ROOT)) for d in ("tools", "benchmarks") for f in (ROOT / d).rglob("*.py")
)
BOTH = {"benchmarks/build_worker.py"}  # works with older builds too; has tests of its own
OURS = ("pellucid", "executors", "functional", "graph_shapes")


def taken(file: str) -> Iterator[tuple[str, str]]:
    """The modules and names that a file takes from the library or its tests."""
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in OURS:
            yield from ((str(node.module), alias.name) for alias in node.names)


@pytest.mark.parametrize("file", [file for file in FILES if file not in BOTH])
def test_the_names_that_a_tool_imports_exist(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    for module, name in taken(file):
        found = hasattr(importlib.import_module(module), name)
        assert found or importlib.util.find_spec(f"{module}.{name}"), f"{module}.{name}"


def test_tools_and_benchmarks_were_found() -> None:
    assert len(FILES) > 10
    assert ("pellucid.executors.native.executor", "Native") in set(
        taken("tools/windows/program.py")
    )

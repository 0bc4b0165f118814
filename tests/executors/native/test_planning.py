"""The passes from a function to a plan: their work grows like the graph, whatever its shape."""

import ast
import math
import re
from pathlib import Path

import pytest
from counting import lines_run
from graph_shapes import SHAPES

from pellucid.compile import capture
from pellucid.executors.native import planning
from pellucid.executors.native.planning import planned
from pellucid.executors.native.schedule import fusion, recompute
from pellucid.graph import Procedure

SMALL, LARGE = 150, 600


def work(name: str, operations: int) -> tuple[int, int]:
    """The lines run to capture and plan a shape of graph, and how many nodes it has."""
    function, arguments = SHAPES[name](operations)
    nodes = 0

    def compiled() -> None:
        nonlocal nodes
        graph = capture(function)(*arguments)
        nodes = len(graph.nodes)
        planned(Procedure(graph, len(graph.inputs)))

    return lines_run(compiled), nodes


@pytest.mark.parametrize("name", SHAPES)
def test_planning_grows_like_the_graph(name, monkeypatch):
    for module in (recompute, fusion):  # so that there are many kernels
        monkeypatch.setattr(module, "MOST_NODES", 16)
    work(name, 20)  # what is imported and kept the first time
    (few, small), (many, large) = work(name, SMALL), work(name, LARGE)
    assert large > 3 * small
    assert many / few < large * math.log(large) / (small * math.log(small))


def test_the_decision_record_has_the_passes_in_their_order():
    """Its table names, in order, the files of all that `planned` calls."""
    home = "pellucid.executors.native."
    source = ast.parse(Path(planning.__file__).read_text(encoding="utf-8"))
    imports = [node for node in source.body if isinstance(node, ast.ImportFrom)]
    files = {
        alias.name: node.module.removeprefix(home)
        for node in imports
        if node.module.startswith(home)
        for alias in node.names
    }
    body = next(node for node in source.body if getattr(node, "name", "") == "planned")
    calls = [node for node in ast.walk(body) if isinstance(getattr(node, "func", None), ast.Name)]
    calls.sort(key=lambda call: (call.end_lineno, call.end_col_offset))
    passes = (*planning.FAST_PASSES, *planning.GRAPH_PASSES)
    names = [each.__name__ for each in passes] + [call.func.id for call in calls]
    called = dict.fromkeys(files[name] for name in names if name in files)
    record = Path(__file__).parents[3] / "docs" / "decisions" / "0006-native-executor.md"
    rows = re.findall(r"^\| ([\w.]+) \|", record.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(called) > 10
    assert [row for row in rows if row in called] == [*called]

"""The passes from a function to a plan: their work grows like the graph, whatever its shape."""

import math

import pytest
from counting import lines_run
from graph_shapes import SHAPES

from pellucid.compile import capture
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

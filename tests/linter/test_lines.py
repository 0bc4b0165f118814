"""The line of the user's code at each operation."""

import sys
from typing import Any

from linter.programs import net, points

import pellucid as pc
from pellucid.linter.lines import Lines
from pellucid.origins import Origin
from pellucid.tensor import Tensor


def captured(function: Any) -> tuple[Lines, Any]:
    with Lines() as lines:
        graph = pc.capture(function)(pc.ones(3))
    return lines, graph


def here() -> int:
    return sys._getframe(1).f_lineno


def test_each_operation_has_its_own_line() -> None:
    start = here()

    def twice(x: Tensor) -> Tensor:
        y = x + 1.0
        z = y * 2.0
        return z + 1.0

    lines, graph = captured(twice)
    found = [int(line.rpartition(":")[2]) - start for line in lines.of(graph.nodes).values()]
    assert found == [3, 4, 5]


def test_inside_the_package_the_line_that_called_it_counts() -> None:
    lines, graph = captured(lambda x: pc.functional.softmax(x).sum())
    names = {line.rpartition(":")[0] for line in lines.of(graph.nodes).values()}
    assert names == {"test_lines.py"}


def test_a_profiler_that_runs_goes_on() -> None:
    def profile(*_: Any) -> None:
        return None

    sys.setprofile(profile)
    try:
        lines, graph = captured(lambda x: x + 1.0)
        assert sys.getprofile() is profile
    finally:
        sys.setprofile(None)
    assert lines.of(graph.nodes) == {}


def test_nothing_is_noted_afterwards() -> None:
    lines, _ = captured(lambda x: x + 1.0)
    seen = len(lines._seen)
    assert Origin(None, ()).primitive is None
    assert len(lines._seen) == seen
    assert sys.getprofile() is None


def test_a_finding_names_the_line_of_the_mistake() -> None:
    def loss(y: Tensor, t: Tensor) -> Tensor:
        return -(pc.functional.softmax(y).log() * pc.one_hot(t, 3)).sum(axis=1).mean()

    found = pc.lint(net(), loss, points())
    line = loss.__code__.co_firstlineno + 1
    assert found[0].where.endswith(f"test_lines.py:{line}")

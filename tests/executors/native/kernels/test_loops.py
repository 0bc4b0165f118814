"""Loop kernels: long bodies are written once, for whole vectors and for the end alike."""

import pytest
from executors.native.cpus import TARGETS, on_target
from executors.native.examples import procedure, same

from pellucid.executors.native.kernels.emission import emit
from pellucid.executors.native.kernels.loop_unit import LONG_NODES
from pellucid.executors.native.planning import planned

SHAPES = ["1", "3", "15", "16", "17", "40", "5,7", "3,16", "3,21", "2,3,33"]


def long(shape, count, last=""):
    """So many operations in a row, and what follows."""
    rules = ["sigmoid", "negative", "abs", "tanh"]
    lines = [f"graph(x: float32[{shape}], y: float32[{shape}])"]
    for i in range(count):
        before = f"%{i - 1}" if i else "x"
        operands = f"{rules[i % 4]}() of ({before})" if i % 5 else f"subtract() of (y, {before})"
        lines.append(f"%{i}: float32[{shape}] = {operands}")
    return procedure("\n".join([*lines, last or f"return %{count - 1}"]))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("target", TARGETS)
def test_a_long_body_is_right_at_the_end_of_a_line_too(shape, target):
    with on_target(target):
        assert same(long(shape, LONG_NODES + 5)) is None


def test_a_long_body_is_written_once():
    whole, rest = (emit(planned(long(n, LONG_NODES + 5))).text for n in ("4096", "4095"))
    assert len(rest) < 1.2 * len(whole)
    whole, rest = (emit(planned(long(n, LONG_NODES - 5))).text for n in ("4096", "4095"))
    assert len(rest) > 1.5 * len(whole)

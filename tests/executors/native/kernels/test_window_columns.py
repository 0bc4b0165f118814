"""Windows laid out as rows of a matrix: each number where a tap meets it, zeros elsewhere."""

import itertools

import numpy as np
import pytest
from executors.native.examples import procedure
from executors.native.kernels.frame_program import run

from pellucid.executors.native.kernels.window_columns import (
    Axis,
    Channels,
    ColumnBlock,
    Columns,
    Rows,
)
from pellucid.executors.native.llvm.indices import Index

CHANNELS = 2
# size, stride, taps, columns, tap, column, before, dilation
LINES = {
    "plain": Axis(20, 1, 3, 18, 1, 1, 0, 1),
    "padded": Axis(20, 1, 3, 23, 1, 1, 2, 1),
    "far padding": Axis(4, 1, 2, 30, 1, 1, 12, 1),
    "steps": Axis(20, 1, 4, 9, 1, 2, 1, 1),
    "taps apart": Axis(20, 1, 3, 16, 2, 1, 0, 1),
    "gaps between numbers": Axis(9, 1, 3, 18, 1, 1, 2, 2),
    "gaps and steps": Axis(9, 1, 3, 10, 2, 3, 4, 2),
    "cut off": Axis(20, 1, 2, 12, 1, 1, -3, 1),
    "every second number": Axis(9, 2, 3, 7, 1, 1, 0, 1),
}
ROWS = {
    "one row": None,
    "rows": Axis(5, 40, 2, 6, 1, 1, 1, 1),
    "rows with gaps": Axis(3, 40, 2, 5, 1, 2, 1, 2),
}


def met(axis, tap, column):
    """Which number a tap of a column meets; None in padding and gaps."""
    at = tap * axis.tap + column * axis.column - axis.before
    whole, rest = divmod(at, axis.dilation)
    return whole if rest == 0 and 0 <= whole < axis.size else None


def expected(x, axes, row, first, block):
    """The matrix, by the definition."""
    lines = []
    for channel, *taps in itertools.product(range(CHANNELS), *(range(a.taps) for a in axes)):
        line = []
        for r, c in itertools.product(range(row, row + block[0]), range(first, first + block[1])):
            places = [
                met(a, t, q) for a, t, q in zip(axes, taps, (r, c)[-len(axes) :], strict=True)
            ]
            at = (
                None
                if None in places
                else sum(p * a.stride for p, a in zip(places, axes, strict=True))
            )
            line.append(0.0 if at is None else x[channel, at])
        lines.append(line)
    return np.array(lines)


@pytest.mark.parametrize("across", ROWS)
@pytest.mark.parametrize("along", LINES)
def test_columns_are_those_of_the_definition(along, across):
    axes = [*([ROWS[across]] if ROWS[across] else []), LINES[along]]
    x = np.random.default_rng(0).normal(size=(CHANNELS, 250)).astype(np.float32)
    last = axes[-1].columns
    whole = (0, 0, (axes[0].columns if len(axes) > 1 else 1, last))
    part = (axes[0].columns - 1 if len(axes) > 1 else 0, 2, (1, last - 3))
    for row, first, block in (whole, part):
        lines, count = CHANNELS * int(np.prod([a.taps for a in axes])), block[0] * block[1]
        apart = count + 5
        made = procedure(f"""graph(x: float32[{CHANNELS},250], u: float32[{lines},{apart}])
          %0: float32[{lines},{apart}] = exp() of (u)
          return %0, x""")

        def emitted(frame, row=row, first=first, block=block, apart=apart):
            graph = frame.shared.graph
            columns = Columns(frame, np.dtype(np.float32), axes)
            source, to = frame.pointer(graph.inputs[0]), frame.pointer(graph.outputs[0])
            where = ColumnBlock(Index(frame.builder, row), first, *block)
            assert where.count == block[0] * block[1]
            columns.lay_out(Channels(source, CHANNELS, 250), where, Rows(to, apart))

        found, _ = run(made, emitted, [x, np.zeros((lines, apart))])
        np.testing.assert_array_equal(found[:, :count], expected(x, axes, row, first, block))
        assert not found[:, count:].any()

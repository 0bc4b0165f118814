"""Matrices that stay as they are through a loop are copied once, and a report tells of it."""

import numpy as np

import pellucid as pc
from pellucid import functional as f
from pellucid.executors.native.ir.kernels import PanelCopy
from pellucid.executors.native.kernels.kinds import kind_of
from pellucid.executors.native.planning import planned


def running(rows=16):
    """A loop with a product, compiled, and its argument."""
    w = pc.Parameter(np.ones((20, 20), np.float32))
    run = pc.compile(lambda x: pc.scan(lambda s, row: (f.tanh(row + s @ w), None), x[0], x)[0])
    return run, np.ones((7, rows, 20), np.float32)


def test_a_matrix_is_copied_once_for_all_turns():
    run, x = running()
    rows = {row.name: row for row in run.report(x).rows}
    assert rows["panels"].turns == 1
    assert rows["panels"].shape == (20, 20)
    assert rows["matmul+add+tanh"].turns == 7
    assert "panels of [20, 20]" in run.source("schedule", x)


def test_a_copy_reads_a_matrix_and_writes_whole_vectors_of_columns():
    run, x = running()
    shared = planned(run.captured(x).procedure)
    (loop,) = (k for k in shared.plan.kernels if hasattr(k, "body"))
    (copy,) = (k for k in loop.body.plan.kernels if isinstance(k, PanelCopy))
    kind = kind_of(copy)
    assert kind.points(copy) == 20 * 32
    assert kind.bytes(copy, loop.body) == 4 * (20 * 20 + 20 * 32)
    assert kind.units(copy, loop.body) >= 1

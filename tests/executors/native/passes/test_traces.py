"""Carries of native loops are rows of traces, and what is asked of them views."""

from dataclasses import replace

import numpy as np

import pellucid as pc
from pellucid import primitives as p
from pellucid.executors.native.passes import traces
from pellucid.executors.native.passes.traces import MOST_STEPS, Trace, runs_here, with_traces


def graph_of(kept):
    """A loop of 5 steps over one carry, whose value before or after each step is asked for."""

    def body(s, row):
        after = s * 0.5 + row
        return after, {"before": s, "after": after, "none": None}[kept]

    return pc.capture(lambda x: pc.scan(body, x[0], x))(np.ones((5, 3), np.float32))


def trace_rows(kept):
    (node,) = (n for n in with_traces(graph_of(kept)).nodes if isinstance(n.primitive, Trace))
    return node.output.shape[0]


def test_all_rows_are_kept_where_the_graph_asks_for_them_else_two_take_turns():
    assert [trace_rows(kept) for kept in ("before", "after", "none")] == [6, 6, 2]


def test_what_is_asked_of_carries_is_sliced_from_their_trace():
    made = with_traces(graph_of("after"))
    names = [node.primitive.name for node in made.nodes if node.primitive.name != "reshape"]
    assert names.count("part") == 0
    assert names.count("slice") == 3  # the start, the last row and the rows after each step


def test_loops_with_more_steps_than_can_be_listed_run_through_their_rule(monkeypatch):
    (node,) = (n for n in graph_of("none").nodes if isinstance(n.primitive, p.Scan))
    assert runs_here(replace(node.primitive, steps=MOST_STEPS))
    assert not runs_here(replace(node.primitive, steps=MOST_STEPS + 1))
    monkeypatch.setattr(traces, "MOST_STEPS", 4)
    runs_here.cache_clear()
    run = pc.compile(lambda x: pc.scan(lambda s, row: (s + row, None), x[0], x)[0])
    x = np.ones((5, 3), np.float32)
    assert run.report(x).fallbacks == ("scan+part",)
    assert run(x).numpy().tolist() == [6.0] * 3
    runs_here.cache_clear()

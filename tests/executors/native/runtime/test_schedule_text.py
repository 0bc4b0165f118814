"""A schedule in words: each kernel with its nodes, and where its values lie."""

import re

import numpy as np
from executors.native.examples import procedure

import pellucid as pc
from pellucid.executors.native.planning import planned
from pellucid.executors.native.runtime.schedule_text import schedule_text

TEXT = """graph(x: float32[20,30], w: float32[30,30])
  %0: float32[20,30] = matmul() of (x, w)
  %1: float32[1,30] = sum(axis=(0,)) of (%0)
  %2: float32[30,30] = subtract() of (w, %1)
  %3: float32[20,30] = matmul() of (%0, %2)
  return %3"""


def test_each_kernel_is_a_paragraph_with_its_nodes_and_stores():
    shared = planned(procedure(TEXT, {"w": "%2"}))
    text = schedule_text(shared)
    heads = [line for line in text.splitlines() if not line.startswith(" ")]
    assert [head.split(":")[0] for head in heads] == [f"kernel {i}" for i in range(len(heads))]
    assert len(heads) == len(shared.plan.kernels)
    for kernel in shared.plan.kernels:
        assert all(f"    {node}\n" in text for node in kernel.nodes)
    assert len(re.findall("^    store ", text, re.MULTILINE)) == sum(
        len(k.stores) for k in shared.plan.kernels
    )


def test_places_are_results_variables_and_offsets_in_the_arena():
    text = schedule_text(planned(procedure(TEXT, {"w": "%2"})))
    assert "store %3 -> result 0" in text
    assert re.search(r"store %2 -> (variable w, in place|arena \+ \d+)", text)
    assert re.search(r"store %0 -> arena \+ \d+", text)


def test_a_loop_is_told_with_its_turns_and_the_kernels_of_its_body_inside():
    made = pc.compile(lambda x: pc.scan(lambda s, row: (s * 0.5 + row, s), pc.zeros(3), x))
    captured = made.captured(np.ones((4, 3), np.float32))
    text = schedule_text(planned(captured.procedure))
    assert "loop of 4 turns" in text
    assert "    kernel 0: loop [3]" in text

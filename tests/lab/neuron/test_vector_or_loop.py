"""Vector or loop: the claim, two ways to break it, and what is known beforehand."""

import numpy as np
from lab.lessons import breaks, holds

from pellucid.lab.neuron import vector_or_loop
from pellucid.lab.neuron.vector_or_loop import by_call, by_loop, seconds


def test_the_claim_holds():
    holds("vector-or-loop", tries=1)


def test_the_claim_breaks_for_short_vectors():
    breaks("vector-or-loop", digits=1)


def test_the_claim_breaks_where_the_call_is_a_loop(monkeypatch):
    monkeypatch.setattr(vector_or_loop, "by_call", by_loop)
    breaks("vector-or-loop", digits=4)


def test_both_ways_give_the_product_worked_by_hand():
    a, b = np.array([1.0, 2.0, 3.0]), np.array([4.0, -5.0, 6.0])
    assert by_loop(a, b) == by_call(a, b) == 12.0


def test_of_several_tries_the_shortest_counts(monkeypatch):
    clock = iter([0.0, 5.0, 10.0, 12.0, 20.0, 23.0])
    monkeypatch.setattr(vector_or_loop.time, "perf_counter", lambda: next(clock))
    assert seconds(lambda: None, 3) == 2.0

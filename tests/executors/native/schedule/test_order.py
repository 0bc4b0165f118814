"""The order of kernels: pairs that can be kept are, others change nothing, few are looked at."""

import random

import pytest

from pellucid.executors.native.schedule import order as orders
from pellucid.executors.native.schedule.order import Order


def can_be_sorted(count, pairs):
    """By removing, again and again, what nothing comes before."""
    left = set(range(count))
    while free := {a for a in left if not any(b == a and x in left for x, b in pairs)}:
        left -= free
    return not left


@pytest.mark.parametrize("seed", range(100))
def test_pairs_are_taken_unless_they_close_a_circle(seed):
    rng = random.Random(seed)
    count = rng.randint(2, 12)
    failing = [i for i in range(count) if rng.random() < 0.2]
    order, pairs = Order(count, failing), {(a, count) for a in failing}
    count += 1  # the gate is one of them
    for _ in range(30):
        last = rng.randrange(count)
        kernels = {rng.randrange(count) for _ in range(rng.randint(1, 3))} - {last}
        trial = pairs | {(a, last) for a in kernels}
        fits = can_be_sorted(count, trial)
        assert order.put(kernels, last) == fits
        pairs = trial if fits else pairs
        assert {(a, b) for a in range(count) for b in order.after[a]} == pairs
        assert sorted(order.places) == list(range(count))
        assert all(order.places[a] < order.places[b] for a, b in pairs)


@pytest.mark.parametrize("seed", range(20))
def test_the_lowest_number_that_can_come_next_does(seed):
    rng = random.Random(seed)
    order = Order(10, rng.sample(range(10), 2))
    for _ in range(12):
        a, b = rng.sample(range(11), 2)
        order.put([a], b)
    found, done = order.sorted(), set()
    for kernel in found:
        if order.before[10] <= done:  # the gate is opened as soon as it can be
            done.add(10)
        ready = [i for i in range(10) if i not in done and order.before[i] <= done]
        assert kernel == min(ready)
        done.add(kernel)
    assert sorted(found) == list(range(10))


def test_a_kernel_moved_behind_all_others_is_moved_once(monkeypatch):
    looked_at = []
    reached = Order._reached

    def watched(*arguments):
        looked_at.append(found := reached(*arguments))
        return found

    monkeypatch.setattr(Order, "_reached", watched)
    order = Order(1000)
    for reader in range(999, 0, -1):
        assert order.put([reader], 0)
    assert sum(map(len, looked_at)) <= 1000
    assert order.sorted() == [*range(1, 1000), 0]


def test_too_long_a_search_counts_as_impossible_and_changes_nothing(monkeypatch):
    monkeypatch.setattr(orders, "MOST_LOOKED_AT", 5)
    order = Order(10)
    assert all(order.put([i], i + 1) for i in range(8))
    assert not order.put([9], 0)
    assert order.places == [*range(1, 11), 0]
    assert order.put([9], 6)
    assert order.sorted() == [0, 1, 2, 3, 4, 5, 9, 6, 7, 8]

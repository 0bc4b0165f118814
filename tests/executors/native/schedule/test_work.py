"""How work is cut for threads: never more than there is, as much for each, little not at all."""

import heapq

import pytest

from pellucid.executors.native.schedule import work as share
from pellucid.executors.native.schedule.work import (
    CHUNK_NANOSECONDS,
    MOST_CHUNKS,
    MOST_CHUNKS_OF_LOOP,
    SHARED_NANOSECONDS,
    Work,
)

COUNTS = (1, 2, 3, 4, 7)


@pytest.fixture(autouse=True)
def alike(monkeypatch):
    """CPUs of one speed, whatever this machine has."""
    monkeypatch.setattr(share, "_are_alike", lambda: True)


@pytest.mark.parametrize("threads", COUNTS)
def test_little_work_is_one_chunk(threads):
    assert Work(1000, SHARED_NANOSECONDS - 1).chunks(threads) == 1


@pytest.mark.parametrize("threads", COUNTS[1:])
def test_work_that_is_worth_it_is_cut_as_often_for_each_thread(threads):
    for nanoseconds in (SHARED_NANOSECONDS, 5e4, 1e6, 1e10):
        chunks = Work(10**6, nanoseconds).chunks(threads)
        assert chunks % threads == 0
        assert threads <= chunks <= threads * MOST_CHUNKS
        is_fine = nanoseconds / chunks < 2 * CHUNK_NANOSECONDS
        assert is_fine or chunks == threads * MOST_CHUNKS


@pytest.mark.parametrize("threads", COUNTS)
@pytest.mark.parametrize("units", [0, 1, 2, 3, 10])
def test_there_are_no_more_chunks_than_units(units, threads):
    assert 1 <= Work(units, 1e9).chunks(threads) <= max(1, units)


def test_by_hand():
    # 96 us on two threads: 48 us each, four chunks of 12.
    assert Work(100, 96_000.0).chunks(2) == 8
    assert Work(5, 96_000.0).chunks(2) == 5
    assert Work(100, 96_000.0).chunks(1) == 1


def until_all_is_done(chunks, speeds):
    """The time until chunks of a whole of 1 are done, each taken by who is free first."""
    free = [(0.0, number) for number in range(len(speeds))]
    for _ in range(chunks):
        now, number = free[0]
        heapq.heapreplace(free, (now + 1 / chunks / speeds[number], number))
    return max(free)[0]


def test_cpus_that_differ_get_smaller_chunks_as_many_a_thread(monkeypatch):
    monkeypatch.setattr(share, "_are_alike", lambda: False)
    assert Work(100, 24_000.0).chunks(2) == 6
    assert Work(100, 96_000.0).chunks(2) == 24
    assert Work(100, 1e9).chunks(2) == 2 * MOST_CHUNKS
    assert Work(1000, SHARED_NANOSECONDS - 1).chunks(2) == 1
    # With cores of 1 and 1/2: 24 us on two threads took the 24 of the slower one.
    assert 24 * until_all_is_done(6, (1, 0.5)) == pytest.approx(16)


def test_who_is_fast_does_more_of_a_loop():
    turn = Work(8, 300_000.0, loop=1)
    assert turn.chunks(2) == 8 == 2 * MOST_CHUNKS_OF_LOOP
    assert turn.chunks(4) == 8
    assert until_all_is_done(2, (1, 0.5)) == 1
    assert until_all_is_done(turn.chunks(2), (1, 0.5)) == pytest.approx(0.75)
    assert until_all_is_done(turn.chunks(2), (1, 1)) == pytest.approx(0.5)

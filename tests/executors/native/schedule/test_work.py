"""How work is cut for threads: never more than there is, as much for each, little not at all."""

import pytest

from pellucid.executors.native.schedule.work import (
    CHUNK_NANOSECONDS,
    MOST_CHUNKS,
    SHARED_NANOSECONDS,
    Work,
)

COUNTS = (1, 2, 3, 4, 7)


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

"""Workers read pieces in their order, tell what failed first in the order of rows, and end."""

import threading
import time

import numpy as np
import pytest

from pellucid.train.stepping.reading_threads import Load, ReaderPool


def squares(rows: int, piece: int = 3) -> Load:
    out = np.full(rows, -1)

    def read(part: slice) -> None:
        out[part] = np.arange(rows)[part] ** 2

    return Load(read, rows, piece, [out])


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_all_pieces_are_read_and_all_threads_end(workers: int) -> None:
    before = threading.active_count()
    pool = ReaderPool(workers)
    loads = [squares(n) for n in (10, 1, 9, 30)]
    for load in loads:
        pool.add(load)
    for load in loads:
        load.wait()
        found = load.arrays[0]
        np.testing.assert_array_equal(found, np.arange(len(found)) ** 2)
    pool.stop()
    assert threading.active_count() == before


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_the_first_piece_that_fails_is_what_is_told(workers: int) -> None:
    def read(part: slice) -> None:
        if part.start == 4:
            time.sleep(0.02)  # later than those behind it
        if part.start >= 4:
            raise KeyError(part.start)

    pool = ReaderPool(workers)
    load = Load(read, 20, 2, [])
    pool.add(load)
    with pytest.raises(KeyError, match="4"):
        load.wait()
    pool.stop()
    after = squares(5)
    pool.add(after)
    after.wait()
    assert after.arrays[0].tolist() == [0, 1, 4, 9, 16]
    pool.stop()


def test_nobody_begins_another_piece_after_the_end() -> None:
    begun, go_on = threading.Event(), threading.Event()
    read: list[int] = []

    def slow(part: slice) -> None:
        begun.set()
        go_on.wait(10)
        read.append(part.start)

    before = threading.active_count()
    pool = ReaderPool(1)
    pool.add(Load(slow, 50, 1, []))
    assert begun.wait(10)
    threading.Timer(0.02, go_on.set).start()
    pool.stop()
    assert read == [0]
    time.sleep(0.05)  # the timer ends too
    assert threading.active_count() == before


@pytest.mark.parametrize("fails", [False, True])
def test_who_waits_is_woken_once_when_all_is_read(fails: bool) -> None:
    woken = []
    goes = threading.Event()

    def read(part: slice) -> None:
        goes.wait()
        if fails and part.start == 3:
            raise KeyError(part.start)

    load = Load(read, 20, 1, [])
    tell = load._changed.notify_all
    load._changed.notify_all = lambda: (woken.append(1), tell())  # type: ignore[method-assign]
    pool = ReaderPool(2)
    pool.add(load)
    goes.set()
    try:
        load.wait()
    except KeyError:
        assert fails
    pool.stop()
    assert woken == [1]

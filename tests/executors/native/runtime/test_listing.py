"""Which kernels are handed out together, and what lies before the gate."""

from dataclasses import replace

from pellucid.executors.native.runtime.listing import Gate, Listing, Section, sections, shared_work
from pellucid.executors.native.schedule.work import Work

LITTLE, MUCH = 100.0, 1e6  # nanoseconds


def test_small_kernels_in_a_row_are_one_section():
    work = [Work(1, LITTLE), Work(5, LITTLE), Work(4, MUCH), Work(1, MUCH), Work(9, LITTLE)]
    assert sections([*work, Work(2, MUCH)], 2) == [(0, 2, 1), (2, 1, 4), (3, 2, 1), (5, 1, 2)]


def test_kernels_that_share_strips_are_one_section():
    work = [Work(1, LITTLE), Work(12, MUCH), Work(8, MUCH, strips=4), Work(1, LITTLE)]
    for count in (1, 2):
        assert sections(work, count) == [(0, 1, 1), (1, 2, 4), (3, 1, 1)]
    more = [*work[:3], Work(16, MUCH, strips=4), Work(4, MUCH), Work(8, MUCH, strips=8), work[3]]
    assert sections(more, 2) == [(0, 1, 1), (1, 3, 4), (4, 2, 8), (6, 1, 1)]
    small = [Work(1, LITTLE), Work(12, LITTLE), Work(8, LITTLE, strips=4)]
    assert sections(small, 2) == [(0, 1, 1), (1, 2, 4)]


def test_turns_of_a_loop_that_keeps_rows_apart_are_one_section():
    turns = [Work(8, 10_000.0, loop=1), Work(8, 1_000.0, loop=1)] * 3
    work = [Work(1, LITTLE), *turns, Work(1, LITTLE), *(replace(w, loop=2) for w in turns)]
    assert sections(work, 2) == [(0, 1, 1), (1, 6, 2), (7, 1, 1), (8, 6, 2)]
    assert [share.units for share in shared_work(work)] == [8, 8]
    little = [Work(8, LITTLE, loop=1)] * 4
    assert sections(little, 2) == [(0, 4, 1)]
    assert shared_work(little) == []


def test_no_section_reaches_over_the_gate():
    work = [Work(1, LITTLE)] * 4
    parts = sections(work, 2, 3)
    assert parts == [Section(0, 3, 1), Section(3, 1, 1)]
    assert Gate(3, 0).part(parts) == 1


def test_a_listing_tells_what_one_thread_calls_and_what_some_share():
    work = [Work(4, LITTLE), Work(6, MUCH)]
    listing = Listing([11, 22], [(0, 8, 16), ()], work, Gate(1, 7))
    calls = listing._alone.entries
    assert calls[:, 0].tolist() == [11, 22]
    assert calls[:, 2:].tolist() == [[0, 4], [0, 6]]
    assert listing._alone.words.tolist() == [2, calls.ctypes.data, 1, 7]
    _, parts = listing.divided(2)
    assert parts == len(sections(work, 2, 1))

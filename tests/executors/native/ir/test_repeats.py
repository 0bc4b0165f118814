"""Calls of a loop are those of one turn at moved places."""

import json

import numpy as np

from pellucid.executors.native.ir.repeats import Move, Repeat, as_json, from_json, unrolled

MOVES = (Move(7, 100), Move(8, 10, stride=4), Move(9, 1, stride=50, phase=1, period=2, row=3))
BINDINGS = [(5, 5, 5), (0, 1, 0, 1, 2, 0, 2, 3, 0)]


def listed(items):
    return [(number, places.tolist()) for number, places in unrolled(items, BINDINGS)]


def test_a_kernel_is_called_once_with_its_own_bindings():
    assert listed([0]) == [(0, [[5, 5, 5]])]


def test_slices_move_with_the_turns_and_rows_take_turns():
    found = listed([Repeat(3, False, MOVES, (1,))])
    assert [number for number, _ in found] == [1, 1, 1]
    assert [places[0] for _, places in found] == [[7, 101, 0]] * 3
    assert [places[1] for _, places in found] == [[8, 12, 0], [8, 16, 0], [8, 20, 0]]
    assert [places[2] for _, places in found] == [[9, 54, 3], [9, 4, 3], [9, 54, 3]]


def test_backwards_the_last_slice_comes_first_and_rows_still_take_turns():
    found = listed([Repeat(3, True, MOVES, (1,))])
    assert [places[1][1] for _, places in found] == [20, 16, 12]
    assert [places[2][1] for _, places in found] == [54, 4, 54]


def test_a_loop_within_a_loop_moves_with_both():
    inner = Repeat(2, False, (Move(1, 0, stride=1), Move(1, 0), Move(1, 0)), (1,))
    outer = Repeat(2, False, (Move(0, 0), Move(3, 0, stride=1000)), (inner,))
    assert [places[0][:2] for _, places in listed([outer])] == [
        [3, 1],
        [3, 2],
        [3, 1001],
        [3, 1002],
    ]


def test_items_are_kept_as_json():
    inner = Repeat(2, True, MOVES, (0, 1))
    item = Repeat(3, False, MOVES, (0, inner))
    assert from_json(json.loads(json.dumps(as_json(item)))) == item
    assert np.array_equal(inner.slices(), [1, 0])

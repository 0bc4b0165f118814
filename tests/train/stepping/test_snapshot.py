"""Copies of variables: gone back to, followed step by step, and told old once one is assigned."""

import numpy as np

import pellucid as pc
from pellucid.train.run_files.checkpoint import Position
from pellucid.train.stepping import snapshot
from pellucid.train.stepping.snapshot import Snapshot

START = Position(10, 2, 4)


def made():
    w, rate = pc.Parameter(np.float32([1.0, 2.0])), pc.Buffer(np.float32(0.1))
    return w, rate, Snapshot(START, [w], [w, rate])


def test_the_variables_are_as_they_were():
    w, _, taken = made()
    w.assign(np.float32([7.0, 8.0]))
    taken.restore()
    assert w.tolist() == [1.0, 2.0]
    w.assign(np.float32([9.0, 9.0]))  # the copy is its own, and serves again
    taken.restore()
    assert w.tolist() == [1.0, 2.0]


def test_each_step_since_is_told_with_the_position_before_it():
    _, _, taken = made()
    taken.note(START, np.array([[0, 1], [2, 3]]))
    taken.note(Position(12, 2, 6), np.array([[4, 5]]))
    assert [(p.step, p.epoch, p.step_in_epoch, row.tolist()) for p, row in taken.steps()] == [
        (10, 2, 4, [0, 1]), (11, 2, 5, [2, 3]), (12, 2, 6, [4, 5]),
    ]  # fmt: skip


def test_it_is_old_once_a_variable_was_assigned_or_time_has_passed(monkeypatch):
    w, rate, taken = made()
    assert not taken.is_old
    rate.assign(np.float32(0.2))
    assert taken.is_old
    taken.renew(Position(11, 2, 5))
    assert not taken.is_old
    monkeypatch.setattr(snapshot, "SECONDS_BETWEEN", 0.0)
    assert taken.is_old
    w.assign(np.float32([5.0, 5.0]))
    taken.renew(Position(12, 2, 6))
    w.assign(np.float32([6.0, 6.0]))
    taken.restore()
    assert (w.tolist(), taken.start.step, list(taken.steps())) == ([5.0, 5.0], 12, [])


def test_a_number_that_is_not_finite_is_seen():
    w, rate, taken = made()
    rate.assign(np.float32(np.inf))  # not among those that a step changes
    assert taken.is_finite()
    w.assign(np.float32([0.0, np.nan]))
    assert not taken.is_finite()

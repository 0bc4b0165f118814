"""What a captured function does to variables: reads, writes, settings, calls, each noted."""

import contextlib

import numpy as np
import pytest

import pellucid as pc
from pellucid.recordings import (
    Changes,
    Tracing,
    active_recording,
    called,
    depth,
    entered,
    is_inside,
    is_recording,
    recording,
    setting,
    unrecorded,
    watch,
)


def variable(name="w"):
    w = pc.Parameter(np.float32([1.0, 2.0]))
    w.name = name
    return w


def test_reads_are_one_symbol_and_writes_are_not_carried_out():
    w = variable()
    with recording() as record:
        first = w.read()
        assert record.read(w) is first
        assert first.array.name == "w"
        w.assign(np.float32([5.0, 6.0]))
        assert w.read() is record.writes[w]
    assert w.tolist() == [1.0, 2.0]
    assert list(record.reads) == list(record.writes) == [w]


def test_outside_there_is_none_and_it_ends_with_an_error_too():
    with contextlib.suppress(ValueError), recording():
        assert is_recording()
        raise ValueError
    assert not is_recording()


def test_what_is_unrecorded_is_carried_out():
    w = variable()
    with recording() as record, unrecorded():
        w.assign(np.float32([3.0, 4.0]))
    assert (w.tolist(), record.writes) == ([3.0, 4.0], {})


def test_a_function_that_runs_as_it_stands_reads_what_variables_hold():
    w = variable()
    with recording(Tracing()) as record:
        assert w.read().tolist() == [1.0, 2.0]
        assert active_recording() is None  # it is no capture
        w.assign(np.float32([3.0, 4.0]))
        assert w.read().tolist() == [3.0, 4.0]
    assert list(record.writes) == [w]


def test_trainable_variables_that_nobody_holds_are_told():
    held, lost, written = variable("held"), variable("lost"), variable("written")
    fixed = pc.Buffer(np.float32([0.0]))
    with recording() as record:
        for each in (held, lost, written, fixed):
            each.read()
        written.assign(np.float32([0.0, 0.0]))
    assert record.unheld({held}) == ["lost (2,)"]


def test_settings_are_noted_with_how_to_read_them_again():
    mode, changes = {"training": True}, Changes()
    assert setting(lambda: mode["training"], changes) is True  # outside nothing is noted
    with recording() as record:
        assert setting(lambda: mode["training"], changes) is True
        watch(changes, lambda: len(mode), changes)
    ((read, value, told),) = record.settings
    mode["training"] = False
    assert (read(), value, told) == (False, True, changes)
    assert len(record.watched) == 1


@pytest.mark.parametrize("is_captured", [False, True])
def test_objects_that_are_called_from_outside_are_kept(is_captured):
    class Layer:
        pass

    outer, inner = Layer(), Layer()
    place = contextlib.nullcontext
    with recording() if is_captured else place():
        with entered(outer, place()), entered(inner, place()):
            assert depth() == 2
            assert is_inside()
        assert depth() == 0
        assert outer in called()
        assert inner not in called()

"""Ctrl-C that a library turns into an error of its own is Ctrl-C still."""

import os
import signal
import sys

import pytest

from pellucid.cli import INTERRUPTED
from pellucid.cli import commands as module
from pellucid.cli.pressed import noticing


def swallowing() -> None:
    """What code in C does with an exception that arises in what it calls."""
    try:
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(10_000):  # until the signal is here
            pass
    except KeyboardInterrupt:
        raise ValueError("invalid bounding box") from None


@pytest.mark.skipif(sys.platform == "win32", reason="no signals between processes")
def test_an_error_after_ctrl_c_is_an_interruption(run, monkeypatch):
    # Where tests run side by side, Ctrl-C is ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(module.pellucid, "main", lambda *_, **__: swallowing())
    try:
        code, _, said = run("about")
    finally:
        signal.signal(signal.SIGINT, before)
    assert (code, said.strip()) == (INTERRUPTED, "pellucid: interrupted.")


def test_other_errors_are_what_they_are(run, monkeypatch):
    def fail(*_, **__):
        raise ValueError("invalid bounding box")

    monkeypatch.setattr(module.pellucid, "main", fail)
    code, _, said = run("about")
    assert code == 1
    assert "mistake in pellucid itself: ValueError: invalid bounding box" in said


def test_what_ctrl_c_did_before_it_does_again():
    before = signal.getsignal(signal.SIGINT)
    with noticing() as pressed:
        assert (signal.getsignal(signal.SIGINT) is before) == (
            before is not signal.default_int_handler
        )
    assert signal.getsignal(signal.SIGINT) is before
    assert not pressed.once
    ignoring = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with noticing():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, ignoring)

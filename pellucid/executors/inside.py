"""Python functions called from a running compiled program, and a guard against deadlock there.

Inside          a thread that runs rules of a program
wait_outside    wait until a program runs no rule
called_inside   the error for who cannot wait
"""

import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any, Protocol

from pellucid.errors import GraphError

LOOKS, SECONDS_BETWEEN = 10, 0.02  # how often a rule is seen to wait before that is believed


class Inside:
    """The calling thread, which runs rules of a program, and the threads that there were before."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self._before = threading.enumerate()

    def is_mine(self) -> bool:
        """Whether the calling thread is the one."""
        return self.thread == threading.get_ident()

    def waits_for_me(self) -> bool:
        """Whether the rule waits for the calling thread: if that one waits too, neither ends.

        It does where it waits within `threading`, as all of Python's own ways to wait do, and
        the calling thread began under it or works on the very future that it asks for.
        """
        frame = sys._current_frames().get(self.thread)
        if frame is None or frame.f_globals.get("__name__") != "threading":
            return False
        if threading.current_thread() not in self._before:
            return True
        wanted = set(map(id, _futures(frame)))
        return any(id(future) in wanted for future in _futures(sys._getframe()))


class Running(Protocol):
    """A program that tells who runs its rules, while somebody does."""

    @property
    def inside(self) -> Inside | None: ...


def wait_outside(program: Running) -> None:
    """Wait until a program runs no rule in Python.

    Errors: GraphError where the calling thread runs such a rule, or is waited for by one.
    """
    seen = 0
    while (inside := program.inside) is not None:
        seen = seen + 1 if inside.waits_for_me() else 0
        if inside.is_mine() or seen == LOOKS:
            raise called_inside()
        time.sleep(SECONDS_BETWEEN)


def called_inside() -> GraphError:
    """The error for calling what waits for the caller."""
    return GraphError(
        "a compiled function was called by a primitive that it runs itself. It cannot "
        "begin again before it has ended: call another function there, or leave it "
        "uncompiled."
    )


def _futures(frame: FrameType | None) -> Iterator[Any]:
    """The futures that the functions of a stack ask for, or work on."""
    while frame is not None:
        if frame.f_globals.get("__name__", "").startswith("concurrent.futures"):
            from concurrent.futures import Future  # it is there, as a function of it runs

            for value in frame.f_locals.values():
                worked_on = getattr(value, "future", value)
                if isinstance(worked_on, Future):
                    yield worked_on
        frame = frame.f_back

"""Ctrl-C, SIGTERM and SIGHUP, kept until training can end cleanly.

Interrupts    inside, a signal is noted; Ctrl-C after it stops at once
SIGNALS       those that are noted, as far as the system has them
"""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # clusters send the second, terminals that close the third
SIGNALS = tuple(signal.Signals[name] for name in NAMES if hasattr(signal, name))


class Interrupts:
    """Signals that arrived inside a `with` block; `received` is the first of them.

    After it only Ctrl-C stops at once: of the others a closing terminal or a cluster may send
    several. A SIGHUP that the process ignores, as under nohup, stays ignored. Where signals cannot
    be had, as in a thread that is not the main one, nothing is changed.
    """

    def __init__(self) -> None:
        self.received: signal.Signals | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> "Interrupts":
        if threading.current_thread() is threading.main_thread():
            for number in filter(_is_ours, SIGNALS):
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.received is None:
            self.received = signal.Signals(number)
        elif number == signal.SIGINT:
            raise KeyboardInterrupt


def _is_ours(number: signal.Signals) -> bool:
    """Whether a signal may be noted.

    Not one that code in C handles, which could not be put back, nor the SIGHUP that nohup has
    ignored. Ctrl-C is noted even so: a shell has its background jobs ignore it, and `kill -INT`
    is how to stop them.
    """
    handler = signal.getsignal(number)
    return handler is not None and (number.name != "SIGHUP" or handler != signal.SIG_IGN)

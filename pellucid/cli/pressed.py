"""Whether Ctrl-C was pressed, where what it raises may turn into another error on its way.

Pressed     whether it was
noticing    inside, Ctrl-C raises KeyboardInterrupt as ever, and is noted
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Pressed:
    """Whether Ctrl-C was pressed: libraries in C may give an error of their own in its place.

    Matplotlib does while it draws: a number that Python cannot give it, as it is being interrupted,
    is an invalid box.
    """

    once = False

    def note(self, number: int, frame: FrameType | None) -> None:
        """Note it, and raise what it raises."""
        self.once = True
        signal.default_int_handler(number, frame)


@contextmanager
def noticing() -> Iterator[Pressed]:
    """Where Ctrl-C does something else than to raise, nothing is changed."""
    pressed = Pressed()
    usual = signal.default_int_handler
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGINT) is not usual:
        yield pressed
        return
    signal.signal(signal.SIGINT, pressed.note)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, usual)

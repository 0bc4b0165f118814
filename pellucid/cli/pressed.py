"""Whether Ctrl-C was pressed, where what it raises may turn into another error on its way.

Pressed     inside, Ctrl-C raises KeyboardInterrupt as ever, and is noted
"""

import signal
import threading
from types import FrameType, TracebackType


class Pressed:
    """Notes Ctrl-C: libraries in C may give an error of their own in the place of its exception.

    Matplotlib does while it draws: a number that Python cannot give it, as it is being interrupted,
    is an invalid box. Where Ctrl-C does something else than to raise, nothing is changed.
    """

    def __init__(self) -> None:
        self.once = False
        self._replaced = False

    def __enter__(self) -> "Pressed":
        is_main = threading.current_thread() is threading.main_thread()
        if is_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._replaced = True
            signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._replaced:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.once = True
        signal.default_int_handler(number, frame)

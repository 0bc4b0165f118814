"""How long a run has trained, counted over every time that it went on.

Clock    the seconds so far, and whether the limit is reached
"""

import time
from types import TracebackType

from pellucid.errors import OptionError
from pellucid.train.stepping.pace import spoken


class Clock:
    """Seconds inside `with` blocks: of steps, measuring and saving."""

    def __init__(self, limit: float | None = None) -> None:
        self._limit = limit
        self._before = 0.0
        self._began: float | None = None

    def __enter__(self) -> "Clock":
        self._began = time.monotonic()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._before = self.seconds
        self._began = None

    def resumed(self, seconds: float) -> None:
        """A checkpoint says how long training had taken before it."""
        self._before = seconds

    @property
    def seconds(self) -> float:
        """How long it has trained in all."""
        return self._before + (0.0 if self._began is None else time.monotonic() - self._began)

    @property
    def ended(self) -> str:
        """Why training ends by the time limit; empty where it does not."""
        if self._limit is None or self.seconds < self._limit:
            return ""
        return f"{TIME_LIMIT} of {spoken(self._limit)} reached"


TIME_LIMIT = "time limit"  # how the reason begins


def check_limit(seconds: float | None) -> None:
    """Raise OptionError for a limit that is no time."""
    if seconds is not None and not seconds > 0:
        raise OptionError(f"Trainer: max_seconds is {seconds}. It must be more than 0.")

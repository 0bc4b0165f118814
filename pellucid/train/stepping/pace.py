"""How many steps run natively before Python has its turn, for progress and Ctrl-C.

    Pace    adapts the number so that control comes back about ten times a second
    spoken  a time in words, such as "3 min 20 s"

Ten times a second is smooth for a progress bar and prompt for Ctrl-C, and costs nothing. The
number of steps never changes what they compute.
"""

import time
from dataclasses import dataclass, field

TARGET_SECONDS = 0.1
# The first call compiles: its time says nothing about a step.
FIRST = 1


@dataclass
class Pace:
    """The length of the next chunk, from the time that the last ones took."""

    length: int = FIRST
    steps: int = 0
    seconds: float = 0.0
    first_epoch: int = 0
    _began: float | None = field(default=None, repr=False)
    _started: float = field(default=0.0, repr=False)
    _is_warm: bool = field(default=False, repr=False)

    def begin(self, epoch: int) -> None:
        """Training begins, after `epoch` epochs."""
        self.first_epoch = epoch
        self._began = time.perf_counter()

    @property
    def duration(self) -> float:
        """Seconds since training began; 0 where it has not."""
        return 0.0 if self._began is None else time.perf_counter() - self._began

    def start(self) -> None:
        """A chunk begins."""
        self._started = time.perf_counter()

    def stop(self, steps: int) -> None:
        """A chunk of `steps` steps is done."""
        taken = time.perf_counter() - self._started
        if not self._is_warm:
            self._is_warm = True
            return
        self.steps += steps
        self.seconds += taken
        fitting = int(TARGET_SECONDS * steps / max(taken, 1e-9))
        # At most four times as long as the last one: a single quick chunk proves little.
        self.length = max(1, min(fitting, 4 * steps))

    @property
    def steps_per_second(self) -> float:
        """Steps a second, compiling left out; 0 before the second chunk."""
        return self.steps / self.seconds if self.seconds else 0.0


def spoken(seconds: float) -> str:
    """A time in words, to about a hundredth.

    >>> spoken(0.5), spoken(42.4), spoken(200.0), spoken(7500.0)
    ('0.50 s', '42 s', '3 min 20 s', '2 h 5 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:#.2g}".removesuffix(".") + " s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole // 60 % 60} min"

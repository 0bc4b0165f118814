"""How much work a kernel is, and into how many pieces threads share it.

Work    what there is to divide of a kernel: units, and their time
"""

from dataclasses import dataclass

SHARED_NANOSECONDS = 2_500  # less is done before another thread has seen that it can help
CHUNK_NANOSECONDS = 12_000  # of a chunk that is worth being handed out by itself
MOST_CHUNKS = 16  # for each thread


@dataclass(frozen=True)
class Work:
    """What there is to divide of a kernel: independent units, and a rough time for all.

    With `strips` above 1 it goes together with the kernel before: strip by strip of both.
    """

    units: int
    nanoseconds: float
    strips: int = 1

    def chunks(self, threads: int) -> int:
        """Into how many ranges of units it is divided: as many for each thread, if it can be."""
        if self.nanoseconds < SHARED_NANOSECONDS or threads == 1:
            return 1
        each = round(self.nanoseconds / threads / CHUNK_NANOSECONDS)
        return max(1, min(self.units, threads * max(1, min(each, MOST_CHUNKS))))

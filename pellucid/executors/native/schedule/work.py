"""How much work a kernel is, and into how many pieces threads share it.

Work    what there is to divide of a kernel: units, and their time
"""

from dataclasses import dataclass
from functools import lru_cache

from pellucid.executors import cpus

# Less is done before another thread has seen that it can help. With this, and as many chunks for
# each thread, 784-50-10 with SGD fell from 131 to 91 microseconds (23 Nov 2026, two threads of 2
# virtual CPUs with AVX-512; other changes of that day have a part in it).
SHARED_NANOSECONDS = 2_500
CHUNK_NANOSECONDS = 12_000  # of a chunk. Chosen: to hand one out costs little beside it
# Where some CPUs are slower than others. Chosen: at the end of each kernel all wait for the last
# chunk, so that a core of half the speed costs 4 microseconds, not 12.
CHUNK_NANOSECONDS_UNLIKE = 4_000
MOST_CHUNKS = 16  # for each thread. Chosen: who loses its CPU holds up a sixteenth of its share
# The same for a loop: each time all of its matrices are read. W7 took 6.7 ms with one, 6.4 with two
# or four, and beside other work 122, 78 and 94 (29 Nov 2026, Zen 4, two virtual CPUs).
MOST_CHUNKS_OF_LOOP = 4


@lru_cache(maxsize=1)
def _are_alike() -> bool:
    return cpus.are_alike()


def chunk_nanoseconds() -> int:
    """The time of a chunk on this machine."""
    return CHUNK_NANOSECONDS if _are_alike() else min(CHUNK_NANOSECONDS, CHUNK_NANOSECONDS_UNLIKE)


@dataclass(frozen=True)
class Work:
    """What there is to divide of a kernel: independent units, and a rough time for all.

    With `strips` above 1 it goes together with the kernel before: strip by strip of both. Kernels
    of one `loop`, if that is not 0, go together turn after turn: the same units of all of them.
    """

    units: int
    nanoseconds: float
    strips: int = 1
    loop: int = 0

    def chunks(self, threads: int) -> int:
        """Into how many ranges of units it is divided: if possible equally many a thread."""
        if self.nanoseconds < SHARED_NANOSECONDS or threads == 1:
            return 1
        each = round(self.nanoseconds / threads / chunk_nanoseconds())
        most = MOST_CHUNKS_OF_LOOP if self.loop else MOST_CHUNKS
        return max(1, min(self.units, threads * max(1, min(each, most))))

"""Random numbers for the samples that are read: by seed, epoch and row, whoever reads them.

    Draws    a generator for each row of one epoch
    LOOK     those for who looks at samples, or measures on them

Philox is a counter-based cipher: seed and purpose are the key, epoch and row stand in the upper
half of the counter, so that no two rows have numbers in common.
"""

from typing import Any, NamedTuple

import numpy as np

TRAIN = int.from_bytes(b"tran", "big")
MEASURE = int.from_bytes(b"look", "big")


class Draws(NamedTuple):
    """What the numbers depend on, besides the row.

    >>> a, b = (Draws(3, 0).of(7).random() for _ in range(2))
    >>> a == b, a == Draws(3, 1).of(7).random()
    (True, False)
    """

    seed: int
    epoch: int
    purpose: int = TRAIN

    def of(self, row: int) -> Any:
        """The generator of a row, at its beginning.

        Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3" (Philox4x64).
        """
        key = np.array([self.seed, self.purpose], np.uint64)
        counter = np.array([0, 0, self.epoch, row], np.uint64)
        return np.random.Generator(np.random.Philox(key=key, counter=counter))


LOOK = Draws(0, 0, MEASURE)

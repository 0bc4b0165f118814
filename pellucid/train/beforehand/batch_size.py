"""The largest batch that fits into memory, from what the program of a step sets aside.

largest_batch    found without running a step
LargestBatch     it, and what it takes
"""

from dataclasses import dataclass

import numpy as np

from pellucid.capacity import available, in_words
from pellucid.errors import CapacityError, OptionError
from pellucid.strict import strict
from pellucid.train.trainer import Trainer

SHARE = 0.9  # of the memory that is free: the rest is for others, and for what is not counted


@strict
@dataclass(frozen=True)
class LargestBatch:
    """The largest batch that fits into `memory` bytes, and what it and the run's own take.

    `size`: samples; `needed`: bytes of a step with it, `usual_needed` of one with the `usual`
    batch; `is_all`: whether it is the whole training set.
    """

    size: int
    needed: int
    memory: int
    usual: int
    usual_needed: int
    is_all: bool = False

    def __str__(self) -> str:
        which = ", all there are" if self.is_all else ""
        return (
            f"largest batch: {self.size:,} samples{which}\n"
            f"a step with it takes {in_words(self.needed)} of {in_words(self.memory)}; with "
            f"{self.usual:,} samples, as now, {in_words(self.usual_needed)}"
        )


@strict
def largest_batch(trainer: Trainer, memory: int | None = None) -> LargestBatch:
    """The most samples a step whose program fits into `memory` bytes.

    Left out, memory is nine tenths of what is free.

    Counted is what the program sets aside for the values of a step, which the executor's plan
    tells: nothing is run or compiled, and nothing is tried until it breaks. Data, weights and what
    the optimizer keeps are in memory already. A larger batch is not a better one: the gradient is
    less noisy, and an epoch has fewer updates.

    Units:  memory: bytes.
    Errors: CapacityError where not even a batch of one sample fits; OptionError for a memory
        below 1.
    """
    if memory is not None and memory < 1:
        raise OptionError(f"largest_batch: memory is {memory}. It counts bytes: at least 1.")
    room = int(SHARE * available()) if memory is None else memory
    found = _Search(trainer, room)
    most = len(trainer.train)
    usual = trainer.options.batch_of(most)
    size = found.largest(most)
    return LargestBatch(size, found(size), room, usual, found(usual), is_all=size == most)


class _Search:
    """Bytes by batch size, each found once."""

    def __init__(self, trainer: Trainer, room: int) -> None:
        self._step = trainer._program
        self._room = room
        self._known: dict[int, int] = {}

    def __call__(self, size: int) -> int:
        """What a step with so many samples takes."""
        if size not in self._known:
            self._known[size] = self._step.room_for(np.arange(size))
        return self._known[size]

    def largest(self, most: int) -> int:
        """The largest that fits: between one that does and one that does not, on a line."""
        if self(1) > self._room:
            raise CapacityError(
                f"largest_batch: a step with one sample takes {in_words(self(1))}, there are "
                f"{in_words(self._room)}. Choose fewer or smaller layers."
            )
        if self(most) <= self._room:
            return most
        fits = 1
        over = most
        while over - fits > max(1, fits // 64):
            below = self(fits)
            above = self(over)
            share = (self._room - below) / max(above - below, 1)
            guess = fits + int(share * (over - fits))
            # Not at an end, where it would not become shorter by much.
            margin = max(1, (over - fits) // 16)
            guess = min(max(guess, fits + margin), over - margin)
            fits, over = (guess, over) if self(guess) <= self._room else (fits, guess)
        return fits

"""A user's own transform of samples, when these are read.

Transformed    rows that a function makes of others, one by one
"""

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.data.draws import LOOK, Draws
from pellucid.data.unread_rows import UnreadRows
from pellucid.errors import DataError, OptionError

Transform = Callable[[Any, Any], Any]


class Transformed(UnreadRows):
    """Rows as `transform(sample, rng)` makes them of those of a source.

    `rng`: a numpy.random.Generator, whose numbers depend on seed, epoch and row alone.
    """

    piece = 1

    def __init__(self, source: UnreadRows, transform: Transform) -> None:
        if not callable(transform):
            raise OptionError(
                f"transform is {transform!r}. It is a function of a sample and a "
                "numpy.random.Generator, which gives the new sample: transform(sample, rng)."
            )
        self._source = source
        self._transform = transform
        self._name = getattr(transform, "__qualname__", type(transform).__name__)
        first = self._made(0, LOOK)
        super().__init__(len(source), first.shape, source.limit)

    def read(self, numbers: Any, out: Any, draws: Draws) -> None:
        """Transform the samples one by one."""
        for i, number in enumerate(map(int, numbers)):
            made = self._made(number, draws)
            if made.shape != self._sample:
                raise DataError(
                    f"{self._where(number)} made shape {made.shape}, of the first row "
                    f"{self._sample}. All samples must have one shape."
                )
            out[i] = made

    def place(self, number: int) -> str:
        """The place of the source, and the transform."""
        return f"{self._source.place(number)}, transform {self._name}"

    def digest(self) -> str:
        """That of the source, and the name of the transform."""
        return f"{self._source.digest()}{zlib.crc32(self._name.encode()):08x}"

    def _made(self, number: int, draws: Draws) -> Any:
        sample = self._source.sample(number)
        try:
            made = np.asarray(self._transform(sample, draws.of(number)))
        except Exception as error:
            told = f"{type(error).__name__}: {error}"
            raise DataError(f"{self._where(number)} raised {told}") from error
        if made.dtype.kind not in "biuf":
            raise DataError(f"{self._where(number)} made {made.dtype}. It makes numbers.")
        return made

    def _where(self, number: int) -> str:
        return f"row {number} ({self._source.place(number)}): transform {self._name}"

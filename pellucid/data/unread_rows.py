"""Samples that are read when they are asked for, where a data set in memory has an array.

UnreadRows    the shape of such an array, and rows of it on demand
Shards        the rows of several arrays, one after the other, such as those of files
joined        these, of arrays that are looked at first
checksum_of_rows    of an array that may be larger than memory
"""

import copy
import math
import zlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.data.draws import LOOK, Draws
from pellucid.errors import DataError, OptionError

PIECE_BYTES = 2**20  # that are looked at together


class UnreadRows(ABC):
    """An array (samples, ...) whose rows are read when they are asked for, and checked then.

    `rows[3]`, `rows[:10]` and `rows[numbers]` are arrays; `rows.take(numbers)` are rows that have
    not been read yet. `limit`: 0 for real numbers, which are finite; else ids are below it.
    `piece`: rows that a worker reads at a time.
    """

    piece = 64

    def __init__(self, count: int, sample: tuple[int, ...], limit: int = 0) -> None:
        self.dtype = np.dtype(np.int64 if limit else np.float32)
        self.limit = limit
        self.shape = (count, *sample)
        self._numbers: Any = None  # of the rows that are taken; None for all
        self._sample = sample

    @abstractmethod
    def read(self, numbers: Any, out: Any, draws: Draws) -> None:
        """Put the rows of these numbers into `out`. Errors: FileError, DataError."""

    def sample(self, number: int) -> Any:
        """One row, as an array that may be written."""
        out = np.empty((1, *self._sample), self.dtype)
        self.read(np.array([number]), out, LOOK)
        return out[0]

    @abstractmethod
    def place(self, number: int) -> str:
        """Where a row comes from, in words."""

    @abstractmethod
    def digest(self) -> str:
        """What differs for other rows, of all that were not left out."""

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of numbers."""
        return int(np.prod(self.shape))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: Any) -> Any:
        """Rows as an array; behind a comma, parts of them, as of an array."""
        if isinstance(index, tuple):
            first = np.asarray(index[0])
            table = self[first.reshape(-1)]
            return table[(np.arange(len(table)).reshape(first.shape), *index[1:])]
        numbers = np.arange(len(self))[index]
        out = np.empty((numbers.size, *self.shape[1:]), self.dtype)
        self.fill(numbers.reshape(-1), out)
        return out.reshape(*numbers.shape, *self.shape[1:])

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        """All rows, in memory."""
        return np.asarray(self[:], dtype)

    def fill(self, places: Any, out: Any, draws: Draws = LOOK) -> None:
        """Read the rows at some places into an array, and check them.

        Errors: FileError for what cannot be read; DataError naming the row that is not finite or
        not of the vocabulary.
        """
        if not len(places):
            return
        numbers = places if self._numbers is None else self._numbers[places]
        self.read(numbers, out.reshape(len(numbers), *self._sample), draws)
        table = out.reshape(len(numbers), -1)
        wrong = (table < 0) | (table >= self.limit) if self.limit else ~np.isfinite(table)
        if wrong.any():
            row, column = (int(i) for i in np.argwhere(wrong)[0])
            rule = f"ids are in 0..{self.limit - 1}" if self.limit else "every one must be finite"
            raise DataError(
                f"row {numbers[row]} ({self.place(int(numbers[row]))}): number {column} of the "
                f"features is {table[row, column]}; {rule}."
            )

    def take(self, places: Any, axis: int = 0) -> "UnreadRows":
        """The rows at these places alone, unread."""
        taken = copy.copy(self)
        taken._numbers = np.arange(len(self)) if self._numbers is None else self._numbers
        taken._numbers = taken._numbers[places]
        taken.shape = (len(taken._numbers), *self.shape[1:])
        return taken

    def reshape(self, count: int, *sample: int) -> "UnreadRows":
        """The same rows, each in another shape. Errors: ValueError where it does not fit."""
        shaped = copy.copy(self)
        # An array without memory of its own knows what sizes mean, -1 too.
        one = np.broadcast_to(np.float32(0), self.shape[1:]).reshape(sample)
        if count not in (-1, len(self)):
            raise ValueError(f"cannot reshape {len(self)} rows into {count}")
        shaped.shape = (len(self), *one.shape)
        return shaped

    def taken_digest(self) -> str:
        """The digest, with what was left out."""
        rows = b"" if self._numbers is None else np.ascontiguousarray(self._numbers).tobytes()
        return f"{self.digest()}{zlib.crc32(rows):08x}"


class Shards(UnreadRows):
    """The rows of several arrays, one after the other, as float32, or int64 where they are ids.

    `digest`: what tells them from others; left out, it is found in all their bytes.
    """

    def __init__(
        self, arrays: Sequence[Any], names: Sequence[str], limit: int = 0, digest: str = ""
    ) -> None:
        counts = [len(array) for array in arrays]
        super().__init__(sum(counts), arrays[0].shape[1:], limit)
        self._arrays = list(arrays)
        self._names = list(names)
        self._digest = digest
        self._starts = np.cumsum([0, *counts[:-1]])

    def read(self, numbers: Any, out: Any, draws: Draws) -> None:
        """Copy rows from the arrays that hold them; nothing is drawn."""
        shards = np.searchsorted(self._starts, numbers, side="right") - 1
        order = np.argsort(shards, kind="stable")
        here, firsts = np.unique(shards[order], return_index=True)
        for shard, at in zip(here, np.split(order, firsts[1:]), strict=True):
            rows = self._arrays[shard][numbers[at] - self._starts[shard]]
            with np.errstate(over="ignore"):  # too large for float32 becomes inf, which is told
                out[at] = rows

    def place(self, number: int) -> str:
        """The file, and the row of it."""
        shard = int(np.searchsorted(self._starts, number, side="right")) - 1
        return f"row {number - int(self._starts[shard])} of {self._names[shard]}"

    def digest(self) -> str:
        """What was given, or else the checksum of the numbers as they are read."""
        if not self._digest:
            total = 0
            for array in self._arrays:
                total = checksum_of_rows(array, self.dtype, total)
            self._digest = f"{total:08x}"
        return self._digest


def checksum_of_rows(array: Any, dtype: Any, before: int = 0) -> int:
    """The CRC-32 of numbers that are read some at a time, behind that of what came before."""
    of_row = math.prod(array.shape[1:]) * dtype.itemsize
    rows = max(1, PIECE_BYTES // max(1, of_row))
    for start in range(0, len(array), rows):
        part: Any = np.ascontiguousarray(array[start : start + rows], dtype)
        before = zlib.crc32(part, before)
    return before


def joined(where: str, arrays: Sequence[Any], names: Sequence[str], limit: int) -> Shards:
    """Several arrays as one. Errors: OptionError for none, DataError where shapes differ."""
    if not arrays:
        raise OptionError(f"{where}: no files. Give at least one.")
    for array, name in zip(arrays, names, strict=True):
        if array.ndim < 2 or array.shape[1:] != arrays[0].shape[1:]:
            raise DataError(
                f"{where}: {name} has shape {array.shape}, {names[0]} {arrays[0].shape}. Each is "
                "(samples, ...), and all samples have one shape."
            )
        if limit and array.dtype.kind not in "iu":
            raise DataError(f"{where}: {name} holds {array.dtype}. Ids are integers.")
    return Shards(arrays, names, limit)

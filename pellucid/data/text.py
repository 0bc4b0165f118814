"""Text as a sequence of characters, for models that guess the next one.

    read_text(path)          a file, its UTF-8 checked
    Vocabulary               each character as a number, and back
    text_windows(...)        pieces of a text, with the next character at each place
    text_parts(path, ...)    all of it: training, validation and test windows of one file

The parts are contiguous: windows drawn at random would put neighbours of what was learned into
the set that judges.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pellucid.data.datasets import Dataset, Indices
from pellucid.disk import AnyPath, expanded
from pellucid.errors import DataError, FileError, OptionError
from pellucid.io.files import file_error
from pellucid.strict import strict

MAX_BYTES = 2**28
FRACTIONS = (0.8, 0.1, 0.1)
NAMES = ("train", "validation", "test")


@strict
def read_text(path: AnyPath) -> str:
    """The text of a UTF-8 file, as it stands; a byte order mark is left out.

    Errors: FileError where it is missing, no regular file, above 256 MiB, or not UTF-8: then
        the byte, its position and its line are named.
    """
    file = Path(expanded(path))
    try:
        if not file.is_file():
            file.stat()
            raise FileError(f"read_text {file}: not a regular file. Give a text file.")
        if file.stat().st_size > MAX_BYTES:
            raise FileError(
                f"read_text {file}: {file.stat().st_size:,} bytes. At most {MAX_BYTES:,} are read."
            )
        content = file.read_bytes()
    except FileError:
        raise
    except OSError as error:
        raise file_error("read_text", file, error) from error
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileError(
            f"read_text {file}: byte 0x{content[error.start]:02x} at position {error.start:,} "
            f"(line {line:,}) is not UTF-8: {error.reason}. Save the file as UTF-8."
        ) from error


@strict
@dataclass(frozen=True)
class Vocabulary:
    """The characters that a text is made of; each one's number is its place.

    Errors: OptionError for fewer than 2 characters, or one that stands twice.

    >>> letters = Vocabulary.of("hello")
    >>> letters.characters, letters.encode("hole").tolist(), letters.decode([2, 1, 2])
    ('ehlo', [1, 3, 2, 0], 'lhl')
    """

    characters: str

    def __post_init__(self) -> None:
        if len(self.characters) < 2 or len(set(self.characters)) < len(self.characters):
            raise OptionError(
                f"Vocabulary: {self.characters[:80]!r}. It has at least 2 characters, each once."
            )

    @classmethod
    def of(cls, text: str) -> "Vocabulary":
        """The characters of a text, sorted by their code points."""
        return cls("".join(sorted(set(text))))

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, text: str) -> Indices:
        """The number of each character. Errors: DataError naming one that is not known."""
        known = _codes(self.characters)
        codes = _codes(text)
        order = np.argsort(known)
        places = np.searchsorted(known[order], codes).clip(max=len(self) - 1)
        ids: Indices = order[places].astype(np.int64)
        wrong = np.flatnonzero(known[ids] != codes)
        if wrong.size:
            raise DataError(
                f"Vocabulary: character {text[wrong[0]]!r} at position {wrong[0]} is not among "
                f"the {len(self)} that are known: {self.characters!r}."
            )
        return ids

    def decode(self, ids: Sequence[int] | Indices) -> str:
        """The text of these numbers. Errors: DataError for one outside the vocabulary."""
        numbers = [int(number) for number in ids]
        wrong = [number for number in numbers if not 0 <= number < len(self)]
        if wrong:
            raise DataError(f"Vocabulary: id {wrong[0]}. Ids go from 0 to {len(self) - 1}.")
        return "".join(self.characters[number] for number in numbers)


def _codes(text: str) -> NDArray[np.uint32]:
    """The code point of each character."""
    # A file name given as a prompt may hold lone surrogates: they are no character either.
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


@strict
def text_windows(
    text: str,
    vocabulary: Vocabulary,
    length: int,
    *,
    stride: int | None = None,
    name: str = "text",
) -> Dataset:
    """Pieces of `length` characters, and at each place the character that comes next.

        features[i, t] = text[i stride + t],  labels[i, t] = text[i stride + t + 1]

    Without a `stride` it is `length`: every character is guessed once. What is left over at
    the end is not used.

    Shapes: features and labels (windows, length) of ids; classes and vocabulary are its size.
    Errors: OptionError for a length or stride below 1; DataError for a text shorter than
        length + 1, or with characters outside the vocabulary.

    >>> data = text_windows("hello", Vocabulary.of("hello"), 2)
    >>> data.features.tolist(), data.labels.tolist()
    ([[1, 0], [2, 2]], [[0, 2], [2, 3]])
    """
    stride = length if stride is None else stride
    if length < 1 or stride < 1:
        raise OptionError(f"text_windows: length {length}, stride {stride}. Each at least 1.")
    if len(text) < length + 1:
        raise DataError(
            f"text_windows: {name!r} has {len(text):,} characters; windows of {length} need "
            f"{length + 1:,}. Give a longer text, or a smaller length."
        )
    ids = vocabulary.encode(text)
    pieces = np.lib.stride_tricks.sliding_window_view(ids, length + 1)[::stride]
    features = pieces[:, :-1].copy()
    labels = pieces[:, 1:].copy()
    features.flags.writeable = False  # so that training shares the table instead of copying it
    return Dataset(features, labels, name, len(vocabulary), len(vocabulary))


@strict
@dataclass(frozen=True)
class TextParts:
    """The windows of a text to train on, to choose by and to judge with, and its characters."""

    parts: tuple[Dataset, ...]
    vocabulary: Vocabulary


@strict
def text_parts(
    path: AnyPath, length: int = 64, fractions: Sequence[float] = FRACTIONS
) -> TextParts:
    """A text file in 2 or 3 contiguous parts, each cut into windows.

    The vocabulary is that of the whole file, so that every part can be encoded.
    Errors: as `read_text` and `text_windows`; OptionError for fractions that are not 2 or 3
        positive numbers with sum 1.
    """
    if not (
        len(fractions) in (2, 3) and min(fractions) > 0 and abs(float(sum(fractions)) - 1) < 1e-9
    ):
        raise OptionError(
            f"text_parts: fractions {tuple(fractions)}. Give 2 or 3 positive numbers with sum 1."
        )
    text = read_text(path)
    if len(set(text)) < 2:
        raise DataError(
            f"text_parts: {os.fspath(path)} has {len(set(text))} different characters. There is "
            "nothing to guess: at least 2 are needed."
        )
    vocabulary = Vocabulary.of(text)
    ends = [0, *(round(len(text) * float(part)) for part in np.cumsum(fractions))]
    stem = Path(path).name
    return TextParts(
        tuple(
            text_windows(text[start:end], vocabulary, length, name=f"{stem} {name}")
            for (start, end), name in zip(pairwise(ends), NAMES, strict=False)
        ),
        vocabulary,
    )

"""`pellucid predict --out FILE`: answers to many samples in a CSV file, one line for each.

write_answers    answers to pictures, folders of them, tables and arrays; how many there are
rows_in          the samples of a table or array file, by name
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from rich.console import Console
from rich.progress import Progress

from pellucid.cli.answering import Answering, as_record, words_in
from pellucid.cli.output import Output
from pellucid.cli.present import csv_writer
from pellucid.cli.values import as_number
from pellucid.errors import DataError, FileError, PellucidError
from pellucid.io import write_atomic
from pellucid.io.files import file_error

AT_ONCE = 256  # samples
TABLES = (".csv", ".tsv")
ARRAYS = (".npy", ".npz")

Rows = Iterator[tuple[str, str]]  # the name of each sample, and the word that it is asked by


def write_answers(
    answerings: Mapping[str, Answering], inputs: Sequence[str], out: Path, output: Output
) -> int:
    """Write the answers, all or none: what cannot be read is an error, and the file as it was.

    Errors: those of the samples, with their names; FileError.
    """
    first = next(iter(answerings.values()))
    words = [word for each in inputs for word in _words(first, each)]
    rows = (row for word in words for row in _rows(word))
    answered = 0

    def write(file: BinaryIO) -> None:
        nonlocal answered
        writer: Any = None
        text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not output.has_bar) as bar:
            task = bar.add_task("predict", total=len(words) if len(words) > 1 else None)
            while some := list(islice(rows, AT_ONCE)):
                for record in _answers(answerings, some):
                    writer = writer or csv_writer(text, record)
                    writer.writerow(record)
                answered += len(some)
                bar.update(task, advance=len(some))
        text.detach()

    write_atomic(out, write)
    return answered


def _answers(
    answerings: Mapping[str, Answering], some: Sequence[tuple[str, str]]
) -> Iterator[dict[str, Any]]:
    first = next(iter(answerings.values()))
    samples = [_sample(first, name, word) for name, word in some]
    found = {name: each.answer(samples) for name, each in answerings.items()}
    for place, (name, _) in enumerate(some):
        yield as_record(answerings, found, place, name)


def _sample(answering: Answering, name: str, word: str) -> Any:
    try:
        return answering.sample(word)
    except PellucidError as error:
        if name == word:
            raise
        raise DataError(f"predict {name}: {error}") from error


def _words(answering: Answering, word: str) -> list[str]:
    return [word] if _is_file_of_rows(word) else words_in(answering, [word])


def _is_file_of_rows(word: str) -> bool:
    return Path(word).suffix.casefold() in (*TABLES, *ARRAYS)


def _rows(word: str) -> Rows:
    if _is_file_of_rows(word):
        yield from rows_in(Path(word))
    else:
        yield word, word


def rows_in(path: Path) -> Rows:
    """The samples of a file: lines of a table, or rows of an array; named FILE:NUMBER, from 1 on.

    A first line without numbers is the heads of a table. Errors: FileError; DataError for an array
    that is not of numbers, or an archive of several.
    """
    kind = path.suffix.casefold()
    lines = _table(path) if kind in TABLES else _array(path)
    for number, line in enumerate(lines, start=1):
        yield f"{path}:{number}", line


def _table(path: Path) -> Iterator[str]:
    delimiter = "\t" if path.suffix.casefold() == ".tsv" else ","
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = (row for row in csv.reader(file, delimiter=delimiter) if row)
            for number, row in enumerate(rows):
                if number or any(as_number(cell) is not None for cell in row):
                    yield ",".join(cell.strip() for cell in row)
    except OSError as error:
        raise file_error("read", path, error) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileError(f"read {path}: it is no table of text in UTF-8 ({error}).") from error


def _array(path: Path) -> Iterator[str]:
    try:
        found = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise file_error("read", path, error) from error
    except ValueError as error:
        raise FileError(f"read {path}: it holds no array of numbers ({error}).") from error
    if not isinstance(found, np.ndarray):
        names = list(found)
        if len(names) != 1:
            raise DataError(
                f"predict {path}: it holds the arrays {', '.join(names)}. Give a file with one: "
                "numpy.save('x.npy', x)."
            )
        found = found[names[0]]
    if found.ndim < 2 or found.dtype.kind not in "biuf":
        raise DataError(
            f"predict {path}: an array of {found.dtype} of shape {found.shape}. It must be numbers "
            "with a row for each sample: shape (samples, ...)."
        )
    for row in found:
        yield ",".join(repr(x) for x in np.asarray(row).reshape(-1).tolist())

"""Metrics files: one JSON record a line, valid however the program ended.

    append_jsonl(path, records)    add records at the end
    read_jsonl(path)               every whole record; a torn last line is left out
    read_jsonl_kind(path, begin)   those whose lines begin so, without reading the others
    truncate_jsonl(path, step)     forget the records after a step, before a run resumes there

A line counts once its newline is there. A program killed while writing leaves at most one torn
line, the last: readers leave it out, and the next append cuts it off.
"""

import json
import math
import os
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

import numpy as np

from pellucid import disk
from pellucid.disk import AnyPath
from pellucid.errors import DataError, FileError, is_finite
from pellucid.io.files import file_error
from pellucid.strict import strict

Record = dict[str, Any]

NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


@strict
def append_jsonl(
    path: AnyPath, records: Iterable[Mapping[str, Any]], *, durable: bool = False
) -> None:
    """Append one line per record; the file is made where it is missing.

    Survives the end of the program (kill -9 included); with `durable` a power cut as well, which
    costs an fsync (milliseconds). JSON has no word for values that are not finite: they are
    written as the strings "NaN", "Infinity" and "-Infinity", and read back as numbers.
    When the disk fills up, the file is cut back to what it held before.

    Errors: DataError where a record holds something that JSON cannot say; FileError where the
        file cannot be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     append_jsonl(folder + "/metrics.jsonl", [{"step": 1, "loss": math.inf}])
    ...     read_jsonl(folder + "/metrics.jsonl")
    [{'step': 1, 'loss': inf}]
    """
    lines = b"".join(_line(path, record) for record in records)
    try:
        with open(disk.expanded(path), "ab+", buffering=0) as file:
            start = _cut_torn_line(file)
            try:
                _write_all(file, lines)
                if durable:
                    disk.flush(file.fileno())
            except BaseException:
                file.truncate(start)
                raise
    except OSError as error:
        raise file_error("append to", path, error) from error


@strict
def read_jsonl(path: AnyPath) -> list[Record]:
    """Every record of the file, in order; a torn last line is left out.

    Errors: FileError where the file cannot be read, or a whole line is not a JSON object; the
        line is named.
    """
    return [record for _, record in _records(path)]


def read_jsonl_kind(path: AnyPath, begin: bytes) -> list[Record]:
    """The records whose lines begin so, in order; the others are passed over, damaged or not.

    Errors: FileError, as in `read_jsonl`.
    """
    content = b"\n" + _content(path)
    found = []
    number = 0
    before = 0
    start = content.find(b"\n" + begin)
    while start >= 0:
        end = content.find(b"\n", start + 1) + 1
        if not end:  # torn
            break
        number += content.count(b"\n", before, start + 1)
        found.append(_parse(path, number, content[start + 1 : end]))
        before = start + 1
        start = content.find(b"\n" + begin, before)
    return found


@strict
def truncate_jsonl(path: AnyPath, step: int) -> int:
    """Cut the file before the first record whose "step" is above `step`; how many are left.

    Records without a "step" stay where they stand before the cut. A torn last line goes as well.

    Errors: FileError, as in `read_jsonl`, where a "step" is no whole number, or where the file
        cannot be written.
    """
    kept, end = 0, 0
    for line_end, record in _records(path):
        number = record.get("step", step)
        if type(number) is not int:
            raise FileError(
                f"truncate {os.fspath(path)}: line {kept + 1} has the step {number!r}. Steps are "
                "whole numbers; delete the damaged line to read the rest."
            )
        if number > step:
            break
        kept = kept + 1
        end = line_end
    try:
        os.truncate(disk.expanded(path), end)
    except OSError as error:
        raise file_error("truncate", path, error) from error
    return kept


def _line(path: AnyPath, record: Mapping[str, Any]) -> bytes:
    try:
        text = json.dumps(json_value(record), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"append to {os.fspath(path)}: the record {record!r} cannot be written as JSON: "
            f"{error}. Records hold text, numbers, true, false, None, lists and dictionaries."
        ) from error
    return text.encode() + b"\n"


def json_value(value: Any) -> Any:
    """The value in words of JSON: NumPy numbers and arrays as Python's, what is not finite as text.

    Recursion is as deep as the record is nested.
    """
    if isinstance(value, (np.generic, np.ndarray)):
        value = value.tolist()
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {key: json_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_value(item) for item in value]
    return value


def _from_plain(value: Any) -> Any:
    if isinstance(value, str):
        return NOT_FINITE.get(value, value)
    if isinstance(value, dict):
        return {key: _from_plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_from_plain(item) for item in value]
    return value


def _records(path: AnyPath) -> list[tuple[int, Record]]:
    """Each whole record with the offset in bytes at which its line ends."""
    found = []
    end = 0
    for number, line in enumerate(_content(path).splitlines(keepends=True), start=1):
        if not line.endswith(b"\n"):
            break
        end += len(line)
        found.append((end, _parse(path, number, line)))
    return found


def _content(path: AnyPath) -> bytes:
    try:
        with open(disk.expanded(path), "rb") as file:
            return file.read()
    except OSError as error:
        raise file_error("read", path, error) from error


def _parse(path: AnyPath, number: int, line: bytes) -> Record:
    try:
        record = _from_plain(json.loads(line, parse_int=_whole))
    except (ValueError, RecursionError) as error:
        raise FileError(
            f"read {os.fspath(path)}: line {number} is not JSON ({error}). Each line is one JSON "
            "object; delete the damaged line to read the rest."
        ) from error
    if not isinstance(record, dict):
        raise FileError(
            f"read {os.fspath(path)}: line {number} holds {record!r}. Each line is one JSON object."
        )
    return record


def _whole(text: str) -> int:
    number = int(text)
    if not is_finite(number):
        raise ValueError(f"a whole number of {len(text)} digits")
    return number


def _cut_torn_line(file: BinaryIO) -> int:
    """Cut what stands after the last newline, if anything does; the length of the file then."""
    length = file.seek(0, os.SEEK_END)
    end = length
    while end > 0:
        start = max(0, end - 4096)
        file.seek(start)
        newline = file.read(end - start).rfind(b"\n")
        if newline >= 0:
            end = start + newline + 1
            break
        end = start
    if end < length:
        file.truncate(end)
    return end


def _write_all(file: BinaryIO, content: bytes) -> None:
    """Unbuffered writes may stop short, as where the disk fills up: go on until all is in."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]

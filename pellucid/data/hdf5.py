"""Tables of an HDF5 file from strangers, read by a process of their own.

Table           what a file says of a table
opened_tables   an open file: its tables, and their elements piece by piece

A damaged file can make the HDF5 library end its process, or keep it busy for ever. That must not
happen to a process that trains: `hdf5_child` reads, within bounds of memory and time.
"""

import importlib.util
import json
import math
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pellucid.disk import AnyPath
from pellucid.errors import DataError, FileError

CHILD = Path(__file__).with_name("hdf5_child.py")
HEADER_BYTES = 100_000
PIECE_BYTES = 2**20
SECONDS = 120.0  # without a byte; the child itself stops after seconds of work


class Table(NamedTuple):
    """What a file says of a table."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]


@contextmanager
def opened_tables(name: str, path: AnyPath, keys: Sequence[str]) -> Iterator["Tables"]:
    """The tables of a file under some keys. `name` is the function that errors name.

    What a table claims to hold is compared with what the file stores, before memory is taken.

    Errors: FileError naming the file that cannot be read, is damaged, has no such tables, or
    claims more than it can hold; DataError where h5py is not installed.
    """
    if importlib.util.find_spec("h5py") is None:
        raise DataError(
            f"{name}: h5py, which reads HDF5 files, is not installed. "
            "Install it: python -m pip install h5py"
        )
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S603 (this very Python, with a file of pellucid)
            [sys.executable, "-P", str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
        try:
            asked = {"path": os.fspath(path), "keys": list(keys), "modules": sys.path}
            tables = Tables(f"{name}: {os.fspath(path)}", process, complaints)
            tables.begin(asked)
            yield tables
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


class Tables:
    """The tables of an open file: `known`, and their elements in that order."""

    def __init__(
        self,
        where: str,
        process: "subprocess.Popen[bytes]",
        complaints: Any,
    ) -> None:
        self.where = where
        self.process = process
        self.complaints = complaints
        self.known: list[Table] = []

    def begin(self, asked: dict[str, Any]) -> None:
        """Ask, and read what the file says of its tables."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(asked).encode())
            self.process.stdin.close()
        except BrokenPipeError:
            raise self._fault() from None
        line = self._read(HEADER_BYTES, line=True)
        if not line.endswith(b"\n"):
            raise self._fault()
        self.known = [Table(tuple(shape), np.dtype(kind)) for shape, kind in json.loads(line)]

    def pieces(self, table: Table) -> Iterator[Any]:
        """The elements of the next table, some rows at a time."""
        row = math.prod(table.shape[1:]) * table.dtype.itemsize
        left = math.prod(table.shape) * table.dtype.itemsize
        size = max(1, PIECE_BYTES // max(row, 1)) * max(row, 1)
        while left:
            content = self._read(min(size, left))
            if len(content) < min(size, left):
                raise self._fault()
            left -= len(content)
            yield np.frombuffer(content, table.dtype).reshape(-1, *table.shape[1:])

    def array(self, table: Table) -> Any:
        """All elements of the next table."""
        pieces = list(self.pieces(table))
        return np.concatenate(pieces).reshape(table.shape) if pieces else np.empty(*table)

    def _read(self, size: int, *, line: bool = False) -> bytes:
        """`size` bytes from the child, or one line; fewer where the child ends or is late."""
        assert self.process.stdout is not None
        late = threading.Timer(SECONDS, self.process.kill)
        late.daemon = True
        late.start()
        try:
            return self.process.stdout.readline(size) if line else self.process.stdout.read(size)
        finally:
            late.cancel()

    def _ended(self) -> int:
        """The exit code of the child, which may still want to write."""
        assert self.process.stdout is not None
        self.process.stdout.close()
        try:
            return self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def _fault(self) -> FileError:
        """Why the child wrote less than it should have."""
        code = self._ended()
        self.complaints.seek(0)
        try:
            said = json.loads(self.complaints.read(HEADER_BYTES))
        except ValueError:
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            return FileError(
                f"{self.where} is damaged: the HDF5 library gave up while reading it, in a process "
                f"of its own ({how}). Fetch it again."
            )
        if said["kind"] == "refused":
            return FileError(f"{self.where} {said['message']}")
        if said["kind"] == "read":
            return FileError(f"{self.where} cannot be read: {said['message']}. Check the path.")
        return FileError(f"{self.where} is damaged: {said['message']}. Fetch it again.")

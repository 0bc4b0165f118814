"""The door of HDF5 files: the two of the cats."""

import functools
import io
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from doors.case import Case, Door
from doors.damage import damaged
from pellucid.data import cats, hdf5_child
from pellucid.data.cats import TEST, TRAIN
from pellucid.data.hdf5 import opened_tables

STORED: list[dict[str, Any]] = [
    {},
    {"chunks": (1, 64, 64, 3)},
    {"chunks": (2, 16, 16, 1), "compression": "gzip"},
    {"chunks": True, "compression": "lzf", "shuffle": True},
    {"chunks": True, "fletcher32": True, "maxshape": (None, 64, 64, 3)},
]
MOST_WRITTEN = 100_001
COUNTS = [0, 1, 3, 1000, 100_000, MOST_WRITTEN, 2**31, 2**40]


def begin() -> None:
    """Make the files that others are made from."""
    _whole("train", 0)


def make(rng: random.Random, folder: Path) -> Case:
    """Both files, one of them damaged, or with a table that promises what is not there."""
    number, part = rng.randrange(len(STORED)), rng.choice(("train", "test"))
    for name, of in ((TRAIN, "train"), (TEST, "test")):
        (folder / name).write_bytes(_whole(of, number))
    path = folder / (TRAIN if part == "train" else TEST)
    if rng.random() < 0.2:
        path.write_bytes(_promising(rng, part))
    if rng.random() < 0.85:
        path.write_bytes(damaged(rng, path.read_bytes(), 6))
    # Processes take a third of a second to begin: most inputs are tried in a copy of this one.
    real = rng.random() < 0.1
    enter = (lambda: cats(folder)) if real else (lambda: _alone(path, part))
    return Case(enter, 2 * 3 * 64 * 64 * 3 * 4, f"{part}, stored {STORED[number]}")


def _alone(path: Path, part: str) -> None:
    """The damaged file, as `cats` reads it, by a child that is forked and not begun anew."""
    found, subprocess.Popen = subprocess.Popen, Forked  # type: ignore[misc, assignment]
    try:
        with opened_tables("door", path, (f"{part}_set_x", f"{part}_set_y")) as tables:
            for table in tables.known:
                tables.array(table)
    finally:
        subprocess.Popen = found  # type: ignore[misc]


class Forked:
    """As much of `subprocess.Popen` as the reader uses: `hdf5_child` in a copy of this process."""

    def __init__(self, command: Any, *, stderr: Any, **others: Any) -> None:
        del command, others
        (asked, ask), (answered, answer) = os.pipe(), os.pipe()
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            for place, file in enumerate((asked, answer, stderr.fileno())):
                os.dup2(file, place)
            os.closerange(3, 256)
            self._work()
        os.close(asked)
        os.close(answer)
        self.stdin, self.stdout = os.fdopen(ask, "wb"), os.fdopen(answered, "rb")

    def _work(self) -> None:
        code = 1
        try:
            sys.stdin = os.fdopen(0)
            sys.stdout = os.fdopen(1, "w")
            sys.stderr = os.fdopen(2, "w")
            code = hdf5_child.main()
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)

    def wait(self, timeout: float | None = None) -> int:
        """The exit code; below 0 the signal that ended it."""
        del timeout
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode

    def kill(self) -> None:
        """End it, if it has not ended."""
        if self.returncode is None:
            os.kill(self.pid, signal.SIGKILL)


@functools.cache
def _whole(part: str, number: int) -> bytes:
    rng, file = np.random.default_rng(number), io.BytesIO()
    with h5py.File(file, "w") as tables:
        pictures = rng.integers(0, 256, (3, 64, 64, 3), np.uint8)
        tables.create_dataset(f"{part}_set_x", data=pictures, **STORED[number])
        tables.create_dataset(f"{part}_set_y", data=np.arange(3) % 2)
        tables.create_dataset("list_classes", data=np.array([b"non-cat", b"cat"]))
    return file.getvalue()


def _promising(rng: random.Random, part: str) -> bytes:
    file, count = io.BytesIO(), rng.choice(COUNTS)
    options = dict(rng.choice(STORED))
    if options.get("chunks") is True and rng.random() < 0.5:
        options["chunks"] = (max(1, min(count, 50)), 64, 64, 3)
    if count < 2:
        options = {}
    with h5py.File(file, "w") as tables:
        table = tables.create_dataset(f"{part}_set_x", (count, 64, 64, 3), "u1", **options)
        # The first number written makes the library write where all chunks are to be.
        if 0 < count <= MOST_WRITTEN and rng.random() < 0.3 and options.get("chunks"):
            table[0] = 1
        tables.create_dataset(f"{part}_set_y", (count,), "i8")
    return file.getvalue()


DOOR = Door("hdf5", make, begin)

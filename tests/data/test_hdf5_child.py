"""The process that reads HDF5: bounds of its own, and its end tells nobody else's."""

import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from pellucid.data import hdf5
from pellucid.data.hdf5 import opened_tables
from pellucid.errors import FileError

TABLE = np.arange(6000, dtype=np.float32).reshape(1000, 3, 2)


def made(path: Path, *args: Any, **options: Any) -> Path:
    """A file with a table `x`."""
    with h5py.File(path, "w") as file:
        file.create_dataset("x", *args, **options)
    return path


def read(path: Path) -> Any:
    """The table `x` of a file."""
    with opened_tables("test", path, ["x"]) as tables:
        return tables.array(tables.known[0])


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("import os; os.abort()", r"the HDF5 library gave up .* \(signal 6\)"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "signal 11"),
        ("print('[[[9], \"f4\"]]', flush=True); import os; os.abort()", "signal 6"),
        ("raise SystemExit(3)", "exit code 3"),
        ("print('x' * 200000)", "exit code"),
        ("print('[[[9], \"f4\"]]', flush=True); import time; time.sleep(100)", "signal 9"),
    ],
    ids=["abort", "segfault", "abort while reading", "exit", "long header", "hang"],
)
def test_a_library_that_falls_over_takes_nobody_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, message: str
) -> None:
    child = tmp_path / "child.py"
    child.write_text(f"import sys\nsys.stdin.read()\n{script}\n")
    monkeypatch.setattr(hdf5, "CHILD", child)
    monkeypatch.setattr(hdf5, "SECONDS", 1.0 if "sleep" in script else 60.0)
    with pytest.raises(FileError, match=rf"test: .*a\.h5 is damaged: .*{message}"):
        read(made(tmp_path / "a.h5", data=TABLE))


def test_a_reader_that_turns_away_leaves_no_process(tmp_path: Path) -> None:
    path = made(tmp_path / "a.h5", data=np.zeros(10**7))
    with opened_tables("test", path, ["x"]) as tables:
        next(iter(tables.pieces(tables.known[0])))
    assert tables.process.returncode is not None


def test_the_child_bounds_itself(tmp_path: Path) -> None:
    script = "import sys; sys.path.insert(0, sys.argv[1]); import hdf5_child as c, resource as r\n"
    script += "c._limit(2**28, 1)\nprint(*r.getrlimit(r.RLIMIT_CPU))\n"
    script += "print(r.getrlimit(r.RLIMIT_AS)[0] < 2**34, r.getrlimit(r.RLIMIT_CORE)[0])\n"
    folder = str(hdf5.CHILD.parent)
    found = subprocess.run(
        [sys.executable, "-c", script, folder], capture_output=True, text=True, check=True
    )
    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    assert found.stdout.split() == ["1", str(most), "True", "0"]

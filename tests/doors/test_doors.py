"""The short form: some inputs at every door, within bounds of time and memory.

The long form is `python -m doors.run`, in the folder of the tests.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

import pellucid
from doors.bounded import try_inputs, try_one
from doors.case import Case, DifferError, Door
from doors.run import DOORS
from pellucid.errors import DataError

COUNTS = {"hdf5": 12, "config.json": 12, "metrics.jsonl": 20, "trials.jsonl": 40, "commands": 12}
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="bounds are those of Linux")


@pytest.mark.parametrize("name", DOORS)
def test_every_input_is_read_or_refused_in_order(name: str) -> None:
    # By a process of its own: children of one in which other tests have started threads hang.
    count = str(COUNTS.get(name, 100))
    command = [sys.executable, "-m", "doors.run", "--door", name, "--seed", "3", "--jobs", "1"]
    done = subprocess.run(
        [*command, "--count", count],
        cwd=Path(__file__).parents[1],
        env=os.environ | {"PYTHONPATH": str(Path(pellucid.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(rf"^{re.escape(name)} +{count} ", done.stdout, re.MULTILINE), done.stdout


def test_every_kind_of_fault_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doors.bounded.SECONDS", 0.3)

    def hang() -> None:
        start = time.process_time()
        while time.process_time() - start < 20:
            pass

    def refuse() -> None:
        raise DataError("no")

    def differ() -> None:
        raise DifferError("yes and no")

    ways = {
        "read": lambda: None,
        "refused": refuse,
        "traceback": lambda: int("x"),
        "differs": differ,
        "memory": lambda: bytes(range(256)) * 1_200_000,
        "hang": hang,
        "abort": os.abort,
    }

    def make(rng: object, folder: Path) -> Case:
        del rng
        return Case(ways[kinds.pop(0)], 10, str(folder))

    kinds = list(ways)
    door = Door("each", make)
    found = [result.outcome for result in try_inputs(door, 0, range(5))]
    assert found == ["read", "refused", "traceback", "differs", "memory"]
    for kind in ("hang", "abort"):
        kinds[:] = [kind]
        (result,) = try_inputs(door, 0, [7])
        assert (result.number, result.outcome) == (7, kind)
    kinds[:] = ["refused"]
    assert try_one(door, 0, 3).message.startswith("DataError: no")

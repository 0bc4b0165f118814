"""Whether numbers of other libraries that the tests keep are those of the real packages.

    python tools/conventions/stored.py      run each script whose libraries are installed

Scripts stand beside their numbers, `make_NAME_values.py` beside `NAME_values.json`. Each runs in
a copy of the tests; a number that moved by more than rounding is told with its place. To measure
all: pip install torch keras optax schedulefree.
"""

import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BOUND = 1e-9  # of the larger number, or of 1: what other versions of NumPy may round otherwise
SHOWN = 3  # places of one file


def scripts(tests: Path) -> list[Path]:
    """Those that write numbers of other libraries."""
    found = tests.rglob("make_*_values.py")
    return sorted(path for path in found if "executors" not in path.parts)


def differences(kept: Any, found: Any, place: str = "") -> Iterator[str]:
    """Where two documents of JSON differ by more than rounding; versions may."""
    if isinstance(kept, dict) and isinstance(found, dict):
        for name in sorted({*kept, *found}):
            if name in kept and name in found:
                yield from differences(kept[name], found[name], f"{place}/{name}")
            else:
                yield f"{place}/{name}: only {'kept' if name in kept else 'found'}"
    elif isinstance(kept, list) and isinstance(found, list) and len(kept) == len(found):
        for i, pair in enumerate(zip(kept, found, strict=True)):
            yield from differences(*pair, f"{place}[{i}]")
    elif isinstance(kept, float | int) and isinstance(found, float | int):
        largest = max(1.0, abs(kept), abs(found))
        if not (kept == found or math.isclose(kept, found, rel_tol=0, abs_tol=BOUND * largest)):
            yield f"{place}: kept {kept!r}, found {found!r}"
    elif kept != found and not (isinstance(kept, str) and isinstance(found, str)):
        yield f"{place}: kept {str(kept)[:40]}, found {str(found)[:40]}"


def tried(script: Path, tests: Path) -> str:
    """Run a script, and compare what it writes; a line on what came out, empty where it fits."""
    numbers = script.with_name(script.name.removeprefix("make_")).with_suffix(".json")
    kept = json.loads(numbers.read_text())
    path = os.pathsep.join([str(ROOT), str(tests), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    name = script.relative_to(tests)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no word"]
        is_missing = last[0].startswith("ModuleNotFoundError")
        return f"{name}: {'not run, ' if is_missing else 'failed, '}{last[0]}"
    found = list(differences(kept, json.loads(numbers.read_text())))
    more = f", and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return f"{name}: {'; '.join(found[:SHOWN])}{more}" if found else ""


def main() -> int:
    """Try all; 1 where something differs or failed."""
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        tests = Path(folder) / "tests"
        shutil.copytree(ROOT / "tests", tests, ignore=shutil.ignore_patterns("__pycache__"))
        for script in scripts(tests):
            told = tried(script, tests)
            print(told or f"{script.relative_to(tests)}: as it is kept", flush=True)
            failed = failed or (bool(told) and "not run" not in told)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

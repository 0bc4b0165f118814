"""Training at the limit of memory: in child processes that may take a few MiB more than they have.

    PYTHONPATH=.:tests python -m train.memory_limits [COUNT]

trains under COUNT limits, one child each, and prints how each ended. A run goes on, or ends with
an error of Python that says that memory is short; its folder resumes to the very bits of the
uninterrupted run. Nothing aborts, hangs, or names another cause.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np

import pellucid as pc
from pellucid import nn
from pellucid.data import from_arrays
from pellucid.errors import PellucidError
from pellucid.functional import cross_entropy
from pellucid.optim import Adam
from pellucid.train import EarlyStopping, Options, Saving, Trainer

FEATURES, HIDDEN, EPOCHS = 300, 2000, 3
ROWS = 3000
FITTING = ("went on", "MemoryError", "FileError", "CapacityError")


def trainer(folder: Path | None) -> Trainer:
    """Some 7 MB of weights, and twice as much of the optimizer's state."""
    rng = pc.Generator(seed=0)
    layers = [nn.Linear(FEATURES, HIDDEN, rng=rng), nn.ReLU(), nn.Linear(HIDDEN, 10, rng=rng)]
    model = nn.Sequential(*layers, nn.Linear(10, 10, rng=rng))
    draw = np.random.default_rng(0)
    data = from_arrays(draw.normal(size=(60, FEATURES)), np.arange(60) % 10, classes=10)
    saving = None if folder is None else Saving(folder, every_seconds=0.0, report=False)
    options = Options(
        lint=False,  # it is trained on what it is validated on
        batch_size=20,
        seed=1,
        saving=saving,
        early_stopping=EarlyStopping(patience=99),
    )
    return Trainer(model, cross_entropy, Adam(model.parameters(), 1e-3), data, data, options)


def digest(trained: Trainer) -> str:
    """Of every weight."""
    content = b"".join(a.tobytes() for a in trained.model.state_dict().values())
    return hashlib.sha256(content).hexdigest()


def child(folder: str, kibibytes: int) -> None:
    """Train an epoch, with so much memory more two more, and predict; print how it ended."""
    import resource

    warnings.simplefilter("ignore")
    pc.set_threads(1)
    trained = trainer(Path(folder))
    trained.fit(1)
    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    limit = taken + kibibytes * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, most))
    try:
        trained.fit(EPOCHS)
        # Training takes no more than it had after an epoch; an answer to so much at once does.
        trained.model(np.zeros((ROWS, FEATURES), np.float32))
    except (MemoryError, PellucidError) as error:
        ended = f"{type(error).__name__}: {error}"
    else:
        ended = "went on"
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    print(ended, "/", trained.history.file_error, "/", trained.position.step)


def outcome(kibibytes: int, expected: str) -> tuple[str, str]:
    """How a child ended, and what is wrong with that or with its folder; "" where nothing is."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        command = [sys.executable, __file__, str(run), str(kibibytes)]
        there = os.environ | {"PYTHONPATH": str(Path(pc.__file__).parents[1])}
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=120, env=there
        )
        said = done.stdout.strip()
        if done.returncode != 0 or not said.startswith(FITTING):
            return said, f"exit {done.returncode}: {done.stderr[-800:]}"
        resumed = trainer(run)
        resumed.resume()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it was at its end already
            resumed.fit(EPOCHS)
        return said, "" if digest(resumed) == expected else "other bits after resuming"


def uninterrupted() -> str:
    """The digest of a run without a limit."""
    whole = trainer(None)
    whole.fit(EPOCHS)
    return digest(whole)


def main(arguments: list[Any]) -> int:
    """A child, or all of them; the number of those that went wrong."""
    if len(arguments) == 2:
        child(arguments[0], int(arguments[1]))
        return 0
    expected, bad = uninterrupted(), 0
    for i in range(int(arguments[0]) if arguments else 60):
        kibibytes = int(1.15**i * 64)
        said, wrong = outcome(kibibytes, expected)
        print(f"{kibibytes:8} KiB more: {said} {wrong}", flush=True)
        bad += bool(wrong)
    print(f"{bad} went wrong")
    return bad


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What is known of one run without opening its model: settings, measures, how it ended.

Entry     one run, as a list shows it
read      the entry of a run's folder, damaged or not
"""

import math
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pellucid.archive.settings import settings_of
from pellucid.archive.tags import labels
from pellucid.disk import WINDOWS
from pellucid.errors import FileError
from pellucid.io.jsonl import read_jsonl_kind
from pellucid.train.run_files.claim import LOCK_FILE
from pellucid.train.run_files.run_folder import RunFolder
from pellucid.train.run_files.sessions import sessions_of

EPOCH = b'{"kind": "epoch"'  # how a line of the metrics file begins, as it is written
NO_MEASURES = ("kind", "step", "epoch")


@dataclass(frozen=True)
class Entry:
    """One run: `settings` by name, and `measures` of the epoch whose weights it keeps.

    `name`: its folder, below the one that was listed. `epoch`: whose weights are kept. `state`:
    how it ended, "training" while it does, "cut off" where it was killed. `sessions`: when, where
    and by what it was trained, as of `pellucid.train.run_files.sessions`. `tags` and `note`: what a
    user wrote on it. `fault`: what is wrong with its files, where something is.
    """

    name: str
    path: Path
    settings: Mapping[str, Any] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)
    epochs: int = 0
    epoch: int = 0
    state: str = ""
    sessions: tuple[Mapping[str, Any], ...] = ()
    tags: tuple[str, ...] = ()
    note: str = ""
    fault: str = ""

    @cached_property
    def values(self) -> dict[str, Any]:
        """Everything that it can be chosen and sorted by."""
        known = {
            "run": self.name,
            "state": self.state,
            "epochs done": self.epochs,
            "kept epoch": self.epoch,
            "started": self.started,
            "seconds": self.seconds,
            "tags": ",".join(self.tags) or None,
            "note": self.note or None,
        }
        return {**self.settings, **self.measures, **known}

    @property
    def started(self) -> str | None:
        """When it was trained first, in UTC; None for a run of an earlier version."""
        return str(self.sessions[0].get("time")) if self.sessions else None

    @property
    def seconds(self) -> float | None:
        """How long it was trained in all, as far as is known."""
        ends = [session["end"] for session in self.sessions if "end" in session]
        known = [end.get("seconds") for end in ends]
        found = [float(each) for each in known if isinstance(each, int | float)]
        return sum(found) if found else None

    def as_dict(self) -> dict[str, Any]:
        """The same, for a program."""
        if self.fault:
            return {
                "run": self.name,
                "path": str(self.path),
                "fault": self.fault,
            }
        return {
            "run": self.name,
            "path": str(self.path),
            "state": self.state,
            "epochs_done": self.epochs,
            "kept_epoch": self.epoch,
            "measures": dict(self.measures),
            "settings": dict(self.settings),
            "started": self.started,
            "seconds": self.seconds,
            "sessions": list(self.sessions),
            "tags": list(self.tags),
            "note": self.note,
        }


def read(name: str, path: Path) -> Entry:
    """The entry of a run; where its files are damaged, what is wrong with them."""
    try:
        run = RunFolder.open(path)
        rows = epoch_rows(run)
        settings = settings_of(run.config)
        written = labels(path)
    except FileError as error:
        return Entry(name, path, fault=str(error))
    sessions = sessions_of(path)
    end = sessions[-1].get("end", {}) if sessions else {}
    epoch = _kept_epoch(run, rows, end)
    return Entry(
        name,
        path,
        settings,
        _measured(rows, epoch) | _results(end),
        epochs=len(rows),
        epoch=epoch,
        state=_state(run, end),
        sessions=tuple(sessions),
        tags=written.tags,
        note=written.note,
    )


def epoch_rows(run: RunFolder) -> list[dict[str, Any]]:
    """What was measured after each epoch. Errors: FileError naming the damaged line.

    Lines of steps, of which there may be millions, are passed over.
    """
    if not run.metrics_file.exists():
        return []
    return read_jsonl_kind(run.metrics_file, EPOCH)


def _measured(rows: list[dict[str, Any]], epoch: int) -> dict[str, float]:
    """What was measured after an epoch."""
    for row in rows:
        if row.get("epoch") == epoch:
            return {name: row[name] for name in row if name not in NO_MEASURES}
    return {}


def _results(end: Mapping[str, Any]) -> dict[str, float]:
    """What was measured at the end, such as the loss on a test set."""
    found = {}
    results = end.get("results")
    for name, text in results.items() if isinstance(results, Mapping) else ():
        with suppress(TypeError, ValueError):
            found[str(name)] = float(text)
    return found


def _kept_epoch(run: RunFolder, rows: list[dict[str, Any]], end: Mapping[str, Any]) -> int:
    """The epoch whose weights are kept: the best, where these are, or else the last."""
    if isinstance(end.get("kept_epoch"), int):
        return int(end["kept_epoch"])
    trainer = run.config.get("trainer")
    if isinstance(trainer, dict) and trainer.get("keep") == "best":
        files = run.checkpoints.glob("best-*.safetensors")
        names = [file.stem.removeprefix("best-") for file in files]
        epochs = [int(name) for name in names if name.isdecimal()]
        if epochs:
            return _best(epochs, rows)
    last = rows[-1].get("epoch") if rows else 0
    return last if isinstance(last, int) else 0


def _best(epochs: list[int], rows: list[dict[str, Any]]) -> int:
    """Of several whose weights are there, that with the lowest loss; the first of equal ones."""
    losses = {}
    for row in rows:
        loss = row.get("validation_loss", row.get("train_loss"))
        losses[row.get("epoch")] = loss if isinstance(loss, float) else math.inf
    return min(sorted(epochs), key=lambda epoch: losses.get(epoch, math.inf))


def _state(run: RunFolder, end: Mapping[str, Any]) -> str:
    if run.model_file.exists():
        ended = str(end.get("ended", ""))
        return "stopped" if ended.startswith("stopped by ") else "done"
    return "training" if _is_alive(run.path / LOCK_FILE) else "cut off"


def _is_alive(lock: Path) -> bool:
    """Whether the process that last trained in a folder is there still."""
    try:
        owner = int(lock.read_bytes()[:20] or b"0")
    except (OSError, ValueError):
        return False
    if owner <= 0 or WINDOWS:  # there, asking for a process would end it
        return False
    try:
        os.kill(owner, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # of somebody else
        return True
    return True

"""When, where and by what a run was trained: a line as it begins to train, and one as it ends.

    Session      one time of training, from `begin` to `end`
    surroundings versions, command, machine and revision of the code, as they are now
    sessions_of  what the file of a run folder says

The file sessions.jsonl has no part in going on: what it lacks, or what is damaged, ends no run.
"""

import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.errors import FileError
from pellucid.io import append_jsonl, read_jsonl
from pellucid.train.base import BaseTrainer
from pellucid.version import __version__

FILE = "sessions.jsonl"
GIT_BYTES = 4096  # of a file that names a revision
NO_ARGUMENTS = [""]


class Session:
    """One time of training in a folder; `fit` called again by the same Trainer belongs to it."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._seconds = 0.0

    def begin(self, folder: Path) -> None:
        """Training begins, or goes on. Errors: FileError."""
        if self._folder != folder:
            self._folder = folder
            append_jsonl(folder / FILE, [{"kind": "begin"} | surroundings()])

    def end(self, trainer: BaseTrainer) -> None:
        """Training has ended: how, after which time, with which results. Errors: FileError."""
        if self._folder is None:
            return
        self._seconds += trainer.pace.duration
        history = trainer.history
        position = trainer.position
        told = {
            "kind": "end",
            "time": _now(),
            "seconds": round(self._seconds, 3),
            "ended": history.stopped,
            "weights": history.weights,
            "kept_epoch": history.restored_epoch or position.epoch,
            "epochs": position.epoch,
            "steps": position.step,
            "parameters": _parameters(trainer),
            "results": dict(trainer.results),
        }
        append_jsonl(self._folder / FILE, [told])


def _parameters(trainer: BaseTrainer) -> int:
    return sum(int(each.size) for each in trainer.model.parameters().values())


def surroundings() -> dict[str, Any]:
    """Versions, command, machine and revision of the code, as they are now."""
    return {
        "time": _now(),
        "pellucid": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "command": [_program(), *sys.argv[1:]],
        "directory": _directory(),
        "revision": revision(Path(_directory())),
        "machine": {
            "name": platform.node(),
            "system": f"{platform.system()} {platform.release()}",
            "kind": platform.machine(),
            "cpus": os.cpu_count(),
        },
    }


def _now() -> str:
    """The time in UTC, as ISO 8601 writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _program() -> str:
    """How the program was called: the installed command by its name, a script by its path."""
    called = (sys.argv or NO_ARGUMENTS)[0]
    name = os.path.basename(called)
    is_module = name == "__main__.py" and "pellucid" in called
    return "pellucid" if is_module or name == "pellucid" else called


def _directory() -> str:
    try:
        return os.getcwd()
    except OSError:  # it was removed
        return ""


def revision(place: Path) -> str | None:
    """The Git commit that is checked out where a program runs; None where there is none.

    Read from its files, as starting Git takes longer than a short run; whether files were changed
    since, they do not tell.
    """
    for folder in (place, *place.parents):
        git = folder / ".git"
        if git.exists():
            return _head(git)
    return None


def _head(git: Path) -> str | None:
    if git.is_file():  # of a work tree beside its repository: it says where that is
        git = git.parent / _text(git).removeprefix("gitdir:").strip()
    head = _text(git / "HEAD").strip()
    if not head.startswith("ref:"):
        return head or None
    name = head.removeprefix("ref:").strip()
    common = git / (_text(git / "commondir").strip() or ".")
    for home in (git, common):
        found = _text(home / name).strip()
        if found:
            return found
    return _packed(common, name)


def _packed(git: Path, name: str) -> str | None:
    for line in _text(git / "packed-refs", None).splitlines():
        commit, _, ref = line.partition(" ")
        if ref == name:
            return commit
    return None


def _text(file: Path, most: int | None = GIT_BYTES) -> str:
    """What a file says; nothing where it cannot be read."""
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            return opened.read(most)
    except OSError:
        return ""


def sessions_of(folder: Path) -> list[dict[str, Any]]:
    """Each time of training: its beginning, and under "end" how it ended, where it did.

    Of a run from before there was such a file, or where it is damaged, none.
    """
    try:
        lines = read_jsonl(folder / FILE)
    except FileError:
        return []
    found: list[dict[str, Any]] = []
    for line in lines:
        if line.get("kind") == "begin":
            found.append(line)
        elif line.get("kind") == "end" and found:
            found[-1]["end"] = line
    return found

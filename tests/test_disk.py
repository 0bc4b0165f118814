"""What the disk is asked for: on macOS more than elsewhere, on Windows more than once."""

import errno
import fcntl
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pellucid import data, disk
from pellucid.cli.paths import usable
from pellucid.errors import FileError
from pellucid.io import append_jsonl, read_jsonl, safetensors, write_atomic
from pellucid.train import History, RunFolder, save_curves, save_report


@pytest.fixture
def calls(monkeypatch):
    """What is called instead of the system."""
    made = []
    monkeypatch.setattr(os, "fsync", lambda d: made.append(("fsync", d)))
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", lambda d, command: made.append((command, d)))
    return made


@pytest.mark.parametrize(("system", "command"), [("linux", "fsync"), ("darwin", 51)])
def test_macos_is_asked_to_write_down_what_its_disk_holds(calls, monkeypatch, system, command):
    monkeypatch.setattr(sys, "platform", system)
    disk.flush(7)
    assert calls == [(command, 7)]


def test_where_macos_cannot_it_does_what_it_can(calls, monkeypatch):
    def refused(*_):
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(fcntl, "fcntl", refused)
    monkeypatch.setattr(sys, "platform", "darwin")
    disk.flush(7)
    assert calls == [("fsync", 7)]


class InUse:
    """`os.replace` as Windows has it while the file is open: refused some times."""

    def __init__(self, times):
        self.times, self.tries, self.replace = times, 0, os.replace

    def __call__(self, temporary, path):
        self.tries += 1
        if self.tries <= self.times:
            raise PermissionError(errno.EACCES, "Access is denied", str(path))
        self.replace(temporary, path)


@pytest.fixture
def files(tmp_path, monkeypatch):
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    (tmp_path / "new").write_text("new")
    (tmp_path / "old").write_text("old")
    return tmp_path / "new", tmp_path / "old", slept


def test_a_file_that_is_open_on_windows_is_replaced_when_it_is_closed(files, monkeypatch):
    new, old, slept = files
    monkeypatch.setattr(disk, "WINDOWS", True)
    monkeypatch.setattr(os, "replace", InUse(3))
    disk.replace(new, old)
    assert (old.read_text(), new.exists()) == ("new", False)
    assert slept == [0.01, 0.02, 0.05]


def test_nobody_waits_for_ever(files, monkeypatch):
    new, old, slept = files
    monkeypatch.setattr(disk, "WINDOWS", True)
    monkeypatch.setattr(os, "replace", InUse(1000))
    with pytest.raises(PermissionError):
        disk.replace(new, old)
    assert old.read_text() == "old"
    assert 1 < sum(slept) < 3


def test_elsewhere_what_is_refused_once_is_refused(files, monkeypatch):
    new, old, slept = files
    monkeypatch.setattr(os, "replace", InUse(1))
    with pytest.raises(PermissionError):
        disk.replace(new, old)
    assert slept == []


# ---- the home folder ---------------------------------------------------------------------


DOORS: dict[str, Callable[[str], Any]] = {
    "IDX": data.read_idx,
    "MNIST": data.mnist,
    "cats": data.cats,
    "picture": data.read_picture,
    "digit": data.read_digit,
    "folder": data.image_folder,
    "parts": data.image_parts,
    "text": data.read_text,
    "safetensors": safetensors.load,
    "lines": read_jsonl,
    "run": RunFolder.open,
}


@pytest.mark.parametrize("door", DOORS)
def test_a_tilde_is_the_home_folder_wherever_something_is_read(
    door: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    with pytest.raises(FileError) as caught:
        DOORS[door]("~/nothing")
    assert str(tmp_path / "nothing") in str(caught.value) or door == "lines"
    if door == "lines":
        (tmp_path / "nothing").write_text("{}\n")
        assert read_jsonl("~/nothing") == [{}]


def test_a_tilde_is_the_home_folder_wherever_something_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    write_atomic("~/a.txt", b"a")
    append_jsonl("~/b.jsonl", [{"step": 1}])
    safetensors.save("~/c.safetensors", {})
    RunFolder.create("~/d", {})
    save_curves(History(), RunFolder.made("~/e"))
    save_report(History(), {}, "~/e")
    assert {path.name for path in tmp_path.rglob("*")} >= {
        *("a.txt", "b.jsonl", "c.safetensors", "config.json", "curves.png", "report.html")
    }
    assert usable("~/d") == tmp_path / "d"
    assert not Path("~").exists()

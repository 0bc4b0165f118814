"""When, where and by what a run was trained."""

import json
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid import nn
from pellucid.data import from_arrays
from pellucid.functional import cross_entropy
from pellucid.optim import SGD
from pellucid.train import Options, Saving, Trainer
from pellucid.train.run_files.sessions import FILE, revision, sessions_of, surroundings
from pellucid.version import __version__

DATA = from_arrays(np.arange(24.0).reshape(12, 2) / 24, np.arange(12) % 2, classes=2)


def trainer(folder: Path) -> Trainer:
    model = nn.Linear(2, 2)
    saving = Saving(folder, report=False, graph=False)
    options = Options(batch_size=4, saving=saving, executor="reference", lint=False)
    return Trainer(model, cross_entropy, SGD(model.parameters(), 0.1), DATA, options=options)


def test_a_run_tells_when_by_what_and_how_it_was_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["/bin/pellucid", "train", "--epochs", "2"])
    made = trainer(tmp_path)
    made.results["test loss"] = "0.5"
    made.fit(2)
    (session,) = sessions_of(tmp_path)
    assert session["command"] == ["pellucid", "train", "--epochs", "2"]
    assert session["pellucid"] == __version__
    assert (session["python"], session["numpy"]) == (platform.python_version(), np.__version__)
    assert session["machine"]["name"] == platform.node()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", session["time"])
    end = session["end"]
    assert end["ended"] == "all 2 epochs done"
    assert (end["epochs"], end["steps"], end["parameters"]) == (2, 6, 6)
    assert end["results"] == {"test loss": "0.5"}
    assert end["seconds"] > 0


def test_one_trainer_is_one_session_and_one_that_resumes_another(tmp_path: Path) -> None:
    made = trainer(tmp_path)
    made.fit(1)
    first = sessions_of(tmp_path)[0]["end"]["seconds"]
    made.fit(2)
    (session,) = sessions_of(tmp_path)
    assert session["end"]["epochs"] == 2
    assert session["end"]["seconds"] >= first
    again = trainer(tmp_path)
    again.resume()
    again.fit(3)
    assert [each["end"]["epochs"] for each in sessions_of(tmp_path)] == [2, 3]


def test_a_session_without_its_end_was_cut_off_and_damaged_files_tell_nothing(
    tmp_path: Path,
) -> None:
    assert sessions_of(tmp_path) == []
    (tmp_path / FILE).write_text(json.dumps({"kind": "begin", "time": "now"}) + "\n")
    assert sessions_of(tmp_path) == [{"kind": "begin", "time": "now"}]
    for damaged in (b"\xff\n", b"[]\n", b'{"kind": "end"}\n'):
        (tmp_path / FILE).write_bytes(damaged)
        assert sessions_of(tmp_path) == []


def test_a_disk_that_takes_no_sessions_ends_no_run(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.warns(UserWarning, match=r"sessions\.jsonl"):
        history = trainer(tmp_path).fit(1)
    assert len(history) == 3


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    done = subprocess.run(
        ["git", "-C", folder, *who, *words], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def test_the_revision_is_that_which_git_tells(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    git(home, "init", "-q", "-b", "main")
    assert revision(home) is None  # of nothing yet
    git(home, "commit", "-q", "--allow-empty", "-m", "first")
    (home / "inner").mkdir()
    head = git(home, "rev-parse", "HEAD")
    assert revision(home / "inner") == head
    git(home, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    assert revision(tmp_path / "side") == head
    git(home, "pack-refs", "--all")
    assert revision(home) == revision(tmp_path / "side") == head
    git(home, "checkout", "-q", "--detach")
    assert revision(home) == head


def test_surroundings_need_no_git_and_no_arguments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [])
    found: dict[str, Any] = surroundings()
    assert found["command"] == [""]
    assert found["directory"] == str(tmp_path)

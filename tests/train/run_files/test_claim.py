"""One Trainer at a time writes into a run folder, whatever becomes of the one before."""

import errno
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import pellucid
from pellucid import disk
from pellucid.errors import FileError
from pellucid.train import Callback, Saving, Steps, Trainer

Make = Callable[..., Trainer]

OTHER = """
import os
import sys
import time
sys.path.insert(0, {tests!r})
import conftest
from pellucid.train import Callback, Saving

class Forever(Callback):
    def after_steps(self, trainer, steps):
        if not {forks} or os.fork() == 0:
            print("ready", os.getpid(), flush=True)
        time.sleep(600)

conftest.make_trainer(saving=Saving({folder!r}, report=False), callbacks=(Forever(),)).fit(2)
"""


@contextmanager
def another_process(folder: Path, *, forks: bool = False) -> Iterator[tuple[Any, int]]:
    """A process that trains in a folder, and its id, or its child's if it forks."""
    script = OTHER.format(tests=str(Path(__file__).parents[1]), folder=str(folder), forks=forks)
    environment = os.environ | {"PYTHONPATH": str(Path(pellucid.__file__).parents[1])}
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            word, number = process.stdout.readline().split()
            assert word == "ready"
            yield process, int(number)
        finally:
            process.kill()


def test_the_second_of_two_processes_is_refused_until_the_first_is_killed(
    make: Make, tmp_path: Path
) -> None:
    saving = Saving(tmp_path / "run", report=False)
    with another_process(saving.folder) as (process, _):
        message = f"run {saving.folder}: process {process.pid} is training in it. Wait until"
        with pytest.raises(FileError, match=message):
            make(saving=saving).resume()
        with pytest.raises(FileError, match=message):
            make(saving=saving).fit(2)
        before = (saving.folder / "metrics.jsonl").read_bytes()
        process.send_signal(signal.SIGKILL)
        process.wait()
        again = make(saving=saving)
        again.resume()
        again.fit(2)
        assert again.position.epoch == 2
        assert (saving.folder / "metrics.jsonl").read_bytes() != before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_that_outlives_the_first_does_not_keep_others_out(
    make: Make, tmp_path: Path
) -> None:
    saving = Saving(tmp_path / "run", report=False)
    with another_process(saving.folder, forks=True) as (process, child):
        try:
            process.kill()
            process.wait()
            os.kill(child, 0)
            again = make(saving=saving)
            again.resume()
            again.fit(2)
        finally:
            os.kill(child, signal.SIGKILL)


@pytest.mark.forks
def test_a_forked_child_that_goes_on_training_writes_nothing(make: Make, tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    trainer = make(saving=saving)
    steps = iter(trainer)
    next(steps)
    before = sorted(saving.folder.rglob("*"))
    child = os.fork()
    if child == 0:
        told = ""
        try:
            with warnings.catch_warnings(record=True, action="always") as caught:
                trainer.save()
            told = str(caught[0].message)
        finally:
            os._exit(0 if "forked while its parent trains there, which alone" in told else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert sorted(saving.folder.rglob("*")) == before
    trainer.save()
    assert sorted(saving.folder.rglob("*")) != before
    steps.close()  # type: ignore[attr-defined]


class Within(Callback):
    """Does something while training goes on."""

    def __init__(self, what: Callable[[], Any]) -> None:
        self.what = what

    def after_steps(self, trainer: Trainer, steps: Steps) -> None:
        self.what()


def test_two_trainers_of_one_process_do_not_write_at_once(make: Make, tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    seen: list[str] = []

    def second() -> None:
        with pytest.raises(FileError) as caught:
            make(saving=saving).resume()
        seen.append(str(caught.value))

    make(saving=saving, callbacks=(Within(second),)).fit(1)
    assert "another Trainer of this process is training in it" in seen[0]
    make(saving=saving).resume()


def test_a_loop_over_steps_has_the_folder_until_it_is_left(make: Make, tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    steps = iter(make(saving=saving))
    next(steps)
    with pytest.raises(FileError, match="is training in it"):
        make(saving=saving).resume()
    steps.close()  # type: ignore[attr-defined]
    make(saving=saving).resume()


def test_who_was_away_does_not_write_over_what_another_has_trained(
    make: Make, tmp_path: Path
) -> None:
    saving = Saving(tmp_path / "run", report=False)
    first, second = make(saving=saving), make(saving=saving)
    first.fit(1)
    second.resume()
    second.fit(2)
    lines = (saving.folder / "metrics.jsonl").read_bytes()
    for write in (lambda: first.fit(3), lambda: next(iter(first)), first.save):
        with pytest.raises(FileError, match=r"another Trainer has written .* Call resume\(\)"):
            write()
    assert (saving.folder / "metrics.jsonl").read_bytes() == lines
    first.resume()
    first.fit(3)
    assert first.position.epoch == 3


def test_a_run_goes_on_where_the_file_system_has_no_locks(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(descriptor: int) -> bool:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(disk, "lock", none)
    with pytest.warns(UserWarning, match="its file system has no locks .No locks available"):
        make(saving=Saving(tmp_path / "run", report=False)).fit(1)


def test_a_claim_that_is_refused_leaves_no_file_open(make: Make, tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    steps = iter(make(saving=saving))
    next(steps)
    before = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []
    for _ in range(3):
        with pytest.raises(FileError):
            make(saving=saving).fit(1)
    after = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []
    assert len(after) == len(before)
    steps.close()  # type: ignore[attr-defined]

"""Whole runs: pellucid with an empty cache and a warm one, others in turn with it."""

import subprocess
import sys
from pathlib import Path

import pytest

from pellucid.bench import whole


def test_all_run_once_before_and_then_take_turns(monkeypatch):
    runs, caches = [], []

    def process(command, folder, cache, bytecode):
        runs.append(command)
        caches.append(cache)
        return (3.0, 0.97) if command == ("other",) else (1.0, 0.96)

    monkeypatch.setattr(whole, "_run", process)
    found = whole.compare(Path("mnist"), {"keras": ("other",)}, 2)
    assert [r.system for r in found] == ["pellucid, cold", "pellucid, cached", "keras"]
    assert (found[-1].median_s, found[-1].accuracy) == (3.0, 0.97)
    assert runs == [whole.OURS, ("other",)] + [whole.OURS, whole.OURS, ("other",)] * 2
    warm = caches[0]
    assert [cache == warm for cache in caches[2:]] == [False, True, True] * 2


def test_a_process_gets_the_folder_and_prints_the_accuracy(tmp_path):
    script = "import sys; print('noise', sys.argv[1]); print(0.25)"
    command = (sys.executable, "-c", script)
    taken, accuracy = whole._run(command, tmp_path, tmp_path / "cache", tmp_path / "bytecode")
    assert (taken > 0, accuracy) == (True, 0.25)
    with pytest.raises(subprocess.CalledProcessError):
        whole._run((sys.executable, "-c", "0 / 0"), tmp_path, tmp_path, tmp_path)

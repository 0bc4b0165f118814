import json
from pathlib import Path

import pytest
from cli.conftest import Run, done

WORDS = ("moons", "--executor", "reference", "--samples", 60)


def test_a_dry_run_makes_no_folder_and_tells_time_memory_and_disk(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = done(run("train", *WORDS, "--epochs", 7, "--dry-run")).splitlines()
    assert lines[0].startswith("dry run: 32 samples went through training, evaluation and saving")
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == [
        "dry",
        "time",
        "memory,",
        "disk",
    ]
    assert "7 epochs, 14 updates" in lines[1]
    assert list(tmp_path.iterdir()) == []


def test_a_batch_is_learned_or_the_exit_code_says_not(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "learned" in done(run("train", *WORDS, "--overfit-one-batch"))
    words = ("--learning-rate", 0, "--overfit-one-batch", "--dry-run", "--json")
    code, out, _ = run("train", *WORDS, *words)
    found = json.loads(out)
    assert code == 1
    assert not found["overfit_one_batch"]["learned"]
    assert "none has changed" in found["overfit_one_batch"]["hints"][0]
    assert found["dry_run"]["epochs"] > 0
    assert list(tmp_path.iterdir()) == []


def test_the_largest_batch_is_found(run: Run) -> None:
    words = ("tune", *WORDS[:-1], 600, "--hidden", 2, "--find-batch-size")
    assert done(run(*words)).startswith("largest batch: 360 samples, all there are")
    needed = json.loads(done(run(*words, "--json")))["largest_batch"]["needed"]
    memory = ("--memory", f"{needed - 1}B")
    size = int(done(run(*words, *memory, "--quiet")))
    assert 1 <= size < 360
    assert json.loads(done(run(*words, *memory, "--json")))["largest_batch"]["size"] == size
    code, _, err = run(*words, "--memory", "10B")
    assert code == 1
    assert "a step with one sample takes" in err

"""One run as a list has it."""

import os
from pathlib import Path

import pytest
from archive.kept_runs import FORMAT_1

import pellucid as pc
from pellucid.archive.entry import Entry, read


def entry(path: Path) -> Entry:
    return read(path.name, path)


def test_measures_are_those_of_the_epoch_whose_weights_are_kept() -> None:
    found = entry(FORMAT_1 / "moons-mlp-1")
    epochs = pc.load(FORMAT_1 / "moons-mlp-1").history.epochs
    assert (found.epoch, found.epochs) == (3, 3)
    assert found.measures == {
        name: epochs[name][2] for name in epochs if name not in ("step", "epoch")
    }


def test_where_the_best_is_kept_it_is_that_epoch_that_counts(shelf: Path) -> None:
    folder = shelf / "moons-mlp-1"
    (folder / "checkpoints/best-000003.safetensors").rename(
        folder / "checkpoints/best-000002.safetensors"
    )
    found = entry(folder)
    epochs = pc.load(folder).history.epochs
    assert (found.epoch, found.epochs) == (2, 3)
    assert found.measures["validation_loss"] == epochs["validation_loss"][1]


@pytest.mark.parametrize(
    ("name", "state"), [("moons-mlp-1", "done"), ("moons-killed", "cut off"), ("pets", "done")]
)
def test_how_a_run_ended(name: str, state: str) -> None:
    assert entry(FORMAT_1 / name).state == state


def test_a_run_whose_process_is_there_trains(shelf: Path) -> None:
    (shelf / "moons-killed/.lock").write_text(str(os.getpid()))
    assert entry(shelf / "moons-killed").state == "training"
    for nobody in ("", "0", "-1", "999999999", "99999999999999999999", "x"):
        (shelf / "moons-killed/.lock").write_text(nobody)
        assert entry(shelf / "moons-killed").state == "cut off"


def test_steps_are_passed_over_and_what_is_damaged_of_epochs_is_named(shelf: Path) -> None:
    file = shelf / "moons-mlp-1/metrics.jsonl"
    lines = file.read_text().splitlines()
    file.write_text("\n".join(["no step", *lines[1:]]) + "\n")
    assert entry(file.parent).epochs == 3
    file.write_text("\n".join([*lines, '{"kind": "epoch", "step"']) + "\n")
    assert "line 7 is not JSON" in entry(file.parent).fault
    file.write_text("\n".join([*lines, '{"kind": "epoch", "step"']))  # torn
    assert entry(file.parent).epochs == 3
    file.unlink()
    assert (entry(file.parent).epochs, entry(file.parent).measures) == (0, {})


def test_a_damaged_run_says_what_is_wrong_and_no_more(shelf: Path) -> None:
    (shelf / "pets/config.json").write_text("{")
    found = entry(shelf / "pets")
    assert "pets/config.json: not JSON" in found.fault
    assert found.as_dict() == {
        "run": "pets",
        "path": str(shelf / "pets"),
        "fault": found.fault,
    }


def test_what_a_program_is_told() -> None:
    told = entry(FORMAT_1 / "sine-mlp-1").as_dict()
    assert told["settings"]["l2"] == 0.01
    assert told["state"] == "done"
    assert set(told["measures"]) >= {"validation_loss", "validation_absolute_error"}


def test_of_several_best_epochs_that_are_kept_the_lowest_loss_counts(shelf: Path) -> None:
    kept = shelf / "moons-mlp-1/checkpoints"
    for epoch in (1, 2):
        (kept / f"best-00000{epoch}.safetensors").write_bytes(b"")
    assert entry(kept.parent).epoch == 3

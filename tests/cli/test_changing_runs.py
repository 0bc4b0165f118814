"""Runs are tagged, noted, renamed and removed at the command line."""

from pathlib import Path

import click
import pytest
from archive.kept_runs import shelf
from cli.conftest import Run, done, said

__all__ = ["shelf"]  # a fixture


def test_tags_and_notes_are_written_and_taken_off(run: Run, shelf: Path) -> None:
    pets = shelf / "pets"
    assert done(run("runs", "tag", pets, "good", "first")) == f"{pets}: good, first\n"
    assert done(run("runs", "tag", pets, "--off", "good")) == f"{pets}: first\n"
    assert done(run("runs", "note", pets, "by hand")) == f"{pets}: by hand\n"
    assert done(run("runs", "note", pets, "", "--quiet")) == ""
    assert "first" in done(run("runs", shelf, "--where", "tags~first"))
    assert "no tag is given" in said(run, "runs", "tag", str(pets))


def test_a_run_is_renamed(run: Run, shelf: Path) -> None:
    assert done(run("runs", "rename", shelf / "pets", "own")) == f"run: {shelf / 'own'}\n"
    assert (shelf / "own/config.json").exists()


@pytest.mark.parametrize("answer", [True, False])
def test_before_runs_are_removed_it_is_asked(
    run: Run, shelf: Path, monkeypatch: pytest.MonkeyPatch, answer: bool
) -> None:
    asked = []

    def confirm(question: str, **_: object) -> bool:
        asked.append(question)
        return answer

    monkeypatch.setattr(click, "confirm", confirm)
    code, _, _ = run("runs", "remove", shelf / "pets")
    assert asked == [f"Remove {shelf / 'pets'} for ever?"]
    assert code == (0 if answer else 1)
    assert (shelf / "pets").exists() is not answer


def test_with_yes_it_is_not_asked_and_what_is_no_run_stops_all(run: Run, shelf: Path) -> None:
    code, _, err = run("runs", "remove", shelf / "pets", shelf, "--yes")
    assert (code, err.startswith("pellucid: run ")) == (1, True)
    assert (shelf / "pets").exists()
    both = (shelf / "pets", shelf / "moons-mlp-1")
    told = done(run("runs", "remove", *both, "--yes"))
    assert told.splitlines() == [f"removed: {path}" for path in both]
    assert not (shelf / "pets").exists()


def test_a_card_is_written(run: Run, shelf: Path) -> None:
    assert done(run("runs", "card", shelf / "pets")) == f"card: {shelf / 'pets/MODEL.md'}\n"

"""Runs are tagged, noted, renamed and removed."""

from pathlib import Path

import pytest

import pellucid as pc
from pellucid.archive import listed
from pellucid.archive.changing import note, remove, rename, tag
from pellucid.errors import FileError, OptionError
from pellucid.train.run_files.claim import Claim


def names(shelf: Path) -> list[str]:
    return [entry.name for entry in listed(shelf)]


def test_runs_are_found_by_what_is_written_on_them(shelf: Path) -> None:
    tag(shelf / "pets", "good", "first")
    note(shelf / "pets", "trained by hand")
    tag(shelf / "moons-mlp-1", "good")
    assert [each.name for each in listed(shelf).where("tags~good")] == ["moons-mlp-1", "pets"]
    (found,) = listed(shelf).where("note~by hand")
    assert (found.tags, found.note) == (("good", "first"), "trained by hand")
    tag(shelf / "pets", remove=["good"])
    assert [each.name for each in listed(shelf).where("tags~good")] == ["moons-mlp-1"]
    assert "first" in repr(listed(shelf))


def test_a_run_gets_another_name_and_opens_there(shelf: Path) -> None:
    new = rename(shelf / "moons-mlp-1", "best")
    assert new == shelf / "best"
    assert names(shelf) == ["best", "moons-killed", "pets", "sine-mlp-1"]
    assert pc.load(new).weights.startswith("weights of epoch 3")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/tmp/x"])
def test_what_is_no_name_is_refused(shelf: Path, name: str) -> None:
    with pytest.raises(OptionError, match="is no name"):
        rename(shelf / "pets", name)


def test_no_run_takes_the_place_of_another(shelf: Path) -> None:
    with pytest.raises(FileError, match="there is a moons-mlp-1 already"):
        rename(shelf / "pets", "moons-mlp-1")


def test_a_run_is_removed_and_nothing_else_is(shelf: Path) -> None:
    remove(shelf / "pets")
    assert names(shelf) == ["moons-killed", "moons-mlp-1", "sine-mlp-1"]
    for other in (shelf, shelf / "nowhere", shelf / "moons-mlp-1/checkpoints"):
        with pytest.raises(FileError, match=r"^run "):
            remove(other)
    (shelf / "link").symlink_to(shelf / "moons-mlp-1")
    remove(shelf / "link")
    assert (shelf / "moons-mlp-1/config.json").exists()


def test_a_damaged_run_can_be_removed(shelf: Path) -> None:
    (shelf / "pets/config.json").write_text("{")
    remove(shelf / "pets")
    assert "pets" not in names(shelf)


def test_where_somebody_trains_nothing_is_moved(shelf: Path) -> None:
    claim = Claim(shelf / "pets")
    claim.take()
    try:
        for change in (remove, lambda folder: rename(folder, "other")):
            with pytest.raises(FileError, match="is training in it"):
                change(shelf / "pets")
    finally:
        claim.release()
    assert "pets" in names(shelf)

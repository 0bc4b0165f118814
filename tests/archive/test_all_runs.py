"""The runs below a folder."""

import json
import shutil
import time
from pathlib import Path

import pytest
from archive.kept_runs import FORMAT_1

import pellucid as pc
from pellucid.archive import Runs, listed
from pellucid.errors import FileError, OptionError

NAMES = ["moons-killed", "moons-mlp-1", "pets", "sine-mlp-1"]


def names(runs: Runs) -> list[str]:
    return [entry.name for entry in runs]


def test_runs_are_listed_by_name_with_what_is_known(shelf: Path) -> None:
    found = listed(FORMAT_1)
    assert names(found) == NAMES
    assert [entry.epochs for entry in found] == [3, 3, 1, 4]
    assert names(pc.runs.listed(shelf)) == NAMES  # and so in Python


def test_folders_in_folders_are_found_and_others_passed_over(shelf: Path) -> None:
    (shelf / "deep/er").mkdir(parents=True)
    (shelf / "pets").rename(shelf / "deep/er/pets-10")
    shutil.copytree(shelf / "deep/er/pets-10", shelf / "deep/er/pets-9")
    (shelf / "web").mkdir()
    (shelf / "web/config.json").write_text('{"port": 80}')  # of another program
    shutil.copytree(shelf / "moons-mlp-1", shelf / ".trash/moons-mlp-1")
    found = listed(shelf)
    assert names(found)[:2] == ["deep/er/pets-9", "deep/er/pets-10"]
    assert len(found) == 5
    assert not found.faults


def test_the_folder_of_a_run_is_a_list_of_one(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert names(listed(shelf / "pets")) == ["pets"]
    monkeypatch.chdir(shelf / "pets")
    assert names(listed(".")) == ["pets"]


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "not JSON"), (b"[1]", "it holds a list"), (b"\xff", "not JSON"), (None, "no config")],
)
def test_damaged_runs_say_so_and_stop_nothing(
    shelf: Path, content: bytes | None, told: str
) -> None:
    file = shelf / "pets/config.json"
    file.unlink()
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    found = listed(shelf)
    assert [name for name in NAMES if name != "pets"] == names(found.whole)
    if content is not None:
        (fault,) = found.faults
        assert told in fault
        assert repr(found).startswith("3 runs, and 1 damaged\n")


def test_numbers_of_a_config_that_are_none_break_no_list(shelf: Path) -> None:
    (shelf / "pets/config.json").write_text(json.dumps({"pellucid": 3, "trainer": 4}))
    assert names(listed(shelf)) == NAMES


def test_where_and_sort_give_other_tables() -> None:
    found = listed(FORMAT_1)
    assert names(found.where("validation_loss < 0.9")) == ["sine-mlp-1"]
    assert names(found.where("data=moons", "state=done")) == ["moons-mlp-1"]
    assert names(found.where("run~mlp")) == ["moons-mlp-1", "sine-mlp-1"]
    by_loss = found.sort("validation-loss")
    assert names(by_loss) == ["sine-mlp-1", "moons-killed", "moons-mlp-1", "pets"]
    backwards = found.sort("validation_loss", reverse=True)
    assert names(backwards) == ["moons-killed", "moons-mlp-1", "sine-mlp-1", "pets"]
    assert names(found[1:3]) == NAMES[1:3]
    with pytest.raises(OptionError, match=r"where 'los': no run here has such a value"):
        found.where("los<1")
    with pytest.raises(OptionError, match=r"sort 'validation_los': .*'validation_loss'"):
        found.sort("validation_los")


def test_they_show_themselves_as_a_table(shelf: Path) -> None:
    lines = repr(listed(FORMAT_1)).splitlines()
    assert lines[0] == "4 runs"
    assert lines[1].split()[:4] == ["run", "state", "kept", "epoch"]
    assert lines[5].split()[:4] == ["sine-mlp-1", "done", "4", "-"] or "0.4432" in lines[5]
    (shelf / "empty").mkdir()
    assert repr(listed(shelf / "empty")) == "0 runs"
    assert "<table" in listed(FORMAT_1)._repr_html_()


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(FileError, match=r"runs nowhere: there is no such folder"):
        listed("nowhere")


def test_a_thousand_runs_take_about_a_second(tmp_path: Path) -> None:
    """Two hundred: the bound is wide, for machines at work."""
    for number in range(200):
        shutil.copytree(FORMAT_1 / "moons-mlp-1", tmp_path / str(number))
    start = time.process_time()
    assert len(listed(tmp_path)) == 200
    assert time.process_time() - start < 0.5

"""The settings in a run folder: what is damaged or of another format is named."""

import json
from pathlib import Path

import pytest

from pellucid.errors import FileError
from pellucid.train import RunFolder
from pellucid.train.run_files import run_settings
from pellucid.train.run_files.run_settings import FORMAT, read_settings
from pellucid.version import __version__


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff\xfe"])
def test_a_damaged_config_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "config.json").write_bytes(content)
    with pytest.raises(FileError, match=r"config\.json.* damaged"):
        RunFolder.open(tmp_path)


@pytest.mark.parametrize("there", [3, 0, "2", None, True])
def test_a_format_that_is_not_known_is_refused_with_what_to_do(
    tmp_path: Path, there: object
) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"pellucid": "9.9", "format": there}))
    with pytest.raises(FileError) as caught:
        RunFolder.open(tmp_path)
    assert str(caught.value) == (
        f"run {tmp_path}: its format is {there!r}, written by pellucid 9.9; this is "
        f"{__version__}, which knows the formats 1 to 2. Use a newer version of pellucid."
    )


def test_settings_of_every_format_until_now_are_read(tmp_path: Path) -> None:
    for there in ({}, *({"format": number} for number in range(1, FORMAT + 1))):
        (tmp_path / "config.json").write_text(json.dumps({"note": 1, **there}))
        assert read_settings(str(tmp_path)) == {"note": 1, **there}


def test_what_is_far_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_settings, "CONFIG_BYTES", 10)
    (tmp_path / "config.json").write_text(json.dumps({"note": "more than ten"}))
    with pytest.raises(FileError, match=r"At most 10 are read"):
        read_settings(str(tmp_path))

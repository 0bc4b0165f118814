"""Fetching a file: the next mirror where one fails, and every reason where all do."""

import errno
from pathlib import Path

import pytest
from data.mirror import NAMES

from pellucid import disk
from pellucid.data.mnist import download_mnist, mnist
from pellucid.errors import FileError, OptionError


def test_the_next_mirror_is_asked_where_one_fails(mirror: str, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    bad = [f"{mirror}/{name}" for name in ("missing", "wrong", "cut/good", "endless")]
    download_mnist(folder, mirrors=(*bad, "http://127.0.0.1:1/", f"{mirror}/good"))
    assert len(list(folder.iterdir())) == 4
    assert len(mnist(folder)[0]) == 12


def test_all_reasons_are_given_where_all_mirrors_fail(mirror: str, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    bad = [f"{mirror}/{name}" for name in ("missing", "wrong", "cut/good", "endless")]
    with pytest.raises(FileError) as caught:
        download_mnist(folder, mirrors=(*bad, "http://127.0.0.1:1"))
    first, *reasons = str(caught.value).splitlines()
    name = f"{NAMES[0]}.gz"
    assert first.startswith(f"download {folder / name}: no mirror gave the file.")
    expected = [
        f"{bad[0]}/{name}: HTTP Error 404: File not found",
        f"{bad[1]}/{name}: read {name}: the header says (1,). It must say (12, 28, 28).",
        f"{bad[2]}/{name}: the connection ended ",
        f"{bad[3]}/{name}: it sends more than the 74,944 bytes expected",
        f"http://127.0.0.1:1/{name}: ",
    ]
    assert len(reasons) == len(expected)
    for reason, beginning in zip(reasons, expected, strict=True):
        assert reason.strip().startswith(beginning)
    assert "Connection refused" in reasons[-1]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("address", ["file:///etc", "ftp://127.0.0.1/mnist", "mnist"])
def test_addresses_of_other_kinds_are_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(OptionError, match="is not an http or https address"):
        download_mnist(tmp_path, mirrors=(address,))


def test_a_download_into_a_place_that_is_a_file_is_one_error(mirror: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileError, match=r"download .*file/.*: (File exists|Not a directory)"):
        download_mnist(tmp_path / "file", mirrors=(f"{mirror}/good",))


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.ENOSPC, "Free some space, or write to another disk."), (errno.EROFS, "read-only")],
)
def test_what_the_disk_says_is_told_with_its_remedy(
    mirror: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, remedy: str
) -> None:
    def refuses(*_: object) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(disk, "replace", refuses)
    with pytest.raises(FileError, match=rf"^download .*{NAMES[0]}\.gz: no\. .*{remedy}"):
        download_mnist(tmp_path / "new", mirrors=(f"{mirror}/good",))
    assert list((tmp_path / "new").iterdir()) == []

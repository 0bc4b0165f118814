"""Sets in IDX files, read and fetched: every file is checked; EMNIST stands upright, from 0."""

import errno
import gzip
import hashlib
import shutil
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data.mirror import idx
from data.small_sets import small_set

from pellucid.data import IDX_SETS, download_idx_set, idx_folder, idx_set
from pellucid.data.idx_sets import IdxSet
from pellucid.errors import DataError, FileError, OptionError


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Writes small files of a set, for which alone the loader is made to look."""
    return lambda name: small_set(name, tmp_path / name, monkeypatch)


def other_digest(folder: Path) -> None:
    path = folder / "train-labels-idx1-ubyte.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), 1) + b"\0")


def missing(folder: Path) -> None:
    (folder / "t10k-images-idx3-ubyte.gz").unlink()


def other_size(folder: Path) -> None:
    missing(folder)
    (folder / "t10k-images-idx3-ubyte").write_bytes(idx(np.zeros((23, 28, 28))))


def outside(folder: Path) -> None:
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    (folder / "t10k-labels-idx1-ubyte").write_bytes(idx(np.full(24, 10)))


SPOILED = {
    other_digest: "kmnist: .*labels-idx1-ubyte.gz is another file: its sha256 is .*idx:FOLDER",
    missing: r"kmnist: .* holds no file t10k-images-idx3-ubyte .*download_idx_set\('kmnist'",
    other_size: r"the header says \(23, 28, 28\)",
    outside: r"labels\[0\] is 10 .* 0\.\.9",
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """What was asked for; each address is answered with the file of that name."""
    addresses: list[str] = []

    def answer(given: tuple[str, ...], path: Path, verify: Any, **_: Any) -> None:
        addresses.append(given[0])
        path.parent.mkdir(exist_ok=True)
        shutil.copy(tmp_path / "there" / path.name, path)
        verify(path)

    monkeypatch.setattr("pellucid.data.download.download", answer)
    return addresses


def with_archive(made: IdxSet, path: Path) -> IdxSet:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return replace(made, archive=(path.name, f"sha256:{digest}"))


@pytest.mark.parametrize("name", IDX_SETS)
def test_a_set_has_its_names_and_upright_pictures(name: str, make: Callable[[str], Path]) -> None:
    train, test = idx_set(name, make(name))
    assert (train.name, test.name) == (f"{name} train", f"{name} test")
    assert train.class_names == test.class_names == IDX_SETS[name].class_names
    assert train.labels[:3].tolist() == [0, 1, 2]
    images = train.with_shape(28, 28).features
    np.testing.assert_array_equal(np.argwhere(images[:28])[:, 1:], [[0, i] for i in range(28)])
    assert (images.max(), images.dtype) == (1.0, np.float32)


def test_files_may_be_unpacked_and_lie_as_the_archive_has_them(
    make: Callable[[str], Path],
) -> None:
    folder = make("emnist-letters")
    (folder / "gzip").mkdir()
    for path in list(folder.glob("*.gz")):
        path.rename(folder / "gzip" / path.name)
    assert len(idx_set("emnist-letters", folder)[0]) == 60
    for path in list((folder / "gzip").glob("*.gz")):
        (folder / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
    shutil.rmtree(folder / "gzip")
    assert len(idx_set("emnist-letters", folder)[1]) == 24


@pytest.mark.parametrize("spoil", SPOILED, ids=lambda f: f.__name__)
def test_a_file_that_is_not_that_of_the_set_is_named(
    make: Callable[[str], Path], spoil: Callable[[Path], None]
) -> None:
    folder = make("kmnist")
    spoil(folder)
    with pytest.raises((FileError, DataError), match=SPOILED[spoil]):
        idx_set("kmnist", folder)


@pytest.mark.skipif(sys.platform != "linux", reason="a file whose reading fails, for root too")
def test_what_the_system_says_of_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "train-images-idx3-ubyte").symlink_to("/proc/self/mem")
    with pytest.raises(FileError, match=r"mnist: read .*ubyte: .*error\. The device reports"):
        idx_set("fashion-mnist", tmp_path)


def test_a_name_that_is_not_known_is_answered_with_the_nearest() -> None:
    for wanted in (idx_set, download_idx_set):
        with pytest.raises(OptionError, match=r"'fashion_mnist' is not known.*'fashion-mnist'"):
            wanted("fashion_mnist", "nowhere")


def test_only_missing_files_are_fetched(
    make: Callable[[str], Path], asked: list[str], tmp_path: Path
) -> None:
    make("fashion-mnist").rename(tmp_path / "there")
    folder = tmp_path / "new"
    paths = download_idx_set("fashion-mnist", folder)
    assert [path.name for path in paths] == [
        f"{file}.gz" for file, _ in IDX_SETS["fashion-mnist"].files
    ]
    assert asked[0].startswith("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist")
    assert asked[0].endswith("/train-images-idx3-ubyte.gz")
    paths[1].unlink()
    download_idx_set("fashion-mnist", folder, mirrors=("https://mine",))
    assert asked[4:] == ["https://mine/train-labels-idx1-ubyte.gz"]
    assert len(idx_set("fashion-mnist", folder)[0]) == 60
    other_digest(folder)
    with pytest.raises(FileError, match="is another file"):
        download_idx_set("fashion-mnist", folder)


def test_a_set_is_unpacked_from_its_archive(
    make: Callable[[str], Path],
    asked: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = make("emnist-letters")
    (tmp_path / "there").mkdir()
    with zipfile.ZipFile(tmp_path / "there" / "gzip.zip", "w") as packed:
        for path in source.iterdir():
            packed.write(path, f"gzip/{path.name}")
    made = with_archive(IDX_SETS["emnist-letters"], tmp_path / "there" / "gzip.zip")
    monkeypatch.setitem(IDX_SETS, "emnist-letters", made)  # type: ignore[arg-type]
    folder = tmp_path / "new"
    download_idx_set("emnist-letters", folder)
    assert asked == ["https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"]
    assert len(idx_set("emnist-letters", folder)[0]) == 60
    (folder / "emnist-letters-test-images-idx3-ubyte.gz").unlink()
    download_idx_set("emnist-letters", folder)
    assert len(asked) == 1
    assert len(list(folder.iterdir())) == 5
    (folder / "emnist-letters-test-images-idx3-ubyte.gz").unlink()

    def unreadable(*_: Any) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as device:
        device.setattr(zipfile.ZipFile, "open", unreadable)
        with pytest.raises(FileError, match="The device reports a fault"):
            download_idx_set("emnist-letters", folder)
    (folder / "gzip.zip").write_bytes(b"other")
    with pytest.raises(FileError, match=r"gzip\.zip is another file"):
        download_idx_set("emnist-letters", folder)


def test_any_set_of_idx_files_is_read(tmp_path: Path) -> None:
    pictures, labels = np.arange(5 * 4 * 6).reshape(5, 4, 6), np.array([0, 2, 1, 0, 2])
    (tmp_path / "shapes-train-images.idx3-ubyte").write_bytes(idx(pictures))
    (tmp_path / "shapes-train-labels.idx1-ubyte").write_bytes(idx(labels))
    (tmp_path / "notes.txt").write_text("no IDX file")
    train, test = idx_folder(tmp_path)
    assert test is None
    assert (train.features.shape, train.labels.tolist(), train.classes) == (
        *((5, 1, 4, 6), [0, 2, 1, 0, 2]),
        3,
    )
    np.testing.assert_allclose(train.features[1, 0, 0, 1] * 255, 25)
    (tmp_path / "shapes-test-images.idx3-ubyte").write_bytes(idx(pictures[:2]))
    (tmp_path / "shapes-test-labels.idx1-ubyte").write_bytes(idx(np.array([0, 3])))
    train, test = idx_folder(tmp_path)
    assert test is not None
    assert (len(test), train.classes, test.classes) == (2, 4, 4)


def test_a_folder_of_no_set_or_several_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"holds no pictures with labels\. They are called as"):
        idx_folder(tmp_path)
    with pytest.raises(FileError, match="nowhere: No such file"):
        idx_folder(tmp_path / "nowhere")
    for name in ("a-train", "b-train"):
        (tmp_path / f"{name}-images-idx3-ubyte").write_bytes(idx(np.zeros((2, 4, 4))))
        (tmp_path / f"{name}-labels-idx1-ubyte").write_bytes(idx(np.array([0, 1])))
    with pytest.raises(DataError, match=r"2 to train on \(a-train, b-train\) and 0 to test on"):
        idx_folder(tmp_path)

"""MNIST: the real files give the real numbers; every other file is named and refused."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from data.mirror import NAMES, Mirror, idx, loader

from pellucid.data.mnist import download_mnist, mnist
from pellucid.errors import DataError, FileError


def test_the_real_files_give_seventy_thousand_digits(mnist_folder: Path) -> None:
    train, test = mnist(mnist_folder)
    assert train.features.shape == (60_000, 784)
    assert test.features.shape == (10_000, 784)
    assert train.features.dtype == np.float32
    assert (train.features.min(), train.features.max()) == (0, 1)
    assert (train.name, test.name, train.classes) == ("mnist train", "mnist test", 10)
    # Known of MNIST: the first labels, the counts per class, the mean and the deviation of ink.
    assert train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert train.class_counts.tolist() == [
        5923,
        6742,
        5958,
        6131,
        5842,
        5421,
        5918,
        6265,
        5851,
        5949,
    ]
    assert train.features.mean(dtype=np.float64) == pytest.approx(0.1307, abs=5e-5)
    assert train.features.std(dtype=np.float64) == pytest.approx(0.3081, abs=5e-5)
    assert (train.features[0] * 255).reshape(28, 28)[5, 12:16].tolist() == [3, 18, 18, 18]


@pytest.mark.parametrize("compressed", [True, False], ids=["gzip", "plain"])
@pytest.mark.parametrize("mark", ["-", "."], ids=["dash", "dot"])
def test_every_spelling_of_the_names_is_found(small: Path, mark: str, compressed: bool) -> None:
    for path in list(small.iterdir()):
        content = path.read_bytes()
        path.unlink()
        name = path.stem.replace("-idx", f"{mark}idx") + (".gz" if compressed else "")
        (small / name).write_bytes(content if compressed else gzip.decompress(content))
    train, test = mnist(small)
    assert train.features.shape == (12, 784)
    assert test.labels.tolist() == [0, 1, 2, 3, 4]
    assert train.features[0, 255] == 1
    assert train.features[0, 51] == np.float32(0.2)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file_is_named_with_the_remedy(small: Path, name: str) -> None:
    (small / f"{name}.gz").unlink()
    with pytest.raises(FileError, match=rf"holds no file {name} .*download_mnist"):
        mnist(small)


@pytest.mark.parametrize("name", NAMES)
def test_a_truncated_file_is_named(small: Path, name: str) -> None:
    path = small / f"{name}.gz"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(FileError, match=rf"read .*{name}\.gz: damaged or truncated gzip"):
        mnist(small)


@pytest.mark.parametrize("name", NAMES)
def test_one_changed_byte_is_found_by_the_digest(small: Path, name: str) -> None:
    path = small / f"{name}.gz"
    content = bytearray(gzip.decompress(path.read_bytes()))
    content[-1] ^= 1
    path.write_bytes(gzip.compress(bytes(content)))
    with pytest.raises(
        FileError, match=rf"{name}\.gz is not the file of MNIST: its SHA-256 is .*verify=False"
    ):
        mnist(small)
    mnist(small, verify=False)


@pytest.mark.parametrize("name", NAMES)
def test_another_size_is_found_by_the_header(small: Path, name: str) -> None:
    path = small / f"{name}.gz"
    shape = (3, 28, 28) if "images" in name else (3,)
    path.write_bytes(gzip.compress(idx(np.zeros(shape))))
    with pytest.raises(
        FileError, match=rf"{name}\.gz: the header says \(3,.* It must say \((12|5)"
    ):
        mnist(small)


def test_swapped_images_and_labels_are_refused(small: Path) -> None:
    images, labels = small / f"{NAMES[0]}.gz", small / f"{NAMES[1]}.gz"
    images.rename(small / "other")
    labels.rename(images)
    (small / "other").rename(labels)
    with pytest.raises(FileError, match=rf"{NAMES[0]}\.gz: the header says \(12,\)\. It must say"):
        mnist(small)
    with pytest.raises(FileError, match=r"holds uint8 of shape \(12,\)\. .* 3 dimensions"):
        mnist(small, verify=False)


def test_other_data_in_the_same_form_are_taken_without_verification(small: Path) -> None:
    (small / f"{NAMES[0]}.gz").write_bytes(gzip.compress(idx(np.full((7, 32, 32), 255))))
    (small / f"{NAMES[1]}.gz").write_bytes(gzip.compress(idx(np.arange(20, 27))))
    train, test = mnist(small, verify=False)
    assert train.features.shape == (7, 1024)
    assert train.features.min() == 1
    assert (train.classes, test.classes) == (27, 27)


def test_images_and_labels_of_different_numbers_are_refused(small: Path) -> None:
    (small / f"{NAMES[1]}.gz").write_bytes(gzip.compress(idx(np.arange(8))))
    with pytest.raises(DataError, match=r"features have shape \(12, 784\), labels \(8,\)"):
        mnist(small, verify=False)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=rf"{tmp_path}/none holds no file {NAMES[0]}"):
        mnist(tmp_path / "none")


def test_a_download_gives_the_files_that_the_loader_reads(mirror: str, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    paths = download_mnist(folder, mirrors=(f"{mirror}/good/",))
    assert [path.name for path in paths] == [f"{name}.gz" for name in NAMES]
    assert sorted(folder.iterdir()) == sorted(paths)
    assert len(mnist(folder)[0]) == 12


def test_files_that_are_there_and_right_are_not_fetched_again(
    mirror: str, small: Path, tmp_path: Path
) -> None:
    (small / f"{NAMES[2]}.gz").unlink()
    paths = download_mnist(small, mirrors=(f"{mirror}/good",))
    assert Mirror.asked == [f"/good/{NAMES[2]}.gz"]
    assert all(path.is_file() for path in paths)


def test_another_file_of_that_name_is_kept_and_reported(mirror: str, tmp_path: Path) -> None:
    other = tmp_path / NAMES[0]
    other.write_bytes(b"something of mine")
    with pytest.raises(FileError, match=rf"{NAMES[0]} is there, but is not .*Delete it, or choose"):
        download_mnist(tmp_path, mirrors=(f"{mirror}/good",))
    assert other.read_bytes() == b"something of mine"
    assert Mirror.asked == []


def test_the_public_mirrors_are_encrypted() -> None:
    assert all(mirror.startswith("https://") for mirror in loader.MIRRORS)

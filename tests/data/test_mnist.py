"""MNIST: the real files give the real numbers; every other file is named and refused."""

import gzip
import http.server
import importlib
import shutil
import struct
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from pellucid.data.idx import read_idx_and_digest
from pellucid.data.mnist import download_mnist, mnist
from pellucid.errors import DataError, FileError, OptionError

# The function `mnist` hides its module from an ordinary import.
loader = importlib.import_module("pellucid.data.mnist")
NAMES = [file.name for file in loader.FILES]


def idx(array: np.ndarray[Any, Any]) -> bytes:
    head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(np.uint8).tobytes()


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with four files of MNIST's form, for which alone the loader is made to look."""
    folder = tmp_path / "mnist"
    folder.mkdir()
    files = []
    for file in loader.FILES:
        shape = (12 if "train" in file.name else 5, *file.shape[1:])
        array = np.arange(np.prod(shape)).reshape(shape) % (10 if len(shape) == 1 else 256)
        path = folder / f"{file.name}.gz"
        path.write_bytes(gzip.compress(idx(array)))
        files.append(replace(file, shape=shape, sha256=read_idx_and_digest(path)[1]))
    monkeypatch.setattr(loader, "FILES", tuple(files))
    return folder


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


class Mirror(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; what it is asked for stands in `asked`."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path.startswith("/cut/"):
            self.path = self.path.removeprefix("/cut")
            content = Path(self.translate_path(self.path)).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2])
        elif self.path.startswith("/endless/"):
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(bytes(2**16))
            except OSError:
                return
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def mirror(small: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server on this machine that holds the small files under /good."""
    monkeypatch.setattr(Mirror, "asked", [])
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    root = small.parent / "server"
    shutil.copytree(small, root / "good")
    shutil.copytree(small, root / "wrong")
    for path in (root / "wrong").iterdir():
        path.write_bytes(gzip.compress(b"\0\0\x08\x01\0\0\0\x01x"))

    def handler(*arguments: object) -> Mirror:
        return Mirror(*arguments, directory=str(root))  # type: ignore[arg-type]

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


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


def test_another_file_of_that_name_is_kept_and_reported(mirror: str, tmp_path: Path) -> None:
    other = tmp_path / NAMES[0]
    other.write_bytes(b"something of mine")
    with pytest.raises(FileError, match=rf"{NAMES[0]} is there, but is not .*Delete it, or choose"):
        download_mnist(tmp_path, mirrors=(f"{mirror}/good",))
    assert other.read_bytes() == b"something of mine"
    assert Mirror.asked == []


@pytest.mark.parametrize("address", ["file:///etc", "ftp://127.0.0.1/mnist", "mnist"])
def test_addresses_of_other_kinds_are_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(OptionError, match="is not an http or https address"):
        download_mnist(tmp_path, mirrors=(address,))


def test_a_download_into_a_place_that_is_a_file_is_one_error(mirror: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileError, match=r"download .*file/.*: (File exists|Not a directory)"):
        download_mnist(tmp_path / "file", mirrors=(f"{mirror}/good",))


def test_the_public_mirrors_are_encrypted() -> None:
    assert all(mirror.startswith("https://") for mirror in loader.MIRRORS)

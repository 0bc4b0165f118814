"""Atomic writing: the old file or the new one, never a part, whatever goes wrong."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest

from pellucid.errors import FileError
from pellucid.io.files import file_error, write_atomic

NOBODY = 65534


def test_bytes_are_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    write_atomic(path, b"first")
    write_atomic(path, b"second, longer")
    assert path.read_bytes() == b"second, longer"
    assert os.listdir(tmp_path) == ["file.bin"]


def test_a_file_that_another_program_holds_open_is_told_as_that() -> None:
    error = PermissionError(errno.EACCES, "Access is denied")
    error.winerror = 32  # type: ignore[attr-defined]
    text = str(file_error("write", "model.bin", error))
    assert text.startswith("write model.bin: Access is denied. If another program has the file op")
    assert "close it there. Choose a folder that you may write to" in text


def test_a_writer_fills_the_open_file(tmp_path: Path) -> None:
    def write(file: BinaryIO) -> None:
        file.write(b"one ")
        file.write(b"two")

    write_atomic(str(tmp_path / "file.bin"), write)
    assert (tmp_path / "file.bin").read_bytes() == b"one two"


def test_a_link_stays_and_the_file_it_points_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write_atomic(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


@pytest.mark.parametrize("failure", [RuntimeError("broken"), KeyboardInterrupt()])
def test_a_failing_writer_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, failure: BaseException
) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(b"old")

    def write(file: BinaryIO) -> None:
        file.write(b"half of the n")
        raise failure

    with pytest.raises(type(failure)):
        write_atomic(path, write)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file.bin"]


def test_the_old_file_is_whole_until_the_new_one_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(b"old")

    def write(file: BinaryIO) -> None:
        file.write(b"n" * 100_000)
        assert path.read_bytes() == b"old"

    write_atomic(path, write)
    assert path.read_bytes() == b"n" * 100_000


def test_a_kill_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(b"old")
    program = (
        "import os, signal, sys\n"
        "from pellucid.io.files import write_atomic\n"
        "def write(file):\n"
        "    file.write(b'n' * 100_000)\n"
        "    file.flush()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_atomic(sys.argv[1], write)\n"
    )
    run = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert run.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"


def test_content_and_folder_are_flushed_around_the_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    flush, replace = os.fsync, os.replace

    def record_flush(descriptor: int) -> None:
        is_folder = os.fstat(descriptor).st_mode & 0o040000
        order.append("flush folder" if is_folder else "flush file")
        flush(descriptor)

    def record_replace(source: Path, target: Path) -> None:
        order.append("rename")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", record_flush)
    monkeypatch.setattr(os, "replace", record_replace)
    write_atomic(tmp_path / "file.bin", b"content")
    assert order == ["flush file", "rename", "flush folder"]


def test_a_full_disk_is_one_error_and_nothing_is_lost(small_disk: Path) -> None:
    path = small_disk / "weights.bin"
    write_atomic(path, b"o" * 4096)
    with pytest.raises(FileError, match=r"write .*weights\.bin: No space left on device\. Free"):
        write_atomic(path, b"n" * 200_000)
    assert path.read_bytes() == b"o" * 4096
    assert os.listdir(small_disk) == ["weights.bin"]


def test_a_file_that_hits_a_limit_half_way_is_one_error_and_nothing_is_lost(tmp_path: Path) -> None:
    """A limit on file sizes is the full disk that everyone can have, in a process of its own."""
    (tmp_path / "file.bin").write_bytes(b"old")
    program = (
        "import os, resource, sys\n"
        "from pellucid.errors import FileError\n"
        "from pellucid.io.files import write_atomic\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n"
        "    write_atomic(sys.argv[1], b'n' * 100_000)\n"
        "except FileError as error:\n"
        "    print(error)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "file.bin")]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "file.bin: File too large. The file system or a limit" in run.stdout
    assert (tmp_path / "file.bin").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file.bin"]


def test_a_device_is_refused_and_stays(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match=r"pipe: this is a device\. Give the name of a file"):
        write_atomic(tmp_path / "pipe", b"content")
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_at_each_step_removes_the_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(FileError, match=r"file\.bin: Input/output error\. The device reports"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file.bin"]


def test_a_missing_folder_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"missing/file\.bin: No such .*\. Create the folder first"):
        write_atomic(tmp_path / "missing" / "file.bin", b"content")


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"Is a directory\. Give the name of a file inside"):
        write_atomic(tmp_path, b"content")
    assert os.listdir(tmp_path) == []


def test_a_file_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(FileError, match="Not a directory"):
        write_atomic(tmp_path / "file" / "inside", b"content")


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"name too long\. Choose a shorter name"):
        write_atomic(tmp_path / ("n" * 300), b"content")
    assert os.listdir(tmp_path) == []


def test_an_unwritable_folder_is_one_error(tmp_path: Path) -> None:
    """Permissions do not bind the superuser, who tries it as another user in another process."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o555)
    program = (
        "import os, sys\n"
        "from pellucid.errors import FileError\n"
        "from pellucid.io.files import write_atomic\n"
        "os.chdir(sys.argv[1])\n"
        f"os.getuid() or os.setuid({NOBODY})\n"
        "try:\n"
        "    write_atomic('file.bin', b'content')\n"
        "except FileError as error:\n"
        "    print(error)\n"
    )
    command = [sys.executable, "-c", program, str(folder)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout == (
        "write file.bin: Permission denied. Choose a folder that you may write to, "
        "or change its permissions.\n"
    )


def test_an_error_without_known_remedy_still_names_path_and_reason() -> None:
    text = str(file_error("read", "x.bin", OSError(errno.EXDEV, "Cross-device link")))
    assert text == "read x.bin: Cross-device link."

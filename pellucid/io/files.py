"""Writing a file so that a crash, a full disk or a kill never leaves half of one.

    write_atomic(path, content)        the file is replaced as a whole, or stays as it was
    file_error(doing, path, error)     what an OSError means for the user, as a FileError

Nothing here knows what the files hold.
"""

import contextlib
import errno
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from pellucid import disk
from pellucid.disk import AnyPath
from pellucid.errors import FileError
from pellucid.strict import strict

Writer = Callable[[BinaryIO], None]

REMEDIES = {
    errno.ENOSPC: "Free some space, or write to another disk.",
    errno.EDQUOT: "Your disk quota is used up: delete something, or write to another disk.",
    errno.EFBIG: "The file system or a limit of the shell (ulimit -f) refuses files this large.",
    errno.EACCES: "Choose a folder that you may write to, or change its permissions.",
    errno.EPERM: "Choose a folder that you may write to, or change its permissions.",
    errno.EROFS: "The disk is mounted read-only: choose a folder on another one.",
    errno.ENOENT: "Create the folder first, or correct the path.",
    errno.EEXIST: "Something else has this name: choose another one, or move that away.",
    errno.ENOTDIR: "A part of the path before its last name is a file, not a folder: correct it.",
    errno.EISDIR: "Give the name of a file inside the folder.",
    errno.ENAMETOOLONG: "Choose a shorter name.",
    errno.EMFILE: "This program holds too many open files: close some (see ulimit -n).",
    errno.EIO: "The device reports a fault: check the disk and copy what you have elsewhere.",
}

READING = ("read", "open")  # what nobody makes a folder for
TO_READ = {
    errno.ENOENT: "Check the path.",
    errno.EACCES: "Change its permissions, so that you may read it.",
    errno.EPERM: "Change its permissions, so that you may read it.",
}

# How Windows says so where another program has a file open: access denied, sharing violation.
IN_USE = (5, 32)


def file_error(doing: str, path: AnyPath, error: OSError) -> FileError:
    """The FileError that tells what `error` means: action, path, reason and remedy.

    >>> print(file_error("write", "model.bin", OSError(errno.ENOSPC, "No space left on device")))
    write model.bin: No space left on device. Free some space, or write to another disk.
    """
    reason = error.strerror or str(error) or type(error).__name__
    remedy = REMEDIES.get(error.errno or 0, "")
    if doing.endswith(READING):
        remedy = TO_READ.get(error.errno or 0, remedy)
    if getattr(error, "winerror", None) in IN_USE:
        remedy = f"If another program has the file open, close it there. {remedy}"
    return FileError(f"{doing} {os.fspath(path)}: {reason}. {remedy}".rstrip())


@strict
def write_atomic(path: AnyPath, content: bytes | Writer) -> None:
    """Replace the file at `path` by `content`, as one indivisible step.

    The content goes to a temporary name in the same folder, is flushed to the disk (fsync), and
    only then takes the place of `path`; the folder is flushed as well, so that a power cut after
    the call cannot undo it. At every instant `path` holds the old content or the new, whole.
    A link is followed: the file that it points to is replaced. `content` is the bytes, or a
    function that writes them to the open file it is given.

    Errors: FileError naming path, reason and remedy (disk full, folder missing or not writable,
        path is a folder or a device). Whatever fails, the temporary file is removed and
        `path` is whole.
    Source: the order write, fsync, rename, fsync of the folder: Pillai et al., "All File Systems
        Are Not Created Equal", OSDI 2014.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_atomic(Path(folder) / "note.txt", b"whole")
    ...     (Path(folder) / "note.txt").read_text()
    'whole'
    """
    target = Path(os.path.realpath(disk.expanded(path)))
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.tmp")
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if target.exists() and not target.is_file():
            # Renaming over a device such as /dev/null would remove it from the system.
            raise FileError(f"write {path}: this is a device. Give the name of a file.")
        # "x" never follows a link and never opens a file that is already there.
        with open(temporary, "xb") as file:
            _fill(file, content)
        disk.replace(temporary, target)
        _flush_folder(target.parent)
    except OSError as error:
        _remove(temporary)
        if isinstance(error, FileError):
            raise
        raise file_error("write", path, error) from error
    except BaseException:
        _remove(temporary)
        raise


def _fill(file: BinaryIO, content: bytes | Writer) -> None:
    if callable(content):
        content(file)
    else:
        file.write(content)
    file.flush()
    disk.flush(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Write the new name itself to the disk; Windows cannot open folders and needs no such step."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        disk.flush(descriptor)
    except OSError as error:
        # Some network and FUSE file systems cannot flush a folder; the file is in place anyway.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def _remove(temporary: Path) -> None:
    # The first error says why; a second about the same disk would hide it.
    with contextlib.suppress(OSError):
        temporary.unlink(missing_ok=True)

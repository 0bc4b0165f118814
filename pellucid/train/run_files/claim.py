"""A lock on a run folder: one Trainer at a time may write into it.

    Claim    had from `take` to `release`, or until the process ends, however it ends

The system keeps it, as a lock on the file `.lock` in the folder: a process that is killed has
none any more, and that the file is there says nothing. Who only reads a run needs no claim.
"""

import os
import warnings
import weakref
from contextlib import suppress
from pathlib import Path

from pellucid import disk
from pellucid.errors import FileError
from pellucid.io.files import file_error

LOCK_FILE = ".lock"
ID_BYTES = 20  # of the number of a process, in digits


class Claim:
    """The right to write into one folder.

    Errors: FileError where another Trainer has it, in this process or another one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._descriptor: int | None = None

    def take(self) -> None:
        """Have it from now on; where it is had already, nothing changes."""
        if self._descriptor is not None:
            return
        path = self.folder / LOCK_FILE
        try:
            # Not inherited by other programs: what they have open would keep the lock.
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise file_error("lock the run folder by", path, error) from error
        _claims.add(self)
        try:
            self._lock(self._descriptor)
        except BaseException:
            self.release()
            raise

    @property
    def is_had(self) -> bool:
        """Whether it is had now: a forked child has none, though its parent may."""
        return self._descriptor is not None

    def _lock(self, descriptor: int) -> None:
        try:
            if not disk.lock(descriptor):
                raise FileError(
                    f"run {self.folder}: {_owner(descriptor)} is training in it. Wait until that "
                    "is done, or stop it with Ctrl-C; or choose another folder."
                )
        except FileError:
            raise
        except OSError as error:
            message = f"run {self.folder}: its file system has no locks ({error.strerror})."
            warnings.warn(f"{message} See that nobody else trains in it.", stacklevel=2)
            return
        with suppress(OSError):  # a disk that is full; it only tells others who it is
            os.ftruncate(descriptor, 0)
            os.lseek(descriptor, 0, os.SEEK_SET)
            os.write(descriptor, str(os.getpid()).encode())

    def release(self) -> None:
        """Let others have it."""
        descriptor = self._descriptor
        self._descriptor = None
        if descriptor is not None:
            os.close(descriptor)

    __del__ = release


def _owner(descriptor: int) -> str:
    """Who has the lock, as far as the file says."""
    said = b""
    with suppress(OSError):
        said = os.read(descriptor, ID_BYTES)
    if said == str(os.getpid()).encode():
        return "another Trainer of this process"
    return f"process {said.decode()}" if said.isdigit() else "another process"


_claims: "weakref.WeakSet[Claim]" = weakref.WeakSet()


def _release_all() -> None:
    """A forked child has no claim: its parent's would else outlive the parent."""
    for claim in list(_claims):
        claim.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_release_all)

"""What the disk is asked for, the same on every system.

flush       keep what was written to an open file, even if the power fails now
replace     one file takes the place of another, at once
lock        a lock on an open file, which ends with the process
expanded    the path that a user means: `~` is the home folder
AnyPath     what a path may be given as
"""

import os
import sys
import time
from contextlib import suppress

AnyPath = str | os.PathLike[str]
WINDOWS = os.name == "nt"
FAR = 2**30  # bytes into a file, where nothing is: Windows lets nobody read what is locked
PATIENCE = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # seconds between tries


def expanded(path: AnyPath) -> str:
    """The path that a user means: a `~` at its beginning is the home folder, as in a shell.

    >>> expanded("~/pets") == os.path.join(os.path.expanduser("~"), "pets")
    True
    """
    return os.path.expanduser(os.fspath(path))


def flush(descriptor: int) -> None:
    """Have the disk keep what was written to an open file or folder.

    On macOS fsync ends when the disk has the data, perhaps in memory of its own only; F_FULLFSYNC
    asks it to write them down. File systems that know no such thing get an fsync.
    Source: Apple, fsync(2).
    """
    if sys.platform == "darwin":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def replace(temporary: AnyPath, path: AnyPath) -> None:
    """Give a file the name of another, which is gone then.

    Windows refuses that while anyone has the other one open, as readers, indexers and scanners for
    viruses have for moments: there, it is tried again for two seconds.
    """
    for seconds in PATIENCE:
        try:
            os.replace(temporary, path)
        except PermissionError:
            if not WINDOWS:
                raise
            time.sleep(seconds)
        else:
            return
    os.replace(temporary, path)


def lock(descriptor: int) -> bool:
    """Lock an open file until it is closed; whether nobody else had it.

    The lock belongs to what was opened, not to the file's name or content: it ends when the
    process ends, even by a kill. Errors: OSError where the file system has no locks.
    """
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

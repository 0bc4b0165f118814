"""What the disk is asked for, the same on every system.

flush       keep what was written to an open file, even if the power fails now
replace     one file takes the place of another, at once
"""

import os
import sys
import time
from contextlib import suppress

WINDOWS = os.name == "nt"
PATIENCE = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # seconds between tries


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


def replace(temporary: str | os.PathLike[str], path: str | os.PathLike[str]) -> None:
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

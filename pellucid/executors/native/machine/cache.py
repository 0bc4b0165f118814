"""The disk cache of machine code, so that a program is compiled once per machine.

    Cache       finds and keeps object code by a key
    key_of      what object code depends on, as one digest; digest_of: of any texts
    folder      where the cache lies

Entries are whole files written under a temporary name and renamed, so that processes share
the cache without locks. Each carries a digest of its contents: what is damaged, or was not
written by this library, counts as absent. So does what others than this user could have written:
a digest has no key, and the code is run. The cache may be deleted at any time.
"""

import hashlib
import os
import stat
import time
import warnings
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path

import llvmlite

from pellucid.disk import expanded
from pellucid.executors.native.machine import system

LIMIT_BYTES = 256 * 2**20
STALE_SECONDS = 3600  # an unfinished entry that is older was left by a process that was killed
_MAGIC = b"pellucid object 1\n"
_DIGEST_BYTES = 32
# Of a file that is opened: no link is followed, and no pipe waited for. Windows has neither.
_CAREFULLY = sum(getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))


def folder() -> Path:
    """`$PELLUCID_CACHE` where it is set, else `pellucid` in the user's cache folder."""
    chosen = os.environ.get("PELLUCID_CACHE")
    if chosen:
        return Path(expanded(chosen))
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(expanded(base)) if base else Path.home() / ".cache") / "pellucid"
    except RuntimeError:  # a user without a home: no file can be kept below this one
        return Path(os.devnull)


def key_of(text: str, target: object) -> str:
    """The digest of a program's text, the `Target`, and the compiler that makes code of it."""
    return digest_of(text, repr(target))


def digest_of(*parts: str) -> str:
    """The digest of some texts, of the system, of LLVM's version, and of the compiler."""
    parts = (*parts, system.described(), llvmlite.__version__, _compiler_digest())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@lru_cache(maxsize=1)
def _compiler_digest() -> str:
    """A digest of the sources of the compiler and of the primitives: any change counts."""
    digest = hashlib.sha256()
    native = Path(__file__).parents[1]
    for source in sorted([*native.rglob("*.py"), *(native.parents[1] / "primitives").glob("*.py")]):
        digest.update(source.read_bytes())
    return digest.hexdigest()


@cache
def _say(what: str, why: str) -> None:
    """Say once why something on the disk is not used."""
    warnings.warn(
        f"pellucid: {what} is not used, as it {why}. It holds code that is run: the folder and "
        "its files must belong to you and be writable by nobody else. Correct that (chown, "
        "chmod go-w), or name another folder in PELLUCID_CACHE.",
        stacklevel=2,
    )


class Cache:
    """Object code on disk, by key. Trouble with the disk never stops a program."""

    def __init__(self, path: Path | None = None, limit_bytes: int = LIMIT_BYTES) -> None:
        self.path = folder() if path is None else path
        self.limit_bytes = limit_bytes

    def find(self, key: str) -> bytes | None:
        """The object code kept under a key, or None."""
        try:
            content = self._read(self._file(key)) if self._is_private() else b""
        except OSError:
            return None
        with suppress(OSError):  # a cache that can only be read serves as well
            os.utime(self._file(key))  # used now: the last to be removed
        head, body = content[: len(_MAGIC)], content[len(_MAGIC) :]
        digest, code = body[:_DIGEST_BYTES], body[_DIGEST_BYTES:]
        whole = head == _MAGIC and hashlib.sha256(key.encode() + code).digest() == digest
        return code if whole else None

    def keep(self, key: str, code: bytes) -> None:
        """Keep object code; the least recently used entries make room for it."""
        # On use: they take five milliseconds, and mostly there is nothing to keep.
        import shutil
        import tempfile

        digest = hashlib.sha256(key.encode() + code).digest()
        name = None
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not self._is_private():
                return
            handle, name = tempfile.mkstemp(dir=self.path, suffix=".part")
            with os.fdopen(handle, "wb") as file:
                file.write(_MAGIC + digest + code)
            if self._file(key).is_dir() and not self._file(key).is_symlink():
                shutil.rmtree(self._file(key))  # no file can take the place of a folder
            os.replace(name, self._file(key))
            self._make_room()
        except BaseException as error:
            if name is not None:
                with suppress(OSError):
                    Path(name).unlink(missing_ok=True)
            if not isinstance(error, OSError | MemoryError):
                raise

    def content(self) -> tuple[int, int]:
        """How many entries there are, and their bytes."""
        sizes = []
        for file in self.path.glob("*.object"):
            with suppress(OSError):
                sizes.append(file.lstat().st_size)
        return len(sizes), sum(sizes)

    def _file(self, key: str) -> Path:
        return self.path / f"{key}.object"

    def _is_private(self) -> bool:
        """Whether nobody else can have written into the folder; said once where they can."""
        status = os.stat(self.path)
        why = system.why_open(self.path, status) if stat.S_ISDIR(status.st_mode) else ""
        if why:
            _say(f"the disk cache {self.path}", why)
        return not why

    def _read(self, file: Path) -> bytes:
        """The content of an entry: nothing where it is no file, or others can have written it.

        A link is not followed, and a named pipe is not waited for.
        """
        handle = os.open(file, os.O_RDONLY | _CAREFULLY)
        with os.fdopen(handle, "rb") as opened:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode) or status.st_size > self.limit_bytes:
                return b""
            if why := system.why_open(file, status):
                _say(f"a file of the disk cache {self.path}", why)
                return b""
            return opened.read()

    def _make_room(self) -> None:
        """Remove what was left unfinished, then the oldest entries till the rest fits the limit."""
        entries, now = [], time.time()
        for file in (*self.path.glob("*.object"), *self.path.glob("*.part")):
            with suppress(OSError):  # another process removed it
                status = file.lstat()
                age = now - status.st_mtime
                if file.suffix == ".part" and age > STALE_SECONDS:
                    file.unlink()
                elif stat.S_ISREG(status.st_mode):
                    entries.append((-age, status.st_size, file))
        total = sum(size for _, size, _ in entries)
        for _, size, file in sorted(entries):
            if total <= self.limit_bytes:
                break
            with suppress(OSError):
                file.unlink(missing_ok=True)
                total -= size

"""The disk cache of machine code, so that a program is compiled once per machine.

    Cache       finds and keeps object code by a key
    key_of      what object code depends on, as one digest; digest_of: of any texts
    folder      where the cache lies

Entries are whole files written under a temporary name and renamed, so that processes share
the cache without locks. Each carries a digest of its contents: what is damaged, or was not
written by this library, counts as absent. The cache may be deleted at any time.
"""

import hashlib
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import llvmlite

if TYPE_CHECKING:
    from pellucid.executors.native.target import Target

LIMIT_BYTES = 256 * 2**20
_MAGIC = b"pellucid object 1\n"
_DIGEST_BYTES = 32


def folder() -> Path:
    """`$PELLUCID_CACHE` where it is set, else `pellucid` in the user's cache folder."""
    chosen = os.environ.get("PELLUCID_CACHE")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "pellucid"
    except RuntimeError:  # a user without a home: no file can be kept below this one
        return Path(os.devnull)


def key_of(text: str, target: "Target") -> str:
    """The digest of a program's text, the CPU, and the compiler that makes code of it."""
    return digest_of(text, repr(target))


def digest_of(*parts: str) -> str:
    """The digest of some texts, of LLVM's version, and of the compiler."""
    parts = (*parts, llvmlite.__version__, _compiler_digest())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@lru_cache(maxsize=1)
def _compiler_digest() -> str:
    """A digest of the sources of the compiler and of the primitives: any change counts."""
    digest = hashlib.sha256()
    native = Path(__file__).parent
    for source in sorted([*native.glob("*.py"), *(native.parents[1] / "primitives").glob("*.py")]):
        digest.update(source.read_bytes())
    return digest.hexdigest()


class Cache:
    """Object code on disk, by key. Trouble with the disk never stops a program."""

    def __init__(self, path: Path | None = None, limit_bytes: int = LIMIT_BYTES) -> None:
        self.path = folder() if path is None else path
        self.limit_bytes = limit_bytes

    def find(self, key: str) -> bytes | None:
        """The object code kept under a key, or None."""
        try:
            content = self._file(key).read_bytes()
        except OSError:
            return None
        with suppress(OSError):  # a cache that can only be read serves as well
            os.utime(self._file(key))  # used now: the last to be removed
        head, rest = content[: len(_MAGIC)], content[len(_MAGIC) :]
        digest, code = rest[:_DIGEST_BYTES], rest[_DIGEST_BYTES:]
        whole = head == _MAGIC and hashlib.sha256(key.encode() + code).digest() == digest
        return code if whole else None

    def keep(self, key: str, code: bytes) -> None:
        """Keep object code; the least recently used entries make room for it."""
        import tempfile  # on use: it takes five milliseconds, and mostly there is nothing to keep

        digest = hashlib.sha256(key.encode() + code).digest()
        name = None
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=self.path, suffix=".part")
            with os.fdopen(handle, "wb") as file:
                file.write(_MAGIC + digest + code)
            os.replace(name, self._file(key))
            self._make_room()
        except OSError:
            if name is not None:
                with suppress(OSError):
                    Path(name).unlink(missing_ok=True)

    def _file(self, key: str) -> Path:
        return self.path / f"{key}.object"

    def _make_room(self) -> None:
        """Remove the oldest entries, unfinished ones too, until the rest fits the limit."""
        entries = []
        for file in (*self.path.glob("*.object"), *self.path.glob("*.part")):
            status = file.stat()
            entries.append((status.st_mtime, status.st_size, file))
        total = sum(size for _, size, _ in entries)
        for _, size, file in sorted(entries):
            if total <= self.limit_bytes:
                break
            file.unlink(missing_ok=True)
            total -= size

"""Run as a process of its own: reads tables of an HDF5 file and writes them to standard output.

A damaged file can make the HDF5 library end its process, run for ever, or take all memory: it is
this process then, and `pellucid.data.hdf5`, which starts it, says so. Standard input holds one JSON
object: "path", "keys", "modules" (where modules are looked for). Standard output begins with a
line of JSON, the shape and element type of each table, and goes on with their elements in the order
of the keys, row by row, in the byte order of this machine. Standard error holds a JSON object where
something is wrong. Nothing of pellucid is imported, so that the process starts at once.
"""

import importlib
import json
import math
import os
import sys
from collections.abc import Iterator
from typing import Any

# Deflate spends at least 2 bits on a run of 258 bytes: no honest stream grows by more.
LARGEST_RATIO = 1032
GZIP, SHUFFLE, CHECKSUM, LZF = 1, 2, 3, 32000  # the filters that are known to grow by no more
AT_ONCE = 2**22  # bytes that are read together, where the chunks are not larger
SPARE_BYTES = 2**28  # of address space, beside what the tables need
SECONDS = 4  # of the processor, and one more for each 50 MB of tables


class RefusedError(Exception):
    """What is refused before it is read."""


def main() -> int:
    """Read what standard input asks for; the exit code."""
    asked = json.load(sys.stdin)
    sys.path[:] = asked["modules"]
    h5py = importlib.import_module("h5py")

    _limit(SPARE_BYTES, SECONDS)
    try:
        with h5py.File(asked["path"], "r") as file:
            tables = [_table(h5py, file, key) for key in asked["keys"]]
            known = [[list(table.shape), table.dtype.str.lstrip("<>=|")] for table in tables]
            _write((json.dumps(known) + "\n").encode())
            _limit(SPARE_BYTES + 4 * max(map(_largest_piece, tables)), _seconds(tables))
            for table in tables:
                for piece in _pieces(table):
                    _write(piece)
        sys.stdout.buffer.flush()
    except RefusedError as error:
        return _say("refused", error)
    except OSError as error:
        return _say("read" if error.errno else "damaged", error)
    except Exception as error:  # h5py reports damage by very many kinds
        return _say("damaged", error)
    return 0


def _say(kind: str, error: Exception) -> int:
    sys.stderr.write(json.dumps({"kind": kind, "message": str(error)[:1000]}))
    return 1


def _write(piece: Any) -> None:
    sys.stdout.buffer.write(piece)


def _limit(spare: int, seconds: int) -> None:
    """Let this process end where it takes more memory or time than any honest file asks for."""
    try:
        import resource
    except ImportError:  # Windows: the process that started this one waits only so long
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, most))
    try:
        with open("/proc/self/statm") as file:
            now = int(file.read().split()[0]) * resource.getpagesize()
    except OSError:  # macOS tells no such thing
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = now + spare
    if most != resource.RLIM_INFINITY:
        wanted = min(wanted, most)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, most))


def _seconds(tables: list[Any]) -> int:
    return SECONDS + sum(map(_bytes, tables)) // 50_000_000


def _table(h5py: Any, file: Any, key: str) -> Any:
    """The table under a key, which lies in this very file and is as large as it says."""
    link = file.get(key, getlink=True)
    if not isinstance(link, h5py.HardLink) or not isinstance(file[key], h5py.Dataset):
        raise RefusedError(
            f"holds no table {key!r} of its own, but {', '.join(sorted(file)[:20])}. "
            "It is another kind of file."
        )
    table = file[key]
    if table.is_virtual or table.external:
        # Such a table would read any other file that it names.
        raise RefusedError(f"{key!r} lies in other files. That is refused.")
    if table.dtype.kind not in "iufb" or table.dtype.itemsize > 8 or table.shape is None:
        raise RefusedError(f"{key!r} is a table of {table.dtype}. Its elements must be numbers.")
    _check_size(key, table)
    return table


def _check_size(key: str, table: Any) -> None:
    """Refuse what the file cannot hold, before memory is taken for it."""
    settings = table.id.get_create_plist()
    filters = [settings.get_filter(i)[0] for i in range(settings.get_nfilters())]
    if len(set(filters)) < len(filters) or not {GZIP, SHUFFLE, CHECKSUM, LZF}.issuperset(filters):
        raise RefusedError(
            f"{key!r} is packed by the filters {filters}. Only gzip (1), shuffle (2), a checksum "
            "(3) and lzf (32000) are read, each once."
        )
    packed = GZIP in filters or LZF in filters
    stored = min(table.id.get_storage_size(), os.path.getsize(table.file.filename))
    room = stored * (LARGEST_RATIO if packed else 1)
    claim = f"claims shape {table.shape} of {table.dtype}, {_bytes(table):,} bytes"
    if _bytes(table) > room:
        most = "can expand to at most" if packed else "holds"
        raise RefusedError(f"{key!r} {claim}, but the file {most} {room:,} of it. It is damaged.")
    chunk = math.prod(table.chunks) * table.dtype.itemsize if table.chunks else 0
    if chunk > room and table.size:
        raise RefusedError(f"{key!r} {claim}, in chunks of {chunk:,} bytes. It is damaged.")


def _bytes(table: Any) -> int:
    return int(math.prod(table.shape) * table.dtype.itemsize)


def _row_bytes(table: Any) -> int:
    return int(math.prod(table.shape[1:]) * table.dtype.itemsize)


def _rows(table: Any) -> int:
    """How many rows are read together: whole chunks, so that none is unpacked twice."""
    chunk = table.chunks[0] if table.chunks else 1
    return int(chunk * max(1, AT_ONCE // max(1, chunk * _row_bytes(table))))


def _largest_piece(table: Any) -> int:
    return min(_bytes(table), _rows(table) * _row_bytes(table)) if table.shape else 8


def _pieces(table: Any) -> Iterator[Any]:
    """The elements, some rows at a time, in the byte order of this machine."""
    if not table.shape or 0 in table.shape:
        yield table[...].astype(table.dtype.newbyteorder("=")).tobytes()
        return
    rows = _rows(table)
    for start in range(0, table.shape[0], rows):
        piece = table[start : start + rows]
        yield piece.astype(piece.dtype.newbyteorder("=")).tobytes()


if __name__ == "__main__":
    sys.exit(main())

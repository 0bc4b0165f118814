"""The index of a folder of shards: what its numbers mean, and which file holds how many samples.

ShardIndex    what `index.json` says, checked when it is read
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pellucid.errors import FileError
from pellucid.io.files import file_error, write_atomic

INDEX = "index.json"
KIND = "pellucid shards"
VERSION = 1
MOST_BYTES = 2**26


@dataclass(frozen=True)
class ShardFile:
    """A file of the folder, how many samples it holds, and the checksum of its numbers."""

    file: str
    samples: int
    checksum: str


@dataclass(frozen=True)
class ShardIndex:
    """What a folder of shards says of itself; see `Dataset` for what the fields mean."""

    name: str
    classes: int
    vocabulary: int
    class_names: tuple[str, ...]
    picture: tuple[int, ...]
    features: tuple[ShardFile, ...]
    labels: ShardFile
    further: tuple[ShardFile, ...]

    @property
    def digest(self) -> str:
        """The checksums of all features, which differ for other data."""
        return "".join(shard.checksum for shard in self.features)

    def write(self, folder: Path) -> None:
        """Write it into a folder, whose files it makes a data set."""
        held = {"format": KIND, "version": VERSION, **asdict(self)}
        write_atomic(folder / INDEX, json.dumps(held, indent=1).encode())

    @staticmethod
    def read(folder: Path) -> "ShardIndex":
        """What a folder says. Errors: FileError naming the file, and the field that is wrong."""
        path = folder / INDEX
        where = f"sharded_set {path}"
        try:
            if path.stat().st_size > MOST_BYTES:
                raise FileError(f"{where}: more than {MOST_BYTES:,} bytes. It is no such index.")
            held = json.loads(path.read_text("utf-8"))
        except FileNotFoundError as error:
            raise FileError(
                f"{where}: there is no such file. A folder of shards is written by write_shards."
            ) from error
        except OSError as error:
            if isinstance(error, FileError):
                raise
            raise file_error("sharded_set: read", path, error) from error
        except ValueError as error:
            raise FileError(f"{where}: damaged: {error}. Write the folder again.") from error
        return _checked(where, held)


def _checked(where: str, held: Any) -> ShardIndex:
    if not isinstance(held, dict) or held.get("format") != KIND:
        raise FileError(f"{where}: no index of shards. Give a folder written by write_shards.")
    if held.get("version") != VERSION:
        raise FileError(
            f"{where}: version {held.get('version')!r}. This pellucid reads version {VERSION}."
        )
    read = _Reading(where, held)
    return ShardIndex(
        read.of("name", str),
        read.count("classes"),
        read.count("vocabulary"),
        tuple(read.several("class_names", str)),
        tuple(read.several("picture", int)),
        tuple(map(read.shard, read.several("features", dict))),
        read.shard(read.of("labels", dict)),
        tuple(map(read.shard, read.several("further", dict))),
    )


class _Reading:
    """Fields of the index, each of the type that it must have."""

    def __init__(self, where: str, held: dict[str, Any]) -> None:
        self._where = where
        self._held = held

    def of(self, name: str, kind: type) -> Any:
        value = self._held.get(name)
        if type(value) is not kind:
            raise self._wrong(name, value)
        return value

    def count(self, name: str) -> int:
        value: int = self.of(name, int)
        if value < 0:
            raise self._wrong(name, value)
        return value

    def several(self, name: str, kind: type) -> list[Any]:
        values: list[Any] = self.of(name, list)
        if any(type(value) is not kind for value in values):
            raise self._wrong(name, values)
        return values

    def shard(self, held: dict[str, Any]) -> ShardFile:
        read = _Reading(self._where, held)
        file = read.of("file", str)
        if Path(file).name != file or "\\" in file:  # another place than this folder
            raise read._wrong("file", file)
        return ShardFile(file, read.count("samples"), read.of("checksum", str))

    def _wrong(self, name: str, value: Any) -> FileError:
        return FileError(
            f"{self._where}: damaged: {name} is {str(value)[:80]!r}. Write the folder again."
        )

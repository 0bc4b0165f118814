"""Data larger than memory on the command line: folders that `write_shards` has written.

ShardOptions    where they are, and how many threads read them
load_shards     the parts, each a folder of shards, or one folder that is parted
"""

from dataclasses import dataclass, field
from pathlib import Path

from pellucid.cli.data_options import PATH
from pellucid.cli.data_parts import KEPT, DataParts
from pellucid.data import split
from pellucid.errors import DataError, FileError, OptionError


@dataclass(frozen=True)
class ShardOptions:
    """Where the shards are, and how they are read.

    `data_dir`: a folder that pellucid.data.write_shards has written, which is parted; or one with
    train/ and val/, test/ or both, each such a folder. `workers`: threads that read ahead of the
    steps, 0 for one on each CPU.
    """

    data_dir: str = field(metadata=PATH)
    workers: int = 0

    def __post_init__(self) -> None:
        if self.workers < 0:
            raise OptionError(f"shards: workers is {self.workers}. It counts threads: 0 or more.")


def load_shards(options: ShardOptions, seed: int) -> DataParts:
    """The sets of a folder. Errors: FileError, DataError."""
    from pellucid.data.shard_index import INDEX  # on use: few runs have so many samples
    from pellucid.data.shards import sharded_set

    folder = Path(options.data_dir)
    if (folder / INDEX).is_file():
        whole = sharded_set(folder, workers=options.workers)
        train, validation, test = split(whole, seed=seed, stratified=whole.classes > 0)[0]
        return DataParts(train, validation, test)
    found = {part: sharded_set(path, workers=options.workers) for part, path in _parts(folder)}
    if "validation" not in found:
        found["train"], found["validation"] = split(found["train"], (1 - KEPT, KEPT), seed=seed)[0]
    return DataParts(found["train"], found["validation"], found.get("test"))


def _parts(folder: Path) -> list[tuple[str, Path]]:
    """The folders of the parts, by what they are."""
    from pellucid.data.folder_parts import PARTS, folders_in
    from pellucid.data.shard_index import INDEX

    if not folder.is_dir():
        raise FileError(f"shards: {folder}: there is no such folder. Check the path.")
    named = [(PARTS.get(path.name.lower(), ""), path) for path in folders_in(folder)]
    found = [(part, path) for part, path in named if part and (path / INDEX).is_file()]
    kinds = [part for part, _ in found]
    if "train" not in kinds or len(set(kinds)) < len(kinds):
        there = ", ".join(path.name for _, path in named) or "no folders"
        raise DataError(
            f"shards: {folder} holds {there}, and no {INDEX}. It is a folder that "
            "pellucid.data.write_shards has written, or holds train and val, test or both, each "
            "written so."
        )
    return found

"""Data sets as folders of files: written sample by sample, and read when a batch needs them.

write_shards    put the samples of an iterable into a folder
sharded_set     the data set in such a folder
check_shards    read all of it, and refuse what is not as it was written

A folder holds `features-00000.npy` and so on, each of about 256 MiB; `labels.npy`, and an
`input1.npy` for each further input; and `index.json`, written last, which says what the numbers
mean, how many samples each file has, and the checksum of each.
"""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pellucid.data.datasets import Dataset
from pellucid.data.npy_files import NpyWriter, opened
from pellucid.data.sample_blocks import blocks_of
from pellucid.data.shard_index import ShardFile, ShardIndex
from pellucid.data.streamed import StreamedDataset
from pellucid.data.transformed import Transformed
from pellucid.data.unread_rows import Shards, UnreadRows, checksum_of_rows
from pellucid.disk import AnyPath, expanded
from pellucid.errors import DataError, FileError, OptionError
from pellucid.io.files import file_error
from pellucid.strict import strict

if TYPE_CHECKING:
    from pellucid.data.labels import Classes
    from pellucid.data.transformed import Transform

SHARD_BYTES = 2**28


@strict
def sharded_set(
    path: AnyPath, *, transform: "Transform | None" = None, workers: int = 0
) -> Dataset:
    """The data set in a folder that `write_shards` has written, however large it is.

    Features are read when a batch needs them, by `workers` threads ahead of the steps, 0 for one
    on each CPU; labels and further inputs stay in their files too. It is shuffled, trained on and
    measured like the same samples in memory, with the same bits. The files must stay as they are.
    What each file says of itself is compared with the index now, and labels with their checksum;
    that of features would take reading all of them, which `check_shards` does.
    `transform(sample, rng)`: makes a sample of each that is read, as in `picture_set`.

    Errors: FileError naming the file, and the field of its index, that is missing or damaged;
        DataError as in `Dataset`, for the features when they are read.
    """
    folder = Path(expanded(path))
    index = ShardIndex.read(folder)
    labels, *further = (_held(folder, each) for each in (index.labels, *index.further))
    _compare(folder, index.labels, labels)
    features = [_held(folder, shard) for shard in index.features]
    samples = {array.shape[1:] for array in features}
    counts = {sum(map(len, features)), *map(len, (labels, *further))}
    if len(samples) != 1 or len(counts) != 1:
        raise FileError(
            f"sharded_set {folder}: files of {sorted(counts)} samples, of shapes {sorted(samples)}."
            " All must have as many, of one shape: write the folder again."
        )
    names = [str(folder / shard.file) for shard in index.features]
    rows: UnreadRows = Shards(features, names, index.vocabulary, index.digest)
    rows = rows if transform is None else Transformed(rows, transform)
    meaning = (index.name, index.classes, index.vocabulary, index.class_names)
    return StreamedDataset(
        rows,
        labels,
        *meaning,
        tuple(further),
        index.picture,
        workers=workers,
    )


@strict
def check_shards(path: AnyPath) -> None:
    """Read all of a folder that `write_shards` has written: once it was copied, say, or fetched.

    Errors: FileError naming the file that is missing, or whose numbers are not those written.
    """
    folder = Path(expanded(path))
    index = ShardIndex.read(folder)
    for shard in (index.labels, *index.further, *index.features):
        _compare(folder, shard, _held(folder, shard))


def _compare(folder: Path, shard: ShardFile, array: Any) -> None:
    """Refuse numbers of a file that have another checksum than when they were written."""
    found = f"{checksum_of_rows(array, array.dtype):08x}"
    if found != shard.checksum:
        raise FileError(
            f"sharded_set: {folder / shard.file} is damaged: its checksum is {found}; the "
            f"index says {shard.checksum}. Copy it again, or write the folder again."
        )


def _held(folder: Path, shard: ShardFile) -> Any:
    """The array of a file, which has as many samples as the index says."""
    array = opened("sharded_set", folder / shard.file)
    if array.shape[:1] != (shard.samples,) or not array.flags.c_contiguous:
        raise FileError(
            f"sharded_set: {folder / shard.file} has shape {array.shape}; the index says "
            f"{shard.samples} samples. Write the folder again."
        )
    return array


@strict
def write_shards(
    path: AnyPath,
    samples: Iterable[Any],
    *,
    name: str | None = None,
    classes: "Classes" = None,
    vocabulary: int = 0,
    shard_bytes: int = SHARD_BYTES,
) -> Dataset:
    """Put samples into a folder of files, from which `sharded_set` reads them; that data set.

    `samples`: a Dataset; or an iterable of Datasets, the parts of one; or one of pairs, a sample
    and its target each, which are checked and converted as by `from_arrays`. Of these only some
    megabytes are in memory at a time. `classes` as in `from_arrays`: needed where targets are names
    or numbers to be predicted, and left out for Datasets, which know theirs.

    Errors: FileError where the folder holds files already, or cannot be written; DataError as in
        `from_arrays`, naming the samples concerned, and where samples have different shapes.
        Then, and where the iterable itself raises, nothing stays.
    """
    folder = Path(expanded(path))
    if shard_bytes < 1:
        raise OptionError(f"write_shards: shard_bytes is {shard_bytes}. It must be at least 1.")
    made = _made(folder)
    try:
        blocks = blocks_of(samples, name or folder.name, classes, vocabulary)
        _Folder(folder, shard_bytes).write(blocks, name)
    except BaseException as error:
        with suppress(OSError):
            _remove(folder, made=made)
        if isinstance(error, OSError) and not isinstance(error, FileError):
            raise file_error("write_shards: nothing was written into", folder, error) from error
        raise
    return sharded_set(folder)


def _made(folder: Path) -> bool:
    """Whether the folder was made, or was there, empty."""
    try:
        if folder.exists():
            if any(folder.iterdir()):
                raise FileError(
                    f"write_shards: {folder} holds files already. Give a new folder, or empty it."
                )
            return False
        folder.mkdir(parents=True)
    except OSError as error:
        if isinstance(error, FileError):
            raise
        raise file_error("write_shards: make", folder, error) from error
    return True


def _remove(folder: Path, *, made: bool) -> None:
    """Take away what was written into a folder that was empty."""
    if made:
        shutil.rmtree(folder)
        return
    for file in folder.iterdir():
        file.unlink()


class _Folder:
    """The files that are being written."""

    def __init__(self, folder: Path, shard_bytes: int) -> None:
        self._folder = folder
        self._shard_bytes = shard_bytes
        self._shards: list[ShardFile] = []
        self._open: dict[str, NpyWriter] = {}  # by file

    def write(self, blocks: Iterator[Dataset], name: str | None) -> None:
        """Write all blocks, and the index."""
        try:
            first = next(blocks, None)
            if first is None:
                raise DataError("write_shards: no samples. There must be at least one.")
            last = first
            for last in chain([first], blocks):
                self._add(last)
            self._index(last, name)
        finally:
            for writer in self._open.values():
                writer.abandon()

    def _add(self, block: Dataset) -> None:
        beside = [f"input{i}.npy" for i in range(1, len(block.inputs))]
        for file, array in zip(
            ["labels.npy", *beside], (block.labels, *block.further), strict=True
        ):
            self._writer(file, array).add(array)
        row_bytes = max(1, block.features.dtype.itemsize * block.features[:1].size)
        most = max(1, self._shard_bytes // row_bytes)
        done = 0
        while done < len(block):
            file = f"features-{len(self._shards):05}.npy"
            writer = self._writer(file, block.features)
            rows = block.features[done : done + most - writer.rows]
            writer.add(rows)
            done += len(rows)
            if writer.rows == most:
                self._shards.append(self._closed(file))

    def _writer(self, file: str, like: Any) -> NpyWriter:
        if file not in self._open:
            path = str(self._folder / file)
            self._open[file] = NpyWriter(path, like.shape[1:], like.dtype)
        return self._open[file]

    def _closed(self, file: str) -> ShardFile:
        writer = self._open.pop(file)
        writer.close()
        return ShardFile(file, writer.rows, writer.checksum)

    def _index(self, last: Dataset, name: str | None) -> None:
        """Close all files, and write what they are; `last` knows how many classes there are."""
        beside = [self._closed(file) for file in list(self._open) if "features" not in file]
        labels, *further = beside
        self._shards += [self._closed(file) for file in list(self._open)]
        index = ShardIndex(
            name or last.name,
            last.classes,
            last.vocabulary,
            last.class_names,
            last.picture,
            tuple(self._shards),
            labels,
            tuple(further),
        )
        index.write(self._folder)

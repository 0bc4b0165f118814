"""The data sets by name: what `pellucid train NAME` knows.

DataKind     what a data set is, its options, how to load it, and what suits it
DATA         all of them, by name
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pellucid import data as sets
from pellucid.cli.data_options import (
    CatsOptions,
    FolderOptions,
    ImagesOptions,
    NoOptions,
    ParityOptions,
    TextOptions,
    points_options,
)
from pellucid.cli.data_parts import KEPT, DataParts
from pellucid.cli.shard_data import ShardOptions, load_shards
from pellucid.data import (
    IDX_SETS,
    SYNTHETIC,
    Dataset,
    Synthetic,
    cats,
    digits,
    download_mnist,
    image_folder,
    image_parts,
    mnist,
    parity,
    split,
    text_parts,
)
from pellucid.data.folder_parts import parts_in
from pellucid.errors import OptionError
from pellucid.random import Generator

# Of MNIST's 60,000 training digits, 5,000 are kept aside for validation, and so of its relatives.
KEPT_OF_IDX = 1 / 12


@dataclass(frozen=True)
class Usual:
    """What suits a data set where nothing else is asked for.

    `models`: by model, the options that differ from its own defaults.
    """

    model: str = "mlp"
    epochs: int = 40
    batch_size: int = 32
    learning_rate: float = 0.003
    models: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class DataKind:
    """A kind of data: one line on it, its options, how to load it, and what suits it.

    `load(options, seed)`. `image`: the shape in which its rows are images. `reads`: what
    `pellucid predict` takes: "digit", "ink", "picture", "numbers", or "" for nothing. `fetch`: what
    --download does with the folder, and `megabytes`, how much it fetches.
    """

    name: str
    summary: str
    options: type[Any]
    load: Callable[[Any, int], DataParts]
    usual: Usual
    reads: str
    image: tuple[int, ...] = ()
    examples: tuple[str, ...] = ()
    fetch: Callable[[str], object] | None = None
    megabytes: int = 0


def _split(data: Dataset, seed: int) -> DataParts:
    train, validation, test = split(data, seed=seed, stratified=data.classes > 0)[0]
    return DataParts(train, validation, test)


def _digits(_: NoOptions, seed: int) -> DataParts:
    return _split(digits(), seed)


def _mnist(options: FolderOptions, seed: int) -> DataParts:
    return _kept_aside(*mnist(options.data_dir), seed)


def _kept_aside(whole: Dataset, test: Dataset | None, seed: int) -> DataParts:
    kept = 1 - KEPT_OF_IDX
    train, validation = split(whole, (kept, 1 - kept), seed=seed)[0]
    return DataParts(train, validation, test)


def _idx_set(name: str) -> Callable[[Any, int], DataParts]:
    def load(options: FolderOptions, seed: int) -> DataParts:
        return _kept_aside(*sets.idx_set(name, options.data_dir), seed)

    return load


def _fetch_idx_set(name: str) -> Callable[[str], object]:
    return lambda folder: sets.download_idx_set(name, folder)


def _idx(options: FolderOptions, seed: int) -> DataParts:
    train, test = sets.idx_folder(options.data_dir)
    return _split(train, seed) if test is None else _kept_aside(train, test, seed)


def _cats(options: CatsOptions, seed: int) -> DataParts:
    train, test = cats(options.data_dir)
    if not options.validation:
        return DataParts(train, None, test)
    shares = (1 - options.validation, options.validation)
    train, validation = split(train, shares, seed=seed)[0]
    return DataParts(train, validation, test)


def _folder(options: ImagesOptions, seed: int) -> DataParts:
    size = options.size
    if len(size) not in (0, 2):
        given = ",".join(map(str, size))
        raise OptionError(f"folder: --size {given}. It is height,width such as 64,64.")
    how: dict[str, Any] = {
        "size": (size[0], size[1]) if size else None,
        "grey": options.grey,
        "broken": options.broken,
    }
    if not parts_in(Path(options.data_dir)):
        found = image_folder(options.data_dir, **how)
        return replace(_split(found.data, seed), skipped=found.skipped)
    parts = image_parts(options.data_dir, **how)
    train = parts.train
    validation = parts.validation
    if validation is None:
        train, validation = split(train, (1 - KEPT, KEPT), seed=seed)[0]
    return DataParts(train, validation, parts.test, skipped=parts.skipped)


def _text(options: TextOptions, _: int) -> DataParts:
    found = text_parts(options.file, options.length)
    train, validation, test = found.parts
    return DataParts(train, validation, test, characters=found.vocabulary.characters)


def _parity(options: ParityOptions, seed: int) -> DataParts:
    return _split(parity(options.bits), seed)


def _points(made: Synthetic) -> Callable[[Any, int], DataParts]:
    def load(options: Any, seed: int) -> DataParts:
        data = made.make(options.samples, noise=options.noise, rng=Generator(seed))
        return _split(data, seed)

    return load


HIDDEN: dict[str, dict[str, Any]] = {"mlp": {"hidden": (100,)}, "two-layer-net": {"hidden": 100}}
SMALL: dict[str, dict[str, Any]] = {"mlp": {"hidden": (32, 32)}}

KINDS = (
    DataKind(
        "digits",
        "1,797 handwritten digits, 8x8 pixels, 10 classes; comes with scikit-learn.",
        NoOptions,
        _digits,
        # The few samples make short epochs: smaller batches and larger steps make up for it.
        Usual(models=HIDDEN),
        "digit",
        (1, 8, 8),
        (
            "digits",
            "digits --hidden 100,50 --dropout 0.2 --early-stopping 10",
            "digits --model logistic-regression --optimizer sgd --learning-rate 0.5",
        ),
    ),
    DataKind(
        "mnist",
        "70,000 handwritten digits, 28x28 pixels, 10 classes, from the four IDX files.",
        FolderOptions,
        _mnist,
        Usual(epochs=5, batch_size=50, learning_rate=0.002),
        "digit",
        (1, 28, 28),
        (
            "mnist --data-dir mnist --download",
            "mnist --data-dir mnist --hidden 50 --epochs 5 --optimizer adam",
            "mnist --data-dir mnist --model simple-convnet --epochs 1",
        ),
        download_mnist,
        12,
    ),
    *(
        DataKind(
            name,
            f"{sum(made.counts):,} pictures, 28x28 pixels, {len(made.class_names)} classes: "
            f"{made.title}.",
            FolderOptions,
            _idx_set(name),
            Usual(epochs=5, batch_size=50, learning_rate=0.002),
            "digit" if made.transposed else "ink",
            (1, 28, 28),
            (f"{name} --data-dir {name} --download",),
            _fetch_idx_set(name),
            made.megabytes,
        )
        for name, made in IDX_SETS.items()
    ),
    DataKind(
        "idx",
        "Any pictures with labels in IDX files, called as those of MNIST.",
        FolderOptions,
        _idx,
        Usual(epochs=5, batch_size=50, learning_rate=0.002),
        "ink",
        examples=("idx:shapes", "idx --data-dir shapes --model simple-convnet"),
    ),
    DataKind(
        "cats",
        "259 pictures, 64x64 pixels in colour: a cat or not, from two HDF5 files.",
        CatsOptions,
        _cats,
        Usual("l-layer", epochs=200, batch_size=209, learning_rate=0.001),
        "picture",
        examples=(
            "cats --data-dir cats",
            "cats --data-dir cats --model logistic-regression --optimizer sgd",
        ),
    ),
    DataKind(
        "folder",
        "Your own pictures: a folder for each class, or train/ and test/ with these inside.",
        ImagesOptions,
        _folder,
        Usual("simple-convnet", epochs=20, learning_rate=0.001),
        "picture",
        examples=("folder --data-dir pets --size 64,64", "folder:pets --size 32,32 --broken skip"),
    ),
    DataKind(
        "shards",
        "Samples of your own, more than memory holds, as pellucid.data.write_shards wrote them.",
        ShardOptions,
        load_shards,
        Usual(epochs=10, batch_size=50, learning_rate=0.002),
        "numbers",
        examples=("shards --data-dir samples --hidden 100", "shards:samples --batch-size 200"),
    ),
    DataKind(
        "text",
        "A text file: the next character is guessed.",
        TextOptions,
        _text,
        Usual("char-transformer", epochs=10, learning_rate=0.002),
        "",
        examples=("text --file book.txt", "text:book.txt --model char-lstm --length 100"),
    ),
    DataKind(
        "parity",
        "Rows of bits, and whether their sum is odd.",
        ParityOptions,
        _parity,
        Usual(epochs=200, learning_rate=0.01, models=SMALL),
        "numbers",
        examples=("parity --bits 6 --hidden 64",),
    ),
    *(
        DataKind(
            name,
            f"{made.summary[:1].upper()}{made.summary[1:]}; made by formula.",
            points_options(made),
            _points(made),
            Usual(epochs=200, learning_rate=0.01, models=SMALL),
            "numbers",
            examples=(name, f"{name} --samples 1000 --noise {2 * made.noise:g}"),
        )
        for name, made in SYNTHETIC.items()
    ),
)

DATA: dict[str, DataKind] = {kind.name: kind for kind in KINDS}

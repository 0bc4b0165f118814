"""The data sets by name: what `pellucid train NAME` knows.

DataParts    the sets to train on, to choose by, and to judge with
DataKind     what a data set is, its options, how to load it, and what suits it
DATA         all of them, by name
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pellucid.cli.data_options import (
    CatsOptions,
    FolderOptions,
    ImagesOptions,
    NoOptions,
    ParityOptions,
    TextOptions,
    points_options,
)
from pellucid.data import (
    SYNTHETIC,
    Dataset,
    Synthetic,
    cats,
    digits,
    image_folder,
    image_parts,
    mnist,
    parity,
    split,
    text_parts,
)
from pellucid.data.listing import parts_in
from pellucid.errors import OptionError
from pellucid.random import Generator

# Of MNIST's 60,000 training digits, so many are kept aside for validation.
MNIST_VALIDATION = 5_000
KEPT = 0.2  # of training pictures, likewise, where they come split into train and test


@dataclass(frozen=True)
class DataParts:
    """The sets to train on, to choose by, and to judge with, where there are such.

    `characters`: those of a text, each at the place of its number. `skipped`: why files were
    left out.
    """

    train: Dataset
    validation: Dataset | None
    test: Dataset | None
    characters: str = ""
    skipped: tuple[str, ...] = ()

    def with_shape(self, shape: tuple[int, ...]) -> "DataParts":
        """The same samples in another shape."""
        validation = self.validation and self.validation.with_shape(*shape)
        test = self.test and self.test.with_shape(*shape)
        train = self.train.with_shape(*shape)
        return replace(self, train=train, validation=validation, test=test)


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
    `pellucid predict` takes: "digit", "picture", "numbers", or "" for nothing.
    """

    name: str
    summary: str
    options: type[Any]
    load: Callable[[Any, int], DataParts]
    usual: Usual
    reads: str
    image: tuple[int, ...] = ()
    examples: tuple[str, ...] = ()


def _split(data: Dataset, seed: int) -> DataParts:
    train, validation, test = split(data, seed=seed, stratified=data.classes > 0)[0]
    return DataParts(train, validation, test)


def _digits(_: NoOptions, seed: int) -> DataParts:
    return _split(digits(), seed)


def _mnist(options: FolderOptions, seed: int) -> DataParts:
    whole, test = mnist(options.data_dir)
    kept = 1 - MNIST_VALIDATION / len(whole)
    train, validation = split(whole, (kept, 1 - kept), seed=seed)[0]
    return DataParts(train, validation, test)


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
        raise OptionError(f"folder: --size {size}. It is height,width such as 64,64.")
    how: dict[str, Any] = {
        "size": (size[0], size[1]) if size else None,
        "grey": options.grey,
        "broken": options.broken,
    }
    if not parts_in(Path(options.data_dir)):
        found = image_folder(options.data_dir, **how)
        return replace(_split(found.data, seed), skipped=found.skipped)
    parts = image_parts(options.data_dir, **how)
    train, validation = parts.train, parts.validation
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

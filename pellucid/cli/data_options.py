"""What can be chosen of each data set: one class of options each, read by the help.

NoOptions, FolderOptions, CatsOptions, ImagesOptions, TextOptions, ParityOptions
points_options    the class for points by formula, with its usual numbers
"""

from dataclasses import dataclass, field, make_dataclass
from typing import Any

from pellucid.data import Synthetic
from pellucid.data.folders import BROKEN
from pellucid.errors import OptionError

PATH = {"path": True}


@dataclass(frozen=True)
class NoOptions:
    """Nothing to choose."""


@dataclass(frozen=True)
class FolderOptions:
    """Where the files are.

    `data_dir`: the folder that holds them.
    """

    data_dir: str = field(metadata=PATH)


@dataclass(frozen=True)
class CatsOptions:
    """Where the files are, and how they are parted.

    `data_dir`: the folder that holds train_catvnoncat.h5 and test_catvnoncat.h5.
    `validation`: the fraction of the 209 training pictures that is kept aside to choose by.

    Errors: OptionError for a fraction outside 0 to 1.
    """

    data_dir: str = field(metadata=PATH)
    validation: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.validation < 1.0:
            raise OptionError(f"cats: validation is {self.validation}. From 0 up to, but not, 1.")


@dataclass(frozen=True)
class ImagesOptions:
    """Where the pictures are, and how they are read.

    `data_dir`: the folder, with one sub-folder for each class, or with train/ and val/, test/ or
    both, and the classes in each of them. `size`: height,width that all
    pictures are resized to; left out, they must be alike. `grey`: one channel instead of three.
    `broken`: what becomes of files that cannot be read.
    """

    data_dir: str = field(metadata=PATH)
    size: tuple[int, ...] = field(default=(), metadata={"example": "64,64"})
    grey: bool = False
    broken: str = field(default="refuse", metadata={"choices": BROKEN})


@dataclass(frozen=True)
class TextOptions:
    """The text, and the pieces that are learned.

    `file`: a text file, UTF-8. `length`: characters that a model sees at once.
    """

    file: str = field(metadata=PATH)
    length: int = 64


def points_options(made: Synthetic) -> type[Any]:
    """A class of options whose defaults are what is usual for this data set."""
    options = make_dataclass(
        "PointsOptions",
        [("samples", int, made.samples), ("noise", float, made.noise)],
        frozen=True,
    )
    options.__doc__ = """How many samples are made, and how far off the formula.

    `samples`: how many points. `noise`: the standard deviation of what is added to the formula.
    """
    return options


@dataclass(frozen=True)
class ParityOptions:
    """How long the rows are.

    `bits`: zeros and ones in a row; there are 2^bits rows.
    """

    bits: int = 8

"""Pictures that memory holds as the bytes that they came as: a quarter of what float32 takes.

PixelDataset    a Dataset of such pictures
PixelRows       their rows as numbers from 0 to 1, made when they are asked for
scaled          bytes as these numbers
WHITE           the byte that is 1
"""

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.arrays import freeze
from pellucid.data.checks import check_arrays, check_names, check_targets
from pellucid.data.datasets import Dataset
from pellucid.data.draws import Draws
from pellucid.data.unread_rows import UnreadRows, checksum_of_rows
from pellucid.memory import empty
from pellucid.primitives.base import FLOAT32, UINT8

if TYPE_CHECKING:
    from pellucid.tensor import Tensor

WHITE = 255.0
# A byte times these two, added, is a 255th of it to the last bit: the first product is exact, the
# second too small for its rounding to be felt. 78,400 bytes take 8 microseconds where they are
# divided, and 5 so (Zen 4, one thread, 29 Nov 2026).
LARGE_PART = 257 / 2**16
SMALL_PART = 1 / WHITE - LARGE_PART


def scaled(pixels: Any) -> NDArray[np.float32]:
    """Bytes from 0 to 255 as float32 from 0 to 1.

    >>> scaled(np.array([0, 51, 255], np.uint8)).tolist()
    [0.0, 0.20000000298023224, 1.0]
    """
    numbers: NDArray[np.float32] = empty(np.shape(pixels), np.float32)
    np.divide(pixels, np.float32(WHITE), out=numbers)
    return numbers


class PixelRows(UnreadRows):
    """Rows of bytes as numbers from 0 to 1."""

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        super().__init__(len(pixels), pixels.shape[1:])
        self._pixels = pixels

    def read(self, numbers: Any, out: Any, draws: Draws) -> None:
        """Convert the bytes; nothing is drawn."""
        np.divide(self._pixels[numbers], np.float32(WHITE), out=out)

    def place(self, number: int) -> str:
        """Nothing but the number tells where a row is."""
        return f"picture {number}"

    def digest(self) -> str:
        """That of the numbers, as of an array of them."""
        return f"{checksum_of_rows(self, FLOAT32):08x}"

    def taken_digest(self) -> str:
        """The same: rows that are left out are not there."""
        return self.digest()


@dataclass(frozen=True, eq=False, repr=False)
class PixelDataset(Dataset):
    """Samples that are bytes from 0 to 255 in memory, and numbers from 0 to 1 to all who look.

    It is used like any other. A compiled step gathers the bytes of its batch, and makes numbers of
    these alone. `data.features` is an array of the numbers of all samples: it is made, and kept,
    when somebody first asks for it; `data[:100].features` is one of a hundred.

    Shapes: features (samples, ...), given as uint8.
    Errors: as of `Dataset`.

    >>> data = PixelDataset(np.array([[0, 51], [255, 0]], np.uint8), np.array([0, 1]), "two", 2)
    >>> data
    Dataset 'two': 2 samples of shape (2,), 2 classes, features from 0 to 1
    >>> data.held.dtype.name, data.features.dtype.name
    ('uint8', 'float32')
    """

    def __post_init__(self) -> None:
        given = self.__dict__["features"]
        if getattr(given, "dtype", None) != UINT8:  # another set was made from this one
            super().__post_init__()
            return
        where = f"Dataset {self.name!r}"
        check_arrays(
            where, given, self.labels, (np.uint8, np.int64) if self.classes else (np.uint8,)
        )
        check_targets(where, self.labels, self.classes)
        check_names(where, self.class_names, self.classes)
        views = {"_pixels": given.view(), "labels": self.labels.view()}
        for view in views.values():
            view.flags.writeable = False
        del self.__dict__["features"]  # from now on made of the bytes, on demand
        self.__dict__.update(views)

    @cached_property  # type: ignore[misc]  # in the place of an attribute
    def features(self) -> NDArray[np.float32]:
        """The numbers of all samples."""
        numbers = scaled(self.held)
        freeze(numbers)
        return numbers

    @property
    def held(self) -> Any:
        """The bytes; the features, where the set was made from another with other ones."""
        return self.__dict__.get("_pixels", self.__dict__.get("features"))

    @property
    def rows(self) -> Any:
        """Numbers of the rows that are asked for."""
        return PixelRows(self.held) if "_pixels" in self.__dict__ else self.features

    def from_held(self, gathered: "Tensor") -> "Tensor":
        """The numbers of bytes: the very bits of `scaled`."""
        if gathered.dtype != UINT8:
            return gathered
        x = gathered.astype(FLOAT32)
        return x * LARGE_PART + x * SMALL_PART

    def but(self, parts: dict[str, Any]) -> Dataset:
        """The same with other parts; pictures stay bytes."""
        names = [field.name for field in fields(self) if field.name != "features"]
        kept = {name: getattr(self, name) for name in names}
        return PixelDataset(**({"features": self.held} | kept | parts))

    def _values(self) -> str:
        low, high = scaled([self.held.min(), self.held.max()])
        return f"features from {low:.6g} to {high:.6g}"

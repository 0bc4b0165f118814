"""Tables like those of pandas, by what they offer: columns by name, categories, `__array__`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Categories:
    """What `column.cat` gives: which of the categories each row is, -1 where it is missing."""

    categories: Sequence[Any]
    codes: Sequence[int]


@dataclass(frozen=True)
class Column:
    """A column; `cat` where it is categorical."""

    values: Any
    cat: Any = None

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(self.values, dtype)


class Frame:
    """A table with a name for each column."""

    def __init__(self, **held: Any) -> None:
        self.held = held
        self.columns = list(held)

    def __len__(self) -> int:
        return len(np.asarray(self.held[self.columns[0]]))

    def __getitem__(self, name: str) -> Any:
        return self.held[name]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        columns = [np.asarray(column).astype(object) for column in self.held.values()]
        return np.stack(columns, axis=1)

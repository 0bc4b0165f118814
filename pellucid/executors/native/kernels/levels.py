"""Levels of a loop nest: what is known at which depth.

Level       a depth: the indices known there, and values computed there
"""

from dataclasses import dataclass, field
from typing import Any

from pellucid.executors.native.llvm.lanes import Lanes

Indices = tuple[Any, ...]  # one for each loop, None for loops further inside


@dataclass
class Level:
    """A depth of the nest. `indices`: one for each loop, None for loops further inside."""

    parent: "Level | None"
    indices: Indices
    width: int
    mask: Any = None
    values: dict[Any, Lanes] = field(default_factory=dict)
    keys: dict[str, tuple[Lanes, Lanes]] = field(default_factory=dict)  # of random draws

    def inner(self, index: Any, width: int, mask: Any) -> "Level":
        """Inside the last loop, along the lanes."""
        return Level(self, (*self.indices[:-1], index), width, mask)

    def at(self, loop: int, index: Any) -> "Level":
        """Inside another loop."""
        indices = list(self.indices)
        indices[loop] = index
        return Level(self, tuple(indices), self.width, self.mask)

    @property
    def outermost(self) -> "Level":
        """The level outside all loops."""
        level = self
        while level.parent is not None:
            level = level.parent
        return level

    def find(self, key: Any) -> Lanes | None:
        """A value computed here or further outside."""
        level: Level | None = self
        while level is not None:
            if key in level.values:
                return level.values[key]
            level = level.parent
        return None

    def fit(self, lanes: Lanes) -> Lanes:
        """A single number repeated for all lanes of this level."""
        if lanes.width == 1:
            return lanes.splat(self.width)
        return lanes

"""What a door is, and one input for it.

Case    one input: how it is read, and what it holds
Door    makes inputs, each from a number
Differ  raised where two ways to read an input do not agree
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Case:
    """One input.

    `enter` reads it: it returns, or raises a PellucidError. `holds`: the bytes that it holds when
    decoded. `about`: what a report shows of it.
    """

    enter: Callable[[], object]
    holds: int
    about: str = ""


@dataclass(frozen=True)
class Door:
    """A door. `make` puts an input into an empty folder.

    `begin` is called once in each process, before its first input: what is imported on use, and
    what inputs are made from, is not counted as the memory of an input.
    """

    name: str
    make: Callable[[random.Random, Path], Case]
    begin: Callable[[], object] = lambda: None


class DifferError(AssertionError):
    """Two ways to read one input do not agree."""

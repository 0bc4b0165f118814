"""Kernels that are run turn after turn within a step, each time at other places in memory.

    Move        where what the body of a loop calls a table entry lies, turn after turn
    Repeat      kernels run for some turns
    unrolled    the calls of a program in order

A loop has the code of one turn. What differs from turn to turn is where the kernels find their
buffers, and that they are told: so a loop is listed as calls of the same kernels with other
bindings. To list a call takes some microseconds, once for a program.
"""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any, Union

import numpy as np

Item = Union[int, "Repeat"]
PLACE = 3  # numbers of a binding: table entry, offset, and how far both move from step to step


@dataclass(frozen=True)
class Move:
    """Where an entry of the body's table lies: in entry `slot` of the program's, from `offset` on.

    It lies `stride` bytes further for each slice; with a `period`, for each turn after `phase`,
    and then from the beginning again. `row`: how far it moves from step to step.
    """

    slot: int
    offset: int
    stride: int = 0
    phase: int = 0
    period: int = 0
    row: int = 0


@dataclass(frozen=True)
class Repeat:
    """Items run for some turns, from the last slice to the first with `reverse`."""

    turns: int
    reverse: bool
    moves: tuple[Move, ...]
    items: tuple[Item, ...]

    def slices(self) -> Any:
        """The slice of each turn."""
        return np.arange(self.turns)[:: -1 if self.reverse else 1]


def unrolled(items: Sequence[Item], bindings: Sequence[Any]) -> Iterator[tuple[int, Any]]:
    """What is called, in order: a kernel by number, and its bindings, (places, 3)."""
    for item in items:
        if isinstance(item, Repeat):
            yield from _turns(item, bindings)
        else:
            yield item, np.asarray(bindings[item], np.int64).reshape(-1, PLACE)


def _turns(repeat: Repeat, bindings: Sequence[Any]) -> Iterator[tuple[int, Any]]:
    """The calls of a loop: those of one turn, moved."""
    calls = [
        (number, _moved_bindings(repeat, places))
        for number, places in unrolled(repeat.items, bindings)
    ]
    for turn in range(repeat.turns):
        for number, tables in calls:
            yield number, tables[turn]


def _moved_bindings(repeat: Repeat, places: Any) -> Any:
    """The bindings of a kernel of a loop's body, (turns, places, 3)."""
    numbers = [astuple(move) for move in repeat.moves]
    moves = np.array(numbers, np.int64).reshape(-1, len(fields(Move)))
    slot, offset, stride, phase, period, row = moves[places[:, 0]].T
    turns = np.arange(repeat.turns)[:, None]
    slices = repeat.slices()[:, None]
    in_period = (turns + phase) % np.maximum(period, 1)
    index = np.where(period > 0, in_period, slices)
    tables = np.empty((repeat.turns, len(places), PLACE), np.int64)
    tables[..., 0] = slot
    tables[..., 1] = places[:, 1] + offset + stride * index
    tables[..., 2] = row
    return tables


def as_json(item: Item) -> Any:
    """An item as numbers and lists."""
    if not isinstance(item, Repeat):
        return item
    moves = [astuple(move) for move in item.moves]
    return [item.turns, item.reverse, moves, [as_json(part) for part in item.items]]


def from_json(written: Any) -> Item:
    """The item that `as_json` gave this for."""
    if isinstance(written, int):
        return written
    turns, reverse, moves, items = written
    parts = tuple(from_json(part) for part in items)
    return Repeat(turns, reverse, tuple(Move(*move) for move in moves), parts)

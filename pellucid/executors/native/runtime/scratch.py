"""Memory for the temporary values of programs, which they lend each other.

    LEAST_SHARED    bytes below which a program keeps its own
    LentMemory      memory that one program at a time works in
    taken, left     to work in a room, and to leave it to the next program
    forget          lets go of all rooms that nobody works in

What a program keeps between two calls lies in variables: its temporary values need memory only
while it runs. A run of training has several programs, of steps, of a smaller last batch, of
measuring, and one of them runs at a time: together they take what the largest takes. Two that run
at once, on threads of their own, have a room each.

Rooms that are free stand in a list; to take one off and to put it back are one operation each, so
that a signal between any two lines, or a fork while another thread works, can lose a room, but
never give it to two.
"""

from typing import Any, NamedTuple

import numpy as np

from pellucid.memory import empty

# Below, a call of a small program would notice the turn: it takes some 0.2 microseconds.
LEAST_SHARED = 1 << 20


class LentMemory(NamedTuple):
    """Some memory and where it begins."""

    memory: Any
    address: int


_free: list[LentMemory] = []


def taken(size: int) -> LentMemory:
    """A room of at least `size` bytes that nobody else works in.

    The one that was left last; where it is too small, a new one in its place.
    """
    try:
        room = _free.pop()
    except IndexError:
        return _made(size)
    if room.memory.nbytes >= size:
        return room
    del room  # first: both would be more than either is
    return _made(size)


def left(room: LentMemory) -> None:
    """Leave a room to whoever comes next."""
    _free.append(room)


def forget() -> None:
    """Let go of all free rooms: the program that wanted the largest may be gone."""
    _free.clear()


def _made(size: int) -> LentMemory:
    memory = empty(size, np.uint8)
    return LentMemory(memory, memory.ctypes.data)

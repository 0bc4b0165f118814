"""A program as the step loop reads it: words in memory.

Section, sections   runs of kernels that are handed out together
shared_work         how much there is that threads share
Gate                what is not reached in a step that fails
Listing             a program: its kernels in order, for one thread and divided among some
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from pellucid.executors.native.ir.repeats import Item, unrolled
from pellucid.executors.native.schedule.work import Work


class Section(NamedTuple):
    """Kernels that are handed out together, from the first on, in so many chunks."""

    first: int
    kernels: int
    chunks: int


def sections(work: Sequence[Work], threads: int, gate: int | None = None) -> list[Section]:
    """The kernels of a program as sections, none of which reaches over the gate."""
    parts: list[Section] = []
    is_stripped = False  # whether the kernel before is in the same strips as the one before it
    for number, count, share in _together(work):
        chunks = share.chunks(threads)
        was_stripped, is_stripped = is_stripped, share.strips > 1
        if share.loop:
            parts.append(Section(number, count, chunks))
        elif was_stripped and is_stripped:
            before = parts.pop()
            parts.append(before._replace(kernels=before.kernels + 1))
        elif is_stripped:
            before = parts.pop()
            if before.kernels > 1:
                parts.append(before._replace(kernels=before.kernels - 1, chunks=1))
            parts.append(Section(number - 1, 2, share.strips))
        elif _is_undivided(parts[-1:]) and chunks == 1 and number != gate:
            before = parts.pop()
            parts.append(before._replace(kernels=before.kernels + 1))
        else:
            parts.append(Section(number, 1, chunks))
    return parts


def _together(work: Sequence[Work]) -> Iterator[tuple[int, int, Work]]:
    """What is shared at once, from which kernel on: the turns of a loop, or one kernel."""
    number = 0
    for loop, calls in groupby(work, lambda share: share.loop):
        of_loop = list(calls)
        if loop:
            whole = sum(share.nanoseconds for share in of_loop)
            yield number, len(of_loop), replace(of_loop[0], nanoseconds=whole)
        else:
            yield from ((number + i, 1, share) for i, share in enumerate(of_loop))
        number += len(of_loop)


def shared_work(work: Sequence[Work]) -> list[Work]:
    """What there is that threads share."""
    return [share for _, _, share in _together(work) if share.chunks(2) > 1]


def _is_undivided(last: Sequence[Section]) -> bool:
    """Whether there is a last section, and one thread runs it."""
    return any(section.chunks == 1 for section in last)


@dataclass(frozen=True)
class Gate:
    """What is not reached in a step that fails: the kernels from `kernel` on.

    `failure`: the table's entry that is not 0 where something has failed.
    """

    kernel: int
    failure: int

    def part(self, parts: Sequence[Section]) -> int:
        """How many of the sections `parts` begin before it."""
        return sum(section.first < self.kernel for section in parts)


class Listing:
    """A program in the form in which the step loop reads it."""

    def __init__(
        self,
        functions: Sequence[int],
        bindings: Sequence[Any],
        work: Sequence[Work],
        gate: Gate,
        items: Sequence[Sequence[Item]] | None = None,
    ) -> None:
        """`items`: what is called for each kernel of the plan; by default itself, once."""
        if items is None:
            items = [(number,) for number in range(len(functions))]
        listed: list[tuple[int, Any]] = []
        self.starts = [0]  # of each kernel of the plan, and where the last one ends
        for each in items:
            listed += unrolled(each, bindings)
            self.starts.append(len(listed))
        self.numbers = [number for number, _ in listed]  # which kernel each call is of
        self.work = tuple(work[number] for number in self.numbers)
        called = [functions[number] for number in self.numbers]
        self.kernels = self._listed(called, listed)
        self._gate = replace(gate, kernel=self.starts[gate.kernel])
        self._divided: dict[int, _Program] = {}
        self._alone = self._for_one_thread()
        self.alone = self._alone.address

    def _for_one_thread(self) -> "_Program":
        """What one thread calls, in order."""
        gate = self._gate
        parts = sections(self.work, 1, gate.kernel)
        before_gate = self._calls(parts[: gate.part(parts)])
        calls = np.array(self._calls(parts), np.int64).reshape(-1, 4)
        return _Program.of(calls, len(before_gate), gate.failure)

    def _listed(self, functions: Sequence[int], calls: Sequence[tuple[int, Any]]) -> Any:
        """What is called, in order: (function, bindings, units)."""
        none = np.zeros(1, np.int64)
        rows = [numbers.ravel() for _, numbers in calls]
        self._bindings = np.concatenate([*rows, none])
        starts = np.cumsum([0, *map(len, rows)])[:-1]
        listed = np.empty((len(calls), 3), np.int64)
        listed[:, 0] = functions
        listed[:, 1] = self._bindings.ctypes.data + starts * self._bindings.itemsize
        listed[:, 2] = [share.units for share in self.work]
        return listed

    def _calls(self, parts: Sequence[Section]) -> list[tuple[int, int, int, int]]:
        """What one thread calls for these sections, in order."""
        calls: list[tuple[int, int, int, int]] = []
        for first, count, chunks in parts:
            kernels = self.kernels[first : first + count].tolist()
            for chunk in range(chunks):
                for function, bindings, units in kernels:
                    begin = chunk * units // chunks
                    end = (chunk + 1) * units // chunks
                    calls.append((function, bindings, begin, end))
        return calls

    def divided(self, threads: int) -> tuple[int, int]:
        """The program for some threads: its address, and how many sections it has."""
        if threads not in self._divided:
            gate = self._gate
            parts = sections(self.work, threads, gate.kernel)
            listed = np.array(parts, np.int64).reshape(-1, 3)
            ending = (gate.failure, self.kernels.ctypes.data)
            self._divided[threads] = _Program.of(listed, gate.part(parts), *ending)
        program = self._divided[threads]
        return program.address, len(program.entries)


@dataclass(frozen=True)
class _Program:
    """The words that tell of a listed program (interface.COUNT ...), and its entries."""

    words: Any
    entries: Any

    @classmethod
    def of(cls, entries: Any, before_gate: int, *others: int) -> "_Program":
        """How many entries there are, where, how many stand before the gate, and what follows."""
        words = [len(entries), entries.ctypes.data, before_gate, *others]
        return cls(np.array(words, np.int64), entries)

    @property
    def address(self) -> int:
        """Where the words lie."""
        return int(self.words.ctypes.data)

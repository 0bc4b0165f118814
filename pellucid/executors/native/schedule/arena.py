"""Places in one memory for values that live at different times.

    Arena       gives each value the lowest place that no other one has at the same time

Times are numbered steps; a value lives from one to another. They are the leaves of a tree whose
nodes note which places are taken: by a value that lives as long as all of a node's times, and by
one that lives at any of them. To look at a span of times, or to note a value, takes as many nodes
as the tree is high, and places side by side count as one.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator


class _Taken:
    """Places that are taken: ranges without overlap, neighbours joined."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []

    def add(self, start: int, end: int) -> None:
        """Take a range."""
        first, last = bisect_left(self.ends, start), bisect_right(self.starts, end)
        if first < last:
            start, end = min(start, self.starts[first]), max(end, self.ends[last - 1])
        self.starts[first:last] = [start]
        self.ends[first:last] = [end]

    def behind(self, start: int, end: int) -> int:
        """Where the first taken range that meets this one ends; its start if none does."""
        i = bisect_right(self.ends, start)
        return self.ends[i] if i < len(self.ends) and self.starts[i] < end else start


class Arena:
    """The memory of values that live within so many steps."""

    def __init__(self, steps: int) -> None:
        self.leaves = 1 << max(steps - 1, 0).bit_length()
        self.size = 0
        self._always: defaultdict[int, _Taken] = defaultdict(_Taken)
        self._ever: defaultdict[int, _Taken] = defaultdict(_Taken)

    def place(self, size: int, first: int, last: int) -> int:
        """The lowest free place for a value that lives from step `first` to `last`."""
        spans = list(self._spans(first, last))
        above = {node for span in spans for node in _above(span)}
        looked_at = [self._ever[span] for span in spans if span in self._ever]
        looked_at += [self._always[node] for node in above if node in self._always]
        start, before = 0, -1
        while start != before:
            before = start
            for taken in looked_at:
                start = taken.behind(start, start + size)
        for span in spans:
            self._always[span].add(start, start + size)
        for node in above.union(spans):
            self._ever[node].add(start, start + size)
        self.size = max(self.size, start + size)
        return start

    def _spans(self, first: int, last: int) -> Iterator[int]:
        """The fewest nodes whose times are together all from `first` to `last`."""
        low, high = first + self.leaves, last + self.leaves + 1
        while low < high:
            if low & 1:
                yield low
                low += 1
            if high & 1:
                high -= 1
                yield high
            low >>= 1
            high >>= 1


def _above(node: int) -> Iterator[int]:
    """The nodes that contain a node."""
    while node > 1:
        node >>= 1
        yield node

"""The order of kernels: what must come before what, and whether that can be.

    Order       pairs of kernels, by number, that keep an order

Behind some of them, those that can fail, is a gate, before which nothing may be changed that lasts.
Kernels are numbered in an order in which they can run; later some are asked to come before others
as well. One possible order is always known. A new pair that it keeps costs nothing; otherwise
only the kernels between the two are looked at. Source: Pearce and Kelly, "A dynamic topological
sort algorithm for directed acyclic graphs", 2006.
"""

import heapq
from collections.abc import Collection, Iterable

MOST_LOOKED_AT = 4096  # kernels, to answer whether some can come before another


class Order:
    """Pairs (before, after) of kernels by number; the last number is that of the gate.

    `failing`: the kernels that come before the gate.
    """

    def __init__(self, count: int, failing: Collection[int] = ()) -> None:
        self.gate = count
        self.after: list[set[int]] = [set() for _ in range(count + 1)]
        self.before: list[set[int]] = [set() for _ in range(count + 1)]
        place = max(failing, default=-1) + 1
        # Of each kernel, and then of the gate, in an order that keeps all pairs.
        self.places = [i + (i >= place) for i in range(count)] + [place]
        self.put([*failing], self.gate)

    def put(self, kernels: Collection[int], last: int) -> bool:
        """Let some kernels come before another one, if they can; whether they do.

        They count as unable where to find out takes too long. Nothing changes then.
        """
        late = [a for a in kernels if self.places[a] > self.places[last]]
        if late and not self._moved(late, last):
            return False
        for a in kernels:
            self.after[a].add(last)
            self.before[last].add(a)
        return True

    def _moved(self, late: list[int], last: int) -> bool:
        """Move a kernel, and what must follow it, behind others; False where these follow it."""
        places = self.places
        first, end = places[last], max(places[a] for a in late)
        behind = self._reached([last], self.after, range(first, end + 1))
        if behind is None or not behind.isdisjoint(late):
            return False
        ahead = self._reached(late, self.before, range(first, end + 1))
        if ahead is None:
            return False
        moving = sorted(ahead, key=places.__getitem__) + sorted(behind, key=places.__getitem__)
        for kernel, place in zip(moving, sorted(places[a] for a in moving), strict=True):
            places[kernel] = place
        return True

    def _reached(self, start: Iterable[int], to: list[set[int]], places: range) -> set[int] | None:
        """All kernels within some places that are met on the way; None if there are too many."""
        found = set(start)
        waiting = list(found)
        while waiting:
            for kernel in to[waiting.pop()]:
                if kernel not in found and self.places[kernel] in places:
                    found.add(kernel)
                    waiting.append(kernel)
            if len(found) > MOST_LOOKED_AT:
                return None
        return found

    def sorted(self) -> list[int]:
        """The order of kernels that keeps all pairs.

        The gate is opened as soon as it can be; for the rest lowest numbers go first.
        """
        waiting = [len(before) for before in self.before]
        ready = [(i != self.gate, i) for i, n in enumerate(waiting) if n == 0]
        heapq.heapify(ready)
        order = []
        while ready:
            _, a = heapq.heappop(ready)
            order.append(a)
            for b in self.after[a]:
                waiting[b] -= 1
                if waiting[b] == 0:
                    heapq.heappush(ready, (b != self.gate, b))
        return [a for a in order if a != self.gate]

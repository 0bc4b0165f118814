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

# Kernels, to answer whether some can come before another. Chosen: more than any network asks for.
MOST_LOOKED_AT = 4096


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

        Where to find out takes too long, the answer is False too. Nothing changes then.
        """
        end = self.places[last]
        late = [kernel for kernel in kernels if self.places[kernel] > end]
        if late and not self._moved(late, last):
            return False
        for kernel in kernels:
            self.after[kernel].add(last)
            self.before[last].add(kernel)
        return True

    def _moved(self, late: list[int], last: int) -> bool:
        """Move a kernel, and what must follow it, behind others; False where these follow it."""
        end = max(self.places[kernel] for kernel in late)
        between = range(self.places[last], end + 1)
        behind = self._reached([last], self.after, between)
        if behind is None or not behind.isdisjoint(late):
            return False
        ahead = self._reached(late, self.before, between)
        if ahead is None:
            return False
        moving = self._by_place(ahead) + self._by_place(behind)
        free = sorted(self.places[kernel] for kernel in moving)
        for kernel, place in zip(moving, free, strict=True):
            self.places[kernel] = place
        return True

    def _by_place(self, kernels: Iterable[int]) -> list[int]:
        """Kernels in the order that is known."""
        return sorted(kernels, key=self.places.__getitem__)

    def _reached(self, start: Iterable[int], to: list[set[int]], places: range) -> set[int] | None:
        """All kernels within some places that are met on the way; None if there are too many."""
        reached = set(start)
        waiting = list(reached)
        while waiting:
            for kernel in to[waiting.pop()]:
                if kernel not in reached and self.places[kernel] in places:
                    reached.add(kernel)
                    waiting.append(kernel)
            if len(reached) > MOST_LOOKED_AT:
                return None
        return reached

    def sorted(self) -> list[int]:
        """The order of kernels that keeps all pairs.

        The gate is opened as soon as it can be; for the rest lowest numbers go first.
        """
        waits_for = [len(before) for before in self.before]
        ready = [self._turn(kernel) for kernel, count in enumerate(waits_for) if count == 0]
        heapq.heapify(ready)
        order: list[int] = []
        while ready:
            _, done = heapq.heappop(ready)
            order.append(done)
            for kernel in self.after[done]:
                waits_for[kernel] -= 1
                if waits_for[kernel] == 0:
                    heapq.heappush(ready, self._turn(kernel))
        order.remove(self.gate)
        return order

    def _turn(self, kernel: int) -> tuple[bool, int]:
        """What decides who is next: the gate first, then the lowest number."""
        return kernel != self.gate, kernel

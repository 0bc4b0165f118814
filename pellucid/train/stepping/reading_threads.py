"""Worker threads that read samples ahead of the steps, and are gone when there is nothing to read.

Load          some samples that are being read, piece by piece
ReaderPool    the threads, which take the pieces of one load after the other in their order

A thread ends as soon as there is no piece left, so that none is ever left behind. Which thread
reads a piece, and when, changes nothing: each piece has its place.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any


class Load:
    """Samples on their way into arrays: `read(part)` reads the rows of a slice.

    Where pieces fail, the first of them in the order of rows is what is raised, whoever was faster.
    """

    def __init__(
        self, read: Callable[[slice], None], rows: int, piece: int, arrays: Sequence[Any]
    ) -> None:
        starts = range(0, rows, piece)
        self._read = read
        self._arrays = list(arrays)
        self._pieces = deque(slice(i, min(i + piece, rows)) for i in starts)
        self._running = 0
        self._failures: dict[int, BaseException] = {}
        self._changed = threading.Condition()

    @property
    def arrays(self) -> list[Any]:
        """What was read."""
        return self._arrays

    def work(self) -> bool:
        """Read the next piece; False where there is none."""
        with self._changed:
            if not self._pieces:
                return False
            part = self._pieces.popleft()
            self._running += 1
        failure: BaseException | None = None
        try:
            self._read(part)
        except BaseException as error:
            failure = error
        with self._changed:
            self._running -= 1
            if failure is not None:
                self._failures[part.start] = failure
                self._pieces.clear()
            self._tell()
        return True

    def cancel(self) -> None:
        """Have nobody begin another piece."""
        with self._changed:
            self._pieces.clear()
            self._tell()

    def _tell(self) -> None:
        """Wake who waits once all is done: woken at each piece, it would hold up who reads."""
        if not self._pieces and not self._running:
            self._changed.notify_all()

    def wait(self) -> None:
        """Until all is read; raise what the first piece that failed has raised."""
        with self._changed:
            self._changed.wait_for(lambda: not self._pieces and not self._running)
        if self._failures:
            raise self._failures[min(self._failures)]


class ReaderPool:
    """At most so many threads, as long as there is something to read."""

    def __init__(self, workers: int) -> None:
        self._most = workers
        self._loads: deque[Load] = deque()
        self._threads: set[threading.Thread] = set()
        self._lock = threading.Lock()

    def add(self, load: Load) -> None:
        """Have this load read after those that were added before."""
        with self._lock:
            self._loads.append(load)
            for _ in range(self._most - len(self._threads)):
                thread = threading.Thread(target=self._work, name="pellucid reads samples")
                self._threads.add(thread)
                thread.start()

    def stop(self, *, waits: bool = True) -> None:
        """Have the threads end, after the pieces that they are at; `waits` until they have."""
        with self._lock:
            waiting = self._loads
            self._loads = deque()
            for load in waiting:
                load.cancel()
            threads = list(self._threads) if waits else []
        for thread in threads:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._loads or not threading.main_thread().is_alive():
                    self._threads.discard(threading.current_thread())
                    return
                load = self._loads[0]
            if not load.work():
                with self._lock:
                    if self._loads and self._loads[0] is load:
                        self._loads.popleft()

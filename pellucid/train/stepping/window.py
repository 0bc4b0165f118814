"""The samples of the steps at hand, of a data set that is read when it is needed.

WindowFeed    variables that hold the samples of some batches in turn, read ahead of the steps

Batches are taken in chunks of some megabytes, the same ones however many steps run at a time. While
the steps of one run, workers read the next. What a compiled function gathers from are variables of
the size of a chunk: each chunk is assigned to them, and its samples have numbers of their own.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.arrays import freeze
from pellucid.compile import Compiled
from pellucid.data.draws import LOOK, Draws
from pellucid.data.sampling import ByLength, Sampling
from pellucid.errors import OptionError
from pellucid.memory import empty
from pellucid.structure import flatten, unflatten
from pellucid.tensor import holding
from pellucid.train.run_files.checkpoint import Position
from pellucid.train.stepping.feed import Feed
from pellucid.train.stepping.reading_threads import Load, ReaderPool
from pellucid.variables import assign_all

CHUNK_BYTES = 4 * 2**20  # at least a batch: less costs turns, more the time until the first step
LEAST_ROWS = 32  # of a chunk: as many as are looked at together before training
AHEAD_BYTES = 32 * 2**20  # that are read ahead; at least a chunk


class Pass(NamedTuple):
    """The batches that samples are read for: one epoch, or all rows that are measured."""

    full: Any
    rest: Any
    draws: Draws

    def chunk(self, number: int, steps: int) -> Any:
        """The rows of a chunk of so many steps; None behind the last."""
        whole = -(-len(self.full) // steps)
        if number == whole and self.rest.size:
            return self.rest[None]
        return self.full[number * steps : (number + 1) * steps] if number < whole else None

    def chunk_of(self, step: int, steps: int) -> tuple[int, int]:
        """The chunk that holds a step, and its place in there."""
        whole = -(-len(self.full) // steps)
        return divmod(step, steps) if step < len(self.full) else (whole, 0)


class WindowFeed(Feed):
    """A data set that is read in chunks, while functions run on those before."""

    def __init__(
        self, data: Any, weights: Any, batch: int, sampling: Sampling | None = None
    ) -> None:
        if isinstance(sampling, ByLength):
            raise OptionError(
                f"Trainer: {data.name!r} is read batch by batch, and sampling is by length, which "
                "cuts batches. Use ClassBalanced, or none; or bring the sequences into memory."
            )
        self.data = data
        self._arrays = [*data.inputs, *data.target_arrays, *([] if weights is None else [weights])]
        row_bytes = sum(x.dtype.itemsize * x.size // len(data) for x in self._arrays)
        # Rows that are read one by one take long: the fewer, the sooner the first step begins.
        chunk_bytes = CHUNK_BYTES if data.features.piece > 1 else 0
        steps = max(-(-LEAST_ROWS // batch), chunk_bytes // max(1, batch * row_bytes))
        self._steps = min(steps, -(-len(data) // batch))
        self._rows = self._steps * batch
        self._most_ahead = max(1, AHEAD_BYTES // max(1, self._rows * row_bytes))
        self._pool = ReaderPool(data.threads)
        self._ahead: deque[tuple[int, Load]] = deque()
        self._follow: tuple[Any, int] | None = None
        self._pass = Pass(np.zeros((0, batch), np.int64), np.zeros(0, np.int64), LOOK)
        self._held: int | None = None  # the chunk that variables hold
        self._hold_first(weights)

    def _hold_first(self, weights: Any) -> None:
        """Have variables that hold the first samples, as they would all."""
        first = self._load(np.arange(min(self._rows, len(self.data))), LOOK).arrays
        first[0][...] = 0
        count = len(self.data.inputs)
        targets = first[count : count + len(self.data.target_arrays)]
        self._hold(first[:count], targets, None if weights is None else first[-1])
        known = [*self.inputs, *self.targets, *([] if weights is None else [self.weights])]
        self._into = [variable for variable in known if variable is not None]
        self.passing = frozenset(self._into)

    def follow(self, order: Callable[[int], tuple[Any, Any]], seed: int) -> None:
        """Take batches in an order, with draws by a seed."""
        self._follow = order, seed

    def run(
        self, function: Compiled, rows: Any, at: Position | None = None
    ) -> tuple[Any, BaseException | None]:
        """`function.loop_while_sound` on batches, whose samples are read into variables.

        `at`: where they are in the order; left out, they are all that is measured.
        """
        found: list[Any] = []
        failure: BaseException | None = None
        begun = self._begin(rows, at)
        done = 0
        try:
            while done < len(rows) and failure is None:
                local = self._local(begun + done)[: len(rows) - done]
                results, failure = function.loop_while_sound(local)
                found.append(results)
                done += len(local)
        except Exception as error:  # of what reads samples, or of a user's own transform
            failure = error
        except BaseException:
            self._rest(waits=False)
            raise
        if at is None or failure is not None:
            self._rest()
        return _joined(found), failure

    def placed(self, rows: Any, at: Position | None = None) -> Any:
        """Where the samples of some batches of a chunk are in the variables, which hold it then."""
        return self._local(self._begin(rows, at))[: len(rows)]

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Have nobody read ahead any more; with Ctrl-C, no file that hangs is waited for."""
        self._rest(waits=kind is None or issubclass(kind, Exception))

    def _rest(self, *, waits: bool = True) -> None:
        self._ahead.clear()
        self._pool.stop(waits=waits)

    def _begin(self, rows: Any, at: Position | None) -> int:
        """Go to the pass that batches belong to; the number of the first in there."""
        if at is None or self._follow is None:
            self._go_to(Pass(rows, rows.reshape(-1)[:0], LOOK))
            return 0
        order, seed = self._follow
        draws = Draws(seed, at.epoch)
        if self._pass.draws != draws:
            full, rest = order(at.epoch)
            self._go_to(Pass(full, rest, draws))
        return at.step_in_epoch

    def _go_to(self, batches: Pass) -> None:
        self._rest()
        self._pass = batches
        self._held = None

    def _local(self, step: int) -> Any:
        """Where the samples of a batch, and of those behind it in its chunk, are in variables."""
        number, first = self._pass.chunk_of(step, self._steps)
        if self._held != number:
            self._held = None
            arrays = self._take(number)
            assign_all(dict(zip(self._into, arrays, strict=True)))
            self._held = number
        rows = self._pass.chunk(number, self._steps)
        return np.arange(rows.size).reshape(rows.shape)[first:]

    def _take(self, number: int) -> list[Any]:
        """The samples of a chunk; those behind it are read meanwhile."""
        if self._ahead and self._ahead[0][0] != number:
            self._rest()
        self._read_from(number)
        load = self._ahead.popleft()[1]
        self._read_from(number + 1)
        load.wait()
        for array in load.arrays:
            freeze(array)  # so that variables hold it, not a copy
        return load.arrays

    def _read_from(self, number: int) -> None:
        """Have workers read a chunk, and those behind it, unless they do."""
        number += len(self._ahead)
        while len(self._ahead) < self._most_ahead:
            rows = self._pass.chunk(number, self._steps)
            if rows is None:
                return
            self._ahead.append((number, self._load(rows.reshape(-1), self._pass.draws)))
            self._pool.add(self._ahead[-1][1])
            number += 1

    def _load(self, rows: Any, draws: Draws) -> Load:
        """What has the features of some samples read; all else is there."""
        source: Any = self.data.features
        arrays = [empty((self._rows, *x.shape[1:]), x.dtype) for x in self._arrays]
        for made, array in zip(arrays[1:], self._arrays[1:], strict=True):
            np.take(array, rows, axis=0, out=made[: len(rows)])

        def read(part: slice) -> None:
            source.fill(rows[part], arrays[0][part], draws)

        return Load(read, len(rows), source.piece, arrays)


def _joined(found: Sequence[Any]) -> Any:
    """The results of one loop after the other as those of one."""
    if len(found) < 2:
        return found[0] if found else {}
    taken: list[list[Any]] = []
    for nest in found:
        taken.append([])
        structure = flatten(nest, taken[-1])
    columns = [np.concatenate([x.numpy() for x in each]) for each in zip(*taken, strict=True)]
    return unflatten(structure, iter(map(holding, columns)))

"""Updates whose batch is taken in parts, so that memory holds the values of one part alone.

    in_parts        how a task takes its batches in parts
    Accumulation    the gradient of a batch, added up over its micro-batches

The update is that of the whole batch: the loss is divided by the weight of all its samples, and
each sample meets the random numbers that it would meet in the batch. Only what sees other samples
of a batch, as batch norm in training, sees those of its part, and moves its statistics with each.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pellucid.creation import arange, zeros
from pellucid.errors import OptionError
from pellucid.functional.reduction import weighed
from pellucid.optim.clipping import Gradients
from pellucid.optim.optimizer import Optimizer
from pellucid.primitives.base import FLOAT32, FLOAT64, Shape
from pellucid.random import Generator, at_work
from pellucid.recordings import active_recording
from pellucid.scanning import scan
from pellucid.tensor import Tensor
from pellucid.train.evaluation import Feed
from pellucid.train.weighing import Weighing, weighing_of

Taken = tuple[Tensor, dict[str, Tensor]]  # loss and metrics
Sums = dict[str, dict[str, Tensor]]
GRADIENTS, VALUES = "gradients", "values"
LOSS, WEIGHT = "loss", "weight of all"


def in_parts(size: int, task: Any, feed: Feed) -> "Accumulation":
    """How a task takes its batches in parts of `size` samples.

    Errors: OptionError for an optimizer that takes no gradients, or a loss that is no mean and no
    sum over samples.
    """
    kind = type(task.optimizer)
    own = [n for n in ("minimize", "minimize_by") if getattr(kind, n, 0) is not vars(Optimizer)[n]]
    if own and not hasattr(kind, "update_by"):
        raise OptionError(
            f"Trainer: micro_batch, with {kind.__name__}, whose {own[0]} is its own. Parts add up "
            "to gradients, which its step does not begin with: leave micro_batch out."
        )
    return Accumulation(size, weighing_of(task.model, task.loss, feed), feed, task.optimizer)


@dataclass(frozen=True, eq=False)
class Accumulation:
    """Takes a batch in parts of `size` samples, and one of what is left over.

    `weighing`: what the loss of each counts. `feed`: where weights of samples stand.
    """

    size: int
    weighing: Weighing
    feed: Feed
    optimizer: Any

    def splits(self, indices: Tensor) -> bool:
        """Whether a batch has more than one part."""
        return len(indices) > self.size

    def update(self, part: Callable[[Tensor], Taken], indices: Tensor, names: list[str]) -> Taken:
        """One update; the loss and the metrics of these names, of all samples together.

        `part` gives them for some samples.
        """
        taken = []

        def find() -> Gradients:
            run = _Run(self, part, indices, names)
            sums = run.sums()
            values = dict(sums[VALUES])
            whole = self.weighing.whole(values.pop(WEIGHT))
            loss, count = values.pop(LOSS) / whole, float(len(indices))
            taken.append((loss, {name: value / count for name, value in values.items()}))
            found = {path: g for path, g in sums[GRADIENTS].items() if path in run.reached}
            return {path: g / whole.astype(g.dtype) for path, g in found.items()}

        if hasattr(self.optimizer, "update_by"):  # gradients at more than one place
            self.optimizer.update_by(find)
        else:
            self.optimizer.apply(find())
        return taken[0]


class _Run:
    """The parts of one batch, one after the other."""

    def __init__(
        self,
        how: Accumulation,
        part: Callable[[Tensor], Taken],
        indices: Tensor,
        names: list[str],
    ) -> None:
        self._how, self._part, self._indices, self._names = how, part, indices, names
        self.reached: set[str] = set()
        self._drawn: dict[Generator, int] = {}

    def sums(self) -> Sums:
        """What all parts together give."""
        size, count = self._how.size, len(self._indices)
        full = count // size
        parts = self._indices[: full * size].reshape(full, size)

        def body(sums: Sums, of_part: tuple[Tensor, Tensor]) -> tuple[Sums, None]:
            rows, turn = of_part
            return self._added(sums, rows, turn * size + arange(size)), None

        sums: Sums = scan(body, self._nothing(), (parts, arange(full)))[0]
        if full * size < count:
            sums = self._added(sums, self._indices[full * size :], arange(full * size, count))
        for generator, draws in self._drawn.items():
            generator.draws.assign(generator.draws.value + draws)
        return sums

    def _nothing(self) -> Sums:
        """The sums before the first part."""
        held = self._how.optimizer.parameters
        wide = any(p.dtype == FLOAT64 for p in held.values())
        zero = zeros((), dtype=FLOAT64 if wide else FLOAT32)
        gradients = {path: zeros(p.shape, dtype=p.dtype) for path, p in held.items()}
        return {GRADIENTS: gradients, VALUES: dict.fromkeys([LOSS, WEIGHT, *self._names], zero)}

    def _added(self, sums: Sums, rows: Tensor, positions: Tensor) -> Sums:
        """The sums with those of another part."""
        how, count = self._how, len(rows)
        draws = _Draws(positions, count, len(self._indices))
        with draws.at_work(), weighed() as divisors:
            loss, metrics = self._part(rows)
        self._drawn = draws.drawn
        weights = how.feed.batch_weights(rows).get("weights")
        weight = how.weighing.of(divisors, weights, count)
        scaled = loss * weight
        found = how.optimizer.gradients(scaled)
        self.reached |= set(found)
        more = {LOSS: scaled, WEIGHT: loss * 0.0 + weight}
        more |= {name: value * float(count) for name, value in metrics.items()}
        return {
            GRADIENTS: {p: g + found[p] if p in found else g for p, g in sums[GRADIENTS].items()},
            VALUES: {k: v + more[k].astype(v.dtype) for k, v in sums[VALUES].items()},
        }


class _Draws:
    """Random draws of some samples of a batch: those at `positions`, `count` of `total`."""

    def __init__(self, positions: Tensor, count: int, total: int) -> None:
        self._positions, self._count, self._total = positions, count, total
        self._recording = active_recording()
        self.drawn: dict[Generator, int] = {}

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Inside, generators draw for these samples."""
        at_work.part = self
        try:
            yield
        finally:
            at_work.part = None

    def number(self, generator: Generator) -> Tensor:
        """The number of a draw: the same for all parts of an update."""
        if active_recording() is not self._recording:
            raise OptionError(
                "Trainer: micro_batch, and a layer that draws random numbers inside a loop over "
                "time. They would depend on the parts: draw before the loop, or leave "
                "micro_batch out."
            )
        done = self.drawn.get(generator, 0)
        self.drawn[generator] = done + 1
        return generator.draws.value + done

    def rows(self, draw: Callable[[Shape], Tensor], sizes: Shape, axis: int) -> Tensor:
        """The rows of what is drawn for all samples; what has no such axis is drawn as it is."""
        if len(sizes) <= axis or sizes[axis] != self._count:
            return draw(sizes)
        whole = draw((*sizes[:axis], self._total, *sizes[axis + 1 :]))
        return whole.take(self._positions, axis=axis)

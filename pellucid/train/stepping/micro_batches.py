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
from pellucid.errors import OptionError, ShapeError
from pellucid.optim.clipping import Gradients
from pellucid.optim.optimizer import Optimizer
from pellucid.primitives.base import FLOAT32, FLOAT64, Shape
from pellucid.random import Generator, at_work
from pellucid.recordings import active_recording
from pellucid.scanning import scan
from pellucid.tensor import Tensor, tensor
from pellucid.train.measurements.terms import LossTerm, by_column, total
from pellucid.train.stepping.feed import Feed
from pellucid.train.stepping.weighing import Weighing, weighings_of

Taken = tuple[Tensor, dict[str, Tensor]]  # loss and metrics
# The loss of each term with what it was divided by, and metrics.
Parts = tuple[list[tuple[Tensor, list[Any]]], dict[str, Tensor]]
COUNTED = ("samples", "weights", "sum")  # what parts count, where it is the same for all losses
Sums = dict[str, dict[str, Tensor]]
GRADIENTS = "gradients"
VALUES = "values"
LOSS = "loss"
WEIGHT = "weight of all"


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
    weighings = weighings_of(task.model, task.loss, feed)
    return Accumulation(size, task.terms, tuple(weighings), feed, task.optimizer)


@dataclass(frozen=True, eq=False)
class Accumulation:
    """Takes a batch in parts of `size` samples, and one of what is left over.

    `weighings`: what the loss of each counts, for each of the terms. `feed`: where weights of
    samples stand.
    """

    size: int
    terms: tuple[LossTerm, ...]
    weighings: tuple[Weighing, ...]
    feed: Feed
    optimizer: Any

    @property
    def groups(self) -> list[int]:
        """For each term a number, the same where parts count the same for their losses."""
        found: list[int] = []
        for i, weighing in enumerate(self.weighings):
            alike = weighing.by in COUNTED and weighing in self.weighings[:i]
            found.append(found[self.weighings.index(weighing)] if alike else i)
        return found

    def splits(self, indices: Tensor) -> bool:
        """Whether a batch has more than one part."""
        return len(indices) > self.size

    def update(self, part: Callable[[Tensor], Parts], indices: Tensor, names: list[str]) -> Taken:
        """One update; the loss and the metrics of these names, of all samples together.

        `part` gives the losses of the terms and the metrics for some samples.
        """
        taken = []

        def find() -> Gradients:
            run = _Run(self, part, indices, names)
            sums = run.sums()
            values = sums[VALUES]
            wholes = {g: self.weighings[g].whole(values[key(WEIGHT, g)]) for g in self.groups}
            parts = enumerate(self.groups)
            losses = [values[key(LOSS, i)] / wholes[g] for i, g in parts]
            count = float(len(indices))
            metrics = by_column(self.terms, losses)
            metrics |= {name: values[name] / count for name in names}
            taken.append((total(self.terms, losses), metrics))
            return run.gradients(sums, wholes)

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
        part: Callable[[Tensor], Parts],
        indices: Tensor,
        names: list[str],
    ) -> None:
        self._how = how
        self._part = part
        self._indices = indices
        self._names = names
        self.reached: set[str] = set()

    def sums(self) -> Sums:
        """What all parts together give."""
        size = self._how.size
        full, left = divmod(len(self._indices), size)
        end = full * size
        parts = self._indices[:end].reshape(full, size)
        drawn: list[Generator] = []

        def body(sums: Sums, of_part: tuple[Tensor, Tensor]) -> tuple[Sums, list[Tensor]]:
            rows, turn = of_part
            positions = turn * size + arange(size)
            sums, counts = self._added(sums, rows, positions)
            drawn[:] = counts
            return sums, list(counts.values())

        sums, counts = scan(body, self._nothing(), (parts, arange(full)))
        if left:
            positions = arange(end, end + left)
            sums, _ = self._added(sums, self._indices[end:], positions)
        for generator, of_parts in zip(drawn, counts, strict=True):
            generator.draws.assign(of_parts[-1])
        return dict(sums)

    def _nothing(self) -> Sums:
        """The sums before the first part."""
        held = self._how.optimizer.parameters
        wide = any(p.dtype == FLOAT64 for p in held.values())
        zero = zeros((), dtype=FLOAT64 if wide else FLOAT32)
        names = [key(LOSS, i) for i in range(len(self._how.terms))]
        names += [key(WEIGHT, g) for g in dict.fromkeys(self._how.groups)]
        found: Sums = {}
        for group in dict.fromkeys(self._how.groups):
            each = {path: zeros(p.shape, dtype=p.dtype) for path, p in held.items()}
            found[key(GRADIENTS, group)] = each
        return found | {VALUES: dict.fromkeys([*names, *self._names], zero)}

    def gradients(self, sums: Sums, wholes: dict[int, Tensor]) -> Gradients:
        """Those of the batch: of each group divided by the weight of all its samples."""
        found: Gradients = {}
        for group, whole in wholes.items():
            for path, g in sums[key(GRADIENTS, group)].items():
                if path in self.reached:
                    mean = g / whole.astype(g.dtype)
                    found[path] = found[path] + mean if path in found else mean
        return found

    @contextmanager
    def _told(self, count: int) -> Iterator[None]:
        """Tell of an error in a part of one sample, of which batch norm has no variance, why."""
        try:
            yield
        except ShapeError as error:
            if count == 1:
                size = self._how.size
                which = "one sample" if size == 1 else "the one sample that is left over"
                error.args = (
                    f"{error} It is a part of a batch of {len(self._indices)}, which micro_batch="
                    f"{size} takes in parts, this one of {which}: choose another micro_batch.",
                )
            raise

    def _added(
        self, sums: Sums, rows: Tensor, positions: Tensor
    ) -> tuple[Sums, dict[Generator, Tensor]]:
        """The sums with those of another part, and how many draws there are then."""
        how = self._how
        count = len(rows)
        draws = _Draws(positions, count, len(self._indices))
        with draws.at_work(), self._told(count):
            losses, metrics = self._part(rows)
        counts = draws.counts()
        weights = how.feed.batch_weights(rows).get("weights")
        more = {name: value * float(count) for name, value in metrics.items()}
        to_descend: dict[int, list[Tensor]] = {}
        parts = zip(how.terms, how.groups, losses, strict=True)
        for i, (term, group, (loss, divisors)) in enumerate(parts):
            weight = how.weighings[i].of(divisors, weights, count)
            more[key(LOSS, i)] = scaled = loss * weight
            if group == i:
                more[key(WEIGHT, i)] = weight if isinstance(weight, Tensor) else tensor(weight)
            if term.weight:
                to_descend.setdefault(group, []).append(term.weighted(scaled))
        made = dict(sums)
        for group, scaled_ones in to_descend.items():
            found = how.optimizer.gradients(sum(scaled_ones[1:], scaled_ones[0]))
            self.reached |= set(found)
            made[key(GRADIENTS, group)] = _plus(sums[key(GRADIENTS, group)], found)
        made[VALUES] = {
            name: value + more[name].astype(value.dtype) for name, value in sums[VALUES].items()
        }
        return made, counts


def key(what: str, number: int) -> str:
    """What a sum is called: that of the first term as where there is no other."""
    return f"{what} {number}" if number else what


def _plus(sums: dict[str, Tensor], found: Gradients) -> dict[str, Tensor]:
    """Sums of gradients with those of another part."""
    return sums | {path: sums[path] + g for path, g in found.items()}


class _Draws:
    """Random draws of some samples of a batch: those at `positions`, `count` of `total`.

    The numbers of draws begin anew with each part: the variable that counts them stays as it is.
    """

    def __init__(self, positions: Tensor, count: int, total: int) -> None:
        self._positions = positions
        self._count = count
        self._total = total
        self._recording = active_recording()
        self._before = {} if self._recording is None else dict(self._recording.writes)
        self._drawn: dict[Generator, int] = {}  # but for loops over time

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
        done = self._drawn.setdefault(generator, 0)
        draw = generator.draws.value + done
        if active_recording() is self._recording:
            self._drawn[generator] = done + 1
        else:  # in a loop over time, whose turns the variable alone counts
            generator.draws.assign(generator.draws.value + 1)
        return draw

    def counts(self) -> dict[Generator, Tensor]:
        """How many draws of each generator there are behind the part."""
        found = {g: g.draws.value + done for g, done in self._drawn.items()}
        if self._recording is not None:
            writes = self._recording.writes
            for variable in [g.draws for g in found if g.draws in writes]:
                del writes[variable]
            writes |= {g.draws: self._before[g.draws] for g in found if g.draws in self._before}
        return found

    def rows(self, draw: Callable[[Shape], Tensor], sizes: Shape, axis: int) -> Tensor:
        """The rows of what is drawn for all samples; what has no such axis is drawn as it is."""
        if len(sizes) <= axis or sizes[axis] != self._count:
            return draw(sizes)
        whole = draw((*sizes[:axis], self._total, *sizes[axis + 1 :]))
        return whole.take(self._positions, axis=axis)

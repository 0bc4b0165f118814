"""Running statistics of batch norm, computed again from data for the weights of the moment.

recompute_statistics    of a model, from a data set; for loops of one's own
BatchStatistics         the same for many calls: compiled once
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from pellucid.compile import compile as compiled
from pellucid.data import Dataset
from pellucid.data.batches import batch_matrix
from pellucid.nn.base import in_mode
from pellucid.nn.normalization import BatchNorm, watched_statistics
from pellucid.recordings import USUAL
from pellucid.strict import strict
from pellucid.tensor import Tensor, holding
from pellucid.train.measurements.evaluation import measuring_feed
from pellucid.train.run_files.checkpoint import Position
from pellucid.train.stepping.feed import Feed
from pellucid.variables import Buffer, Variable, assign_all


@strict
def recompute_statistics(
    model: Any,
    data: Dataset,
    *,
    batch_size: int = 100,
    seed: int = 0,
    executor: str | None = None,
    precision: str = USUAL,
) -> None:
    """Have each `BatchNorm` of a model know the statistics of its weights as they are now.

        running mean <- sum_b n_b mean_b / sum_b n_b,    running variance likewise,

    over the batches b, of n_b samples, of one pass over the data in a shuffled order: means and
    variances, divided by the count less 1, that each layer meets in the batch. For averaged
    weights, which no batch was ever normalised for. A layer whose weights are frozen keeps its own.
    All else is in inference mode: nothing is dropped or drawn.

    PyTorch 2.13's `swa_utils.update_bn` counts each batch alike, a smaller last one too, and has
    dropout go on.
    Errors: ShapeError for a batch of one number per feature; OptionError for a batch size below 1.
    Source: Izmailov et al. 2018 (arXiv 1803.05407), algorithm 1.

    >>> import numpy as np, pellucid as pc
    >>> model = pc.nn.BatchNorm(1)
    >>> data = pc.data.from_arrays(np.array([[1.0], [3.0]]), np.array([0, 1]))
    >>> recompute_statistics(model, data, batch_size=2)
    >>> model.running_mean.item(), model.running_variance.item()
    (2.0, 2.0)
    """
    size = min(batch_size, len(data))

    def order(epoch: int) -> tuple[Any, Any]:
        return batch_matrix(len(data), size, seed=seed, epoch=epoch)

    feed = measuring_feed(data, size)
    feed.follow(order, seed)
    with feed:
        BatchStatistics(model, feed, executor, precision).renew(*order(0))


class _Sums(NamedTuple):
    """Of one layer, over the batches so far: n mean, n variance, and n."""

    mean: Variable
    variance: Variable
    samples: Variable


class BatchStatistics:
    """What the batch norm of a model meets in the samples of a feed: `renew` has it run on that."""

    def __init__(
        self, model: Any, feed: Feed, executor: str | None, precision: str = USUAL
    ) -> None:
        self._model, self._feed = model, feed
        found = (part for part in model.modules().values() if isinstance(part, BatchNorm))
        self._layers = {id(layer): layer for layer in found}
        self._sums = {
            key: _Sums(*(Buffer(np.zeros(shape)) for shape in (layer.features, layer.features, ())))
            for key, layer in self._layers.items()
        }
        self._compiled = compiled(self._one, executor=executor, precision=precision)

    def renew(self, full: Any, rest: Any) -> None:
        """Have running statistics be those of batches of the first epoch, and of a smaller last."""
        if not self._layers:
            return
        every = [buffer for sums in self._sums.values() for buffer in sums]
        assign_all({buffer: holding(np.zeros(buffer.shape)) for buffer in every})
        layers = list(self._layers.values())
        with self._model.mode(training=False), in_mode(layers, training=True):
            for rows, first in ((full, 0), (rest[None], len(full))):
                if rows.size:
                    self._go_through(rows, first)
        assign_all(dict(self._means()))

    def _go_through(self, rows: Any, first: int) -> None:
        """Sum over batches, the first of which stands there in its epoch."""
        done = 0
        while done < len(rows):
            alike = self._feed.alike(rows[done:])
            at = Position(first + done, 0, first + done)
            with self._feed.cropped(rows[done]):
                some = rows[done : done + alike]
                failure = self._feed.run(self._compiled, some, at)[1]
            if failure is not None:
                raise failure
            done += alike

    def _one(self, indices: Tensor) -> dict[str, Tensor]:
        """Add what one batch has."""
        inputs, _ = self._feed.batch(indices)
        with watched_statistics() as found:
            self._model(*inputs)
        for layer, mean, variance in found:
            sums = self._sums[id(layer)]
            count = float(len(indices))
            sums.mean.assign(sums.mean.value + mean.astype("float64") * count)
            sums.variance.assign(sums.variance.value + variance.astype("float64") * count)
            sums.samples.assign(sums.samples.value + count)
        return {}

    def _means(self) -> Iterator[tuple[Variable, Tensor]]:
        """The new running statistics, of layers that have met a batch."""
        for key, layer in self._layers.items():
            mean, variance, samples = (buffer.numpy() for buffer in self._sums[key])
            if samples:
                dtype = layer.running_mean.dtype
                yield layer.running_mean, holding((mean / samples).astype(dtype))
                yield layer.running_variance, holding((variance / samples).astype(dtype))

"""What the loss of a part of a batch counts in that of the whole batch, found by trying.

Weighing       L = sum of W L over the parts / sum of W
weighing_of    that of a loss; refuses one that is no mean and no sum over samples
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import OptionError
from pellucid.functional.reduction import weighed
from pellucid.tensor import Tensor, tensor
from pellucid.train.evaluation import Feed, Loss

PROBED = 32  # samples
SPLITS = (0.4, 0.9)
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Weighing:
    """What the loss of a part counts: L = sum of W L over the parts / sum of W.

    `by`: "divisor", what a loss of pellucid divides by: the weight of all samples, or of the
    places of sequences that are not ignored; "weights", the sum of the weights of samples;
    "samples", their number; or "sum" for a loss that is a sum, which is not divided.
    """

    by: str

    def of(self, divisors: list[Any], weights: Tensor | None, count: int) -> Any:
        """The weight of a part; None where there is none to be had."""
        known = {
            "divisor": divisors[0] if divisors else None,
            "weights": None if weights is None else weights.sum(),
            "samples": float(count),
            "sum": 1.0,
        }
        return known[self.by]

    def whole(self, weight: Tensor) -> Tensor:
        """What the sum over all parts is divided by, from the sum of their weights."""
        one = tensor(1.0).astype(weight.dtype)
        return one if self.by == "sum" else (weight == 0.0).where(1.0, weight)


WEIGHINGS = tuple(Weighing(by) for by in ("divisor", "weights", "samples", "sum"))


def weighing_of(model: Any, loss: Loss, feed: Feed) -> Weighing:
    """How the losses of parts make that of the whole, by trying it.

    Tried are parts of unlike size, of outputs that are moved a little, so that no two are alike.
    Errors: OptionError for a loss that is no mean and no sum over samples.
    """
    probe = _Probe.of(model, loss, feed)
    for weighing in WEIGHINGS:
        if all(probe.holds(weighing, share) for share in SPLITS):
            return weighing
    raise OptionError(
        f"Trainer: micro_batch, with the loss {getattr(loss, '__name__', loss)!s}, which is no "
        "mean and no sum over samples: of parts of a batch it is not that of the batch. Leave "
        "micro_batch out, or write the loss with reduction='sum', or with a mean that "
        "pellucid.functional takes, by weights=."
    )


@dataclass(frozen=True, eq=False)
class _Probe:
    """Outputs, targets and weights of some samples."""

    loss: Loss
    outputs: Any
    targets: Any
    weights: Any

    @staticmethod
    def of(model: Any, loss: Loss, feed: Feed) -> "_Probe":
        """Those of samples spread over the data."""
        count = len(feed.data)
        rows = np.unique(np.linspace(0, count - 1, min(PROBED, count)).astype(np.int64))
        inputs, targets = feed.batch(tensor(rows))
        with model.mode(training=False):
            given = model(*inputs).numpy()
        outputs = np.where(np.isfinite(given), given, 0.5).astype(given.dtype)
        numbers = np.random.default_rng(0)
        # Probabilities stay probabilities: between 0 and 1.
        moved = outputs * numbers.uniform(0.5, 0.9, outputs.shape)
        moved += numbers.uniform(0.0, 0.1, outputs.shape)
        weights = None
        if feed.weights is not None:
            weights = feed.weights.numpy()[rows]
            weights = (weights * numbers.uniform(0.5, 1.5, weights.shape)).astype(weights.dtype)
        return _Probe(loss, moved.astype(outputs.dtype), targets.numpy(), weights)

    def holds(self, weighing: Weighing, share: float) -> bool:
        """Whether two parts, the first with a share of the samples, make the whole."""
        count = len(self.outputs)
        cut = min(max(int(count * share), 1), count - 1)
        if count < 2:
            return True
        whole = self._part(weighing, slice(0, count))[0]
        parts = [self._part(weighing, part) for part in (slice(0, cut), slice(cut, count))]
        if any(weight is None for _, weight in parts):
            return False
        total = 1.0 if weighing.by == "sum" else sum(weight for _, weight in parts) or 1.0
        made = sum(loss * weight for loss, weight in parts) / total
        size = max(abs(whole), *(abs(loss) for loss, _ in parts))
        return bool(abs(made - whole) <= TOLERANCE * size)

    def _part(self, weighing: Weighing, rows: slice) -> tuple[float, Any]:
        """Loss and weight of some of the samples."""
        weights = None if self.weights is None else tensor(self.weights[rows])
        given = {} if weights is None else {"weights": weights}
        with weighed() as divisors:
            loss = self.loss(tensor(self.outputs[rows]), tensor(self.targets[rows]), **given)
        weight = weighing.of(divisors, weights, len(self.outputs[rows]))
        return float(loss.numpy()), None if weight is None else float(np.asarray(weight))

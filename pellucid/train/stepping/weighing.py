"""What the loss of a part of a batch counts in that of the whole batch, found by trying.

Weighing       L = sum of W L over the parts / sum of W
weighings_of   those of a loss; refuses one that is no mean and no sum over samples
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import OptionError
from pellucid.functional.reduction import weighed
from pellucid.tensor import Tensor, tensor
from pellucid.train.measurements.evaluation import Loss
from pellucid.train.measurements.terms import LossTerm, named_outputs, terms_of
from pellucid.train.stepping.feed import Feed

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


def weighings_of(model: Any, loss: Loss, feed: Feed) -> list[Weighing]:
    """How the losses of parts make that of the whole, by trying it, for each term of a loss.

    Tried are parts of unlike size, of outputs that are moved a little, so that no two are alike.
    Errors: OptionError for a loss that is no mean and no sum over samples.
    """
    terms = terms_of(loss)
    return [_weighing(term.loss, probe, len(terms)) for term, probe in _probes(model, loss, feed)]


def _weighing(loss: Loss, probe: "_Probe", terms: int) -> Weighing:
    found = [w for w in WEIGHINGS if all(probe.holds(w, share) for share in SPLITS)]
    # Of several losses those that count alike are added up together: a mean over as many numbers
    # for each sample counts samples.
    if terms > 1 and Weighing("samples") in found and probe.counts_samples:
        return Weighing("samples")
    if found:
        return found[0]
    raise OptionError(
        f"Trainer: micro_batch, with the loss {getattr(loss, '__name__', loss)!s}, which is no "
        "mean and no sum over samples: of parts of a batch it is not that of the batch. Leave "
        "micro_batch out, or write the loss with reduction='sum', or with a mean that "
        "pellucid.functional takes, by weights=."
    )


def _probes(model: Any, loss: Loss, feed: Feed) -> Iterator[tuple[LossTerm, "_Probe"]]:
    """For each term, outputs, targets and weights of samples spread over the data."""
    last = len(feed.data) - 1
    spread = np.linspace(0, last, min(PROBED, last + 1))
    rows = feed.placed(np.unique(spread.astype(np.int64))[None])[0]
    inputs, targets = feed.batch(tensor(rows))
    with model.mode(training=False):
        outputs = named_outputs(loss, model(*inputs))
    weights = None if feed.weights is None else feed.weights.numpy()[rows]
    for term in terms_of(loss):
        own = (outputs[term.name], targets[term.name]) if term.name else (outputs, targets)
        yield term, _Probe.of(term.loss, own[0].numpy(), own[1], weights)


@dataclass(frozen=True, eq=False)
class _Probe:
    """Outputs, targets and weights of some samples."""

    loss: Loss
    outputs: Any
    targets: Any
    weights: Any

    @staticmethod
    def of(loss: Loss, outputs: Any, targets: Tensor, weights: Any) -> "_Probe":
        """Those of outputs that are moved a little."""
        numbers = np.random.default_rng(0)
        known = np.isfinite(outputs)
        # Probabilities stay probabilities: between 0 and 1.
        moved = np.where(known, outputs, 0.5)
        moved *= numbers.uniform(0.5, 0.9, moved.shape)
        moved += numbers.uniform(0.0, 0.1, moved.shape)
        moved = moved.astype(outputs.dtype)
        if weights is not None:
            unlike = numbers.uniform(0.5, 1.5, weights.shape)
            weights = (weights * unlike).astype(weights.dtype)
        return _Probe(loss, moved, targets.numpy(), weights)

    @property
    def counts_samples(self) -> bool:
        """Whether the loss divides by a number that follows from that of the samples alone."""
        with weighed() as divisors:
            self.loss(tensor(self.outputs), tensor(self.targets), **self._named(0, None))
        return all(not isinstance(each, Tensor) for each in divisors)

    def holds(self, weighing: Weighing, share: float) -> bool:
        """Whether two parts, the first with a share of the samples, make the whole."""
        count = len(self.outputs)
        if count < 2:
            return True
        cut = min(max(int(count * share), 1), count - 1)
        whole, _ = self._part(weighing, 0, count)
        parts = [
            self._part(weighing, 0, cut),
            self._part(weighing, cut, count),
        ]
        losses = [loss for loss, _ in parts]
        weights = [weight for _, weight in parts]
        if None in weights:
            return False
        total = 1.0 if weighing.by == "sum" else sum(weights)
        made = np.dot(losses, weights) / (total or 1.0)
        size = np.abs([whole, *losses]).max()
        return bool(abs(made - whole) <= TOLERANCE * size)

    def _named(self, first: int, end: int | None) -> dict[str, Tensor]:
        """The weights of some of the samples, where they have some."""
        return {} if self.weights is None else {"weights": tensor(self.weights[first:end])}

    def _part(self, weighing: Weighing, first: int, end: int) -> tuple[float, Any]:
        """Loss and weight of some of the samples."""
        outputs = tensor(self.outputs[first:end])
        targets = tensor(self.targets[first:end])
        named = self._named(first, end)
        with weighed() as divisors:
            loss = self.loss(outputs, targets, **named)
        found = weighing.of(divisors, named.get("weights"), end - first)
        weight = None if found is None else float(np.asarray(found))
        return float(loss.numpy()), weight

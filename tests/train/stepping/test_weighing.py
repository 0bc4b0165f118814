"""What a loss of parts of a batch is divided by: found by trying, or refused."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from pellucid.errors import OptionError
from pellucid.functional import cross_entropy, mean_squared_error
from pellucid.tensor import Tensor
from pellucid.train import Options, Trainer, Weights

Make = Callable[..., Trainer]


def worst(outputs: Tensor, targets: Tensor) -> Tensor:
    return cross_entropy(outputs, targets, reduction="none").max()


def spread(outputs: Tensor, targets: Tensor) -> Tensor:
    losses = cross_entropy(outputs, targets, reduction="none")
    return ((losses - losses.mean()) ** 2).mean()


def sum_and_more(outputs: Tensor, targets: Tensor) -> Tensor:
    return cross_entropy(outputs, targets, reduction="sum") + 1.0


def own_mask(outputs: Tensor, targets: Tensor) -> Tensor:
    kept = (targets > 0).astype("float32")
    return (cross_entropy(outputs, targets, reduction="none") * kept).sum() / kept.sum()


def own_mean(outputs: Tensor, targets: Tensor) -> Tensor:
    return cross_entropy(outputs, targets, reduction="none").mean() + 0.5


def own_weights(outputs: Tensor, targets: Tensor, *, weights: Tensor) -> Tensor:
    losses = cross_entropy(outputs, targets, reduction="none")
    return (losses * weights).sum() / weights.sum()


def by_batch_size(outputs: Tensor, targets: Tensor, *, weights: Tensor) -> Tensor:
    return (cross_entropy(outputs, targets, reduction="none") * weights).mean()


def two_terms(outputs: Tensor, targets: Tensor) -> Tensor:
    return cross_entropy(outputs, targets) + 0.1 * mean_squared_error(outputs, outputs * 0.0)


WEIGHED = Weights(classes=[1.0, 3.0, 0.5])


@pytest.mark.parametrize(
    ("loss", "weights", "by"),
    [
        (cross_entropy, Weights(), "divisor"),
        (cross_entropy, WEIGHED, "divisor"),
        (own_mean, Weights(), "samples"),
        (own_weights, WEIGHED, "weights"),
        (by_batch_size, WEIGHED, "samples"),
        (two_terms, Weights(), "divisor"),
        (partial(cross_entropy, reduction="sum"), WEIGHED, "sum"),
    ],
    ids=range(7),
)
def test_what_a_loss_is_divided_by_is_found_out(
    make: Make, loss: Any, weights: Weights, by: str
) -> None:
    given = make()
    options = Options(16, micro_batch=5, weights=weights, executor="reference")
    trainer = Trainer(given.model, loss, given.optimizer, given.train, options=options)
    assert trainer._program._parts is not None
    assert trainer._program._parts.weighings[0].by == by


@pytest.mark.parametrize("loss", [worst, spread, sum_and_more, own_mask])
def test_a_loss_that_is_no_mean_and_no_sum_is_refused(make: Make, loss: Any) -> None:
    given = make()
    message = f"micro_batch, with the loss {loss.__name__}, which is no mean and no sum over sam"
    with pytest.raises(OptionError, match=message):
        Trainer(given.model, loss, given.optimizer, given.train, options=Options(16, micro_batch=5))

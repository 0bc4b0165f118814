"""Accuracy counts what was found, and a nan finds nothing."""

from functools import partial

import numpy as np
import pytest

import pellucid as pc
from pellucid import data, functional, nn, train
from pellucid.errors import OptionError, ShapeError
from pellucid.executors import EXECUTORS

NAN = float("nan")


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize(
    ("metric", "outputs", "targets", "expected"),
    [
        (train.Accuracy(), [[NAN, NAN], [0.0, NAN], [1.0, 0.0]], [0, 1, 0], [0, 0, 1]),
        (train.Accuracy(threshold=0.0), [[NAN], [-1.0], [1.0]], [0, 0, 1], [0, 1, 1]),
        (train.Accuracy(threshold=0.5), [NAN, NAN], [0, 1], [0, 0]),
        (train.Accuracy(ignore_index=9), [[[NAN, NAN], [1.0, 0.0]]], [[0, 0]], [0.5]),
        (train.Accuracy(), [[np.inf, 0.0], [-np.inf, 0.0]], [0, 1], [1, 1]),
    ],
)  # fmt: skip
def test_outputs_with_a_nan_find_no_class(executor, metric, outputs, targets, expected):
    measure = pc.compile(metric.__call__, executor=executor)
    found = measure(np.array(outputs, np.float32), np.array(targets))
    assert found.tolist() == expected


def test_a_network_of_nan_has_an_accuracy_of_0():
    model = nn.Linear(2, 2, rng=pc.Generator(seed=0))
    model.bias.assign(np.full(2, NAN, np.float32))
    rows = data.from_arrays(np.ones((4, 2)), [0, 0, 0, 1])
    found = train.evaluate(model, functional.cross_entropy, rows, executor="reference")
    assert found["accuracy"] == 0.0


def test_distances_are_between_numbers_of_the_same_place():
    column, line = pc.tensor([[1.0], [2.0]]), pc.tensor([1.0, 4.0])
    with pytest.raises(ShapeError, match=r"AbsoluteError: prediction of shape \(2, 1\).*reshape"):
        train.AbsoluteError()(column, line)
    assert train.AbsoluteError()(column.reshape(2), line).tolist() == [0.0, 2.0]


def test_embeddings_may_have_any_number_of_outputs_and_no_accuracy():
    rows = data.from_arrays(np.eye(12), np.arange(12) % 6)
    model = nn.Linear(12, 2, rng=pc.Generator(seed=0))
    loss = partial(functional.batch_hard_triplet, margin=1.0)

    def trainer(**options):
        optimizer = pc.optim.SGD(model.parameters(), 0.1)
        return train.Trainer(model, loss, optimizer, rows, None, train.Options(**options))

    history = trainer(metrics=(), lint=False, batch_size=12).fit(2, show=False)
    assert history.epochs["train_loss"][1] < history.epochs["train_loss"][0]
    with pytest.raises(OptionError, match="outputs are embeddings, places in a space, and no sc"):
        trainer()

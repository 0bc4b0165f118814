"""Training in other orders: by hand, with batches cut to their steps, resumed, and refused."""

from functools import partial

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f
from pellucid import nn
from pellucid.data import ByLength, ClassBalanced, from_arrays, from_sequences
from pellucid.errors import DataError, OptionError
from pellucid.executors import EXECUTORS
from pellucid.optim import SGD
from pellucid.train import (
    Accuracy,
    ExponentialAverage,
    Options,
    Saving,
    Trainer,
    Weights,
)

RNG = np.random.default_rng(0)
ROWS = [RNG.normal(size=(n, 2)) for n in RNG.integers(1, 9, 30)]
SIGNS = [int(row.sum() > 0) for row in ROWS]
STEPS = [(row[:, 0] > 0).astype(int) for row in ROWS]
POINTS = from_arrays(RNG.normal(size=(30, 2)), [0] * 25 + [1] * 5, name="points")
WHOLE, EACH = from_sequences(ROWS, SIGNS), from_sequences(ROWS, STEPS, name="each")


class Reader(nn.Module):
    """A class for each sequence."""

    def __init__(self):
        self.last, self.out = nn.LastState(nn.GRU(2, 4)), nn.Linear(4, 2)

    def forward(self, x, lengths):
        return self.out(self.last(x, lengths))


class Tagger(nn.Module):
    """A class for each step."""

    def __init__(self):
        self.cells, self.out = nn.GRU(2, 4), nn.Linear(4, 3)
        self.seen = []

    def forward(self, x, lengths):
        self.seen.append(x.shape[1])
        return self.out(self.cells(x, lengths)[0])


def trainer(data, model, loss=f.cross_entropy, **options):
    given = {"batch_size": 4, "seed": 3, "metrics": (), "lint": False}
    return Trainer(
        model, loss, SGD(model.parameters(), 0.1), data, None, Options(**given | options)
    )


def reader(**options):
    return trainer(WHOLE, Reader(), sampling=ByLength(pool=3), **options)


def tagger(**options):
    loss = partial(f.cross_entropy, ignore_index=2)
    return trainer(EACH, Tagger(), loss, sampling=ByLength(pool=3), **options)


def points(**options):
    model = nn.Sequential(nn.Linear(2, 2))
    return trainer(POINTS, model, sampling=ClassBalanced(), **options)


def by_hand(run, epochs=2):
    """The losses of the same steps, one at a time, with whole sequences."""
    model, data, sampling = run.model, run.train, run.options.sampling
    optimizer, losses = SGD(model.parameters(), 0.1), []
    for epoch in range(epochs):
        for rows in sampling.batches(data, 4, seed=3, epoch=epoch):
            inputs = [pc.tensor(x[rows]) for x in data.inputs]
            loss = run.loss(model(*inputs), pc.tensor(data.labels[rows]))
            optimizer.minimize(loss)
            losses.append(loss.item())
    return losses


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("make", [reader, tagger, points])
def test_steps_are_those_of_a_loop_with_whole_sequences(make, executor):
    run = make(executor=executor)
    run.fit(2, show=False)
    np.testing.assert_allclose(run.history.steps["loss"], by_hand(make()), rtol=2e-5)


@pytest.mark.filterwarnings("error")
def test_as_many_programs_as_there_may_be_buckets_are_made_without_a_warning():
    loss = partial(f.cross_entropy, ignore_index=2)
    sampling = ByLength(pool=3, buckets=8)
    run = trainer(EACH, Tagger(), loss, sampling=sampling, executor="reference")
    run.fit(3, show=False)
    assert len(set(run.model.seen)) > 5


def test_batches_have_the_steps_of_few_buckets():
    run = tagger()
    run.fit(2, show=False)
    assert set(run.model.seen) == {2, 4, 6, 8}


FURTHER = {"micro_batch": 3, "average": ExponentialAverage(0.9)}
RESUMED = [("native", 3, {}), ("reference", 11, {}), ("reference", 8, FURTHER)]


@pytest.mark.parametrize("make", [tagger, points])
@pytest.mark.parametrize(
    ("executor", "step", "further"), RESUMED, ids=["native", "reference", "and more"]
)
def test_a_run_resumed_anywhere_has_the_same_bits(make, executor, step, further, tmp_path):
    options = {"executor": executor, **further}
    saving = Saving(tmp_path, report=False, graph=False)
    whole, first = make(**options), make(**options, saving=saving)
    whole.fit(2, show=False)
    for record in first:
        if record.step == step:
            break
    first.save()
    again = make(**options, saving=saving)
    again.resume()
    again.fit(2, show=False)
    for name, array in whole.model.state_dict().items():
        np.testing.assert_array_equal(again.model.state_dict()[name], array, err_msg=name)


def test_one_step_at_a_time_has_the_same_bits():
    whole, single = tagger(), tagger()
    whole.fit(1, show=False)
    for record in single:
        if record.step == whole.position.step:
            break
    for name, array in whole.model.state_dict().items():
        np.testing.assert_array_equal(single.model.state_dict()[name], array, err_msg=name)


def test_a_balanced_epoch_learns_of_the_rare_class_as_much():
    run = points(batch_size=10)
    drawn = np.concatenate(list(ClassBalanced().batches(POINTS, 10, seed=3, epoch=0)))
    assert np.bincount(POINTS.labels[drawn]).tolist() == [15, 15]
    assert run.steps_per_epoch == 3


def test_another_order_is_another_run(tmp_path):
    saving = Saving(tmp_path, report=False, graph=False)
    reader(saving=saving).fit(1, show=False)
    again = trainer(WHOLE, Reader(), sampling=ByLength(pool=4), saving=saving)
    with pytest.raises(OptionError, match=r"sampling is .*pool=4.* here; the run has .*pool=3"):
        again.resume()


def test_metrics_leave_out_what_is_behind_the_ends():
    run = tagger(metrics=(Accuracy(ignore_index=2),))
    history = run.fit(1, show=False)
    found = run.model(pc.tensor(EACH.features), pc.tensor(EACH.further[0])).numpy().argmax(-1)
    there = EACH.labels != 2
    each = [(found[i] == EACH.labels[i])[there[i]].mean() for i in range(30)]
    assert history.epochs["train_accuracy"][-1] == pytest.approx(np.mean(each), rel=1e-6)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: points(shuffle=False), OptionError, r"sampling=ClassBalanced\(\) with shuffle"),
        (
            lambda: points(weights=Weights(classes="balanced")),
            OptionError,
            "Rare classes would count more twice",
        ),
        (
            lambda: trainer(POINTS, Tagger(), sampling=ByLength),
            OptionError,
            "sampling .*It is a rule",
        ),
        (
            lambda: trainer(POINTS, Tagger(), sampling=ByLength()),
            DataError,
            "'points' has no lengths",
        ),
    ],
    ids=["shuffle", "weights", "class", "lengths"],
)
def test_what_has_no_meaning_is_refused_when_the_trainer_is_made(make, error, words):
    with pytest.raises(error, match=words):
        make()

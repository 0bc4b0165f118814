"""Training on mixed batches: by hand, resumed, for every kind of target, and what is refused."""

from functools import partial

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f
from pellucid import nn
from pellucid.augment import CutMix, Mixup
from pellucid.data import ClassBalanced, batches, from_arrays
from pellucid.errors import OptionError
from pellucid.executors import EXECUTORS
from pellucid.optim import SGD
from pellucid.train import ExponentialAverage, Options, Saving, Trainer, Weights

DRAW = np.random.default_rng(1)
IMAGES, IDS = DRAW.random((12, 1, 4, 4)), np.arange(12) % 3
PICTURES = from_arrays(IMAGES, IDS, name="squares", classes=3)


def trainer(data=PICTURES, loss=f.cross_entropy, outputs=3, **options):
    model = nn.Sequential(nn.Flatten(), nn.Linear(data.form.features, outputs))
    given = {"batch_size": 5, "seed": 3, "mixing": Mixup(0.5), "metrics": (), "lint": False}
    return Trainer(
        model, loss, SGD(model.parameters(), 0.1), data, None, Options(**given | options)
    )


@pytest.mark.parametrize("executor", EXECUTORS)
def test_steps_are_those_of_a_loop_of_ones_own(executor):
    run = trainer(executor=executor)
    run.fit(2, show=False)
    own = trainer()
    model, mixing = own.model, own.options.mixing
    optimizer = SGD(model.parameters(), 0.1)
    losses = []
    for epoch in range(2):
        for rows in batches(12, 5, seed=3, epoch=epoch):
            x, t = mixing(pc.tensor(PICTURES.features[rows]), pc.one_hot(IDS[rows], 3))
            loss = f.cross_entropy(model(x), t)
            optimizer.minimize(loss)
            losses.append(loss.item())
    np.testing.assert_allclose(run.history.steps["loss"], losses, rtol=1e-5)
    for name, array in model.state_dict().items():
        np.testing.assert_allclose(run.model.state_dict()[name], array, rtol=1e-5, atol=1e-6)


FURTHER = {"sampling": ClassBalanced(), "average": ExponentialAverage(0.9)}


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize(
    ("mixing", "further"), [(Mixup, {}), (CutMix, FURTHER)], ids=["mixup", "cutmix and more"]
)
def test_a_resumed_run_goes_on_with_the_same_mixtures(mixing, further, executor, tmp_path):
    saving = Saving(tmp_path, report=False, graph=False)
    options = {"executor": executor, **further}
    whole = trainer(mixing=mixing(), **options)
    first = trainer(mixing=mixing(), **options, saving=saving)
    whole.fit(3, show=False)
    first.fit(1, show=False)
    again = trainer(mixing=mixing(), **options, saving=saving)
    again.resume()
    again.fit(3, show=False)
    for name, array in whole.model.state_dict().items():
        np.testing.assert_array_equal(again.model.state_dict()[name], array, err_msg=name)


def test_another_mixture_is_another_run(tmp_path):
    saving = Saving(tmp_path, report=False, graph=False)
    trainer(saving=saving).fit(1, show=False)
    with pytest.raises(OptionError, match=r"mixing is .*0\.4.* here; the run has .*0\.5"):
        trainer(saving=saving, mixing=Mixup(0.4)).resume()


def test_answers_of_yes_or_no_and_numbers_are_mixed():
    yes = from_arrays(IMAGES, IDS == 0, classes=2)
    numbers = from_arrays(IMAGES, DRAW.normal(size=(12, 2)), classes=0)
    for data, loss, outputs in (
        (yes, f.binary_cross_entropy, 1),
        (yes, f.cross_entropy, 2),
        (yes, f.binary_focal_loss, 1),
        (numbers, f.mean_squared_error, 2),
    ):
        history = trainer(data, loss, outputs).fit(1, show=False)
        assert np.isfinite(history.steps["loss"]).all()


def test_weights_are_mixed_as_the_samples_are():
    weights = Weights(samples=np.linspace(0.0, 2.0, 12))
    run = trainer(weights=weights, batch_size=12)
    loss = run.fit(1, show=False).steps["loss"][0]
    own = trainer(batch_size=12)
    rows = batches(12, 12, seed=3, epoch=0)[0]
    x, shares = own.options.mixing.mix(pc.tensor(PICTURES.features[rows]))
    t = shares.of(pc.one_hot(IDS[rows], 3))
    w = shares.of(pc.tensor(weights.of(PICTURES)[rows]))
    assert loss == pytest.approx(f.cross_entropy(own.model(x), t, weights=w).item(), rel=1e-6)


def test_validation_and_the_measured_training_set_are_not_mixed():
    run = trainer()
    run.fit(1, show=False)
    expected = f.cross_entropy(run.model(pc.tensor(PICTURES.features)), IDS).item()
    assert run.history.epochs["train_loss"][-1] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: trainer(mixing=Mixup), "mixing .*It mixes samples and targets"),
        (lambda: trainer(micro_batch=2), r"mixing=Mixup\(0\.5\) with micro_batch=2\. Samples"),
        (lambda: trainer(mixing=0.2), "mixing .*It mixes samples and targets"),
        (
            lambda: trainer(loss=f.multiclass_hinge),
            r"mixing=Mixup\(\.\.\.\), but multiclass_hinge takes one class for each sample",
        ),
        (
            lambda: trainer(loss=partial(f.hinge_loss, reduction="sum"), outputs=1),
            "hinge_loss takes one class",
        ),
        (
            lambda: trainer(from_arrays(IDS.reshape(12, 1), IDS, vocabulary=3, name="words")),
            "'words' has ids as features, and between two ids there is none",
        ),
        (lambda: trainer(PICTURES.with_inputs(IMAGES)), "'squares' has several inputs"),
    ],
)
def test_what_cannot_be_mixed_is_refused_when_the_trainer_is_made(make, words):
    with pytest.raises(OptionError, match=words):
        make()

"""How long training goes on, and what is said where there is nothing to do."""

import numpy as np
import pytest
from train.conftest import blobs
from train.test_resumed_rates import network

from pellucid.errors import OptionError
from pellucid.functional import cross_entropy
from pellucid.optim import SGD, CosineRestarts, LinearDecay
from pellucid.train import Options, Trainer
from pellucid.train.epochs_and_steps import all_done, epochs_in_all, nothing_left


@pytest.mark.parametrize(
    ("epochs", "more", "done", "found"),
    [(5, None, 0, 5), (5, None, 9, 5), (None, 5, 9, 14), (np.int64(3), None, 0, 3)],
)
def test_epochs_are_counted_in_all_and_more_from_those_done(epochs, more, done, found):
    assert epochs_in_all(epochs, more, done) == found


@pytest.mark.parametrize(
    ("epochs", "more", "words"),
    [
        (None, None, r"write fit\(5\) for 5 epochs in all, or fit\(more=5\)"),
        (1, 1, r"write fit\(5\) for 5 epochs in all"),
        (0, None, "epochs is 0. It counts whole epochs"),
        (None, 1.5, "more is 1.5"),
        (True, None, "epochs is True"),
    ],
)
def test_what_counts_no_epochs_is_refused(epochs, more, words):
    with pytest.raises(OptionError, match=words):
        epochs_in_all(epochs, more, 0)


def test_why_training_ends_is_said():
    assert all_done(5) == "all 5 epochs done"
    assert nothing_left("", 5) == (
        "fit: nothing was trained, as all 5 epochs are done. "
        "fit(more=5), or fit(10) in all, trains 5 more; on the command line --more 5."
    )
    assert nothing_left("early stopping after epoch 3", 5).endswith(
        "as early stopping after epoch 3. A new Trainer whose EarlyStopping has more patience "
        "goes on."
    )


def trained(rate, more):
    """A run whose schedule ends after two epochs of 5 updates, gone on with."""
    model = network()
    options = Options(batch_size=16, executor="reference", lint=False)
    trainer = Trainer(model, cross_entropy, SGD(model.parameters(), rate), blobs(70), None, options)
    trainer.fit(2)
    trainer.fit(more=more)


def test_a_schedule_that_has_ended_at_0_is_told():
    message = "the rate of each of the 5 updates to come is 0: LinearDecay.* has ended. Train with"
    with pytest.warns(UserWarning, match=message):
        trained(LinearDecay(0.1, steps=10), 1)
    for rate in (LinearDecay(0.1, 10, 0.01), LinearDecay(0.1, steps=12), 0.0, CosineRestarts(1, 9)):
        trained(rate, 1)  # a warning would be an error

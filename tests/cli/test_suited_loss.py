"""The loss and the measures of a recipe."""

import functools

from pellucid import functional as f
from pellucid.cli.recipe import Recipe
from pellucid.cli.suited_loss import loss_of, metrics_of
from pellucid.data import Form
from pellucid.train import AbsoluteError, Accuracy

CLASSES, NUMBERS = Form((4,), 3), Form((4,), 0, (1,))


def test_data_and_model_decide() -> None:
    assert loss_of(Recipe("digits"), CLASSES) is f.cross_entropy
    assert loss_of(Recipe("sine"), NUMBERS) is f.mean_squared_error
    assert metrics_of(CLASSES) == (Accuracy(),)
    assert metrics_of(NUMBERS) == (AbsoluteError(),)


def test_labels_are_smoothed_where_that_is_asked() -> None:
    loss = loss_of(Recipe("digits", batches={"label_smoothing": 0.2}), CLASSES)
    assert isinstance(loss, functools.partial)
    assert (loss.func, loss.keywords) == (f.cross_entropy, {"label_smoothing": 0.2})

"""Outputs and losses that cannot be trained on."""

from typing import Any

import pytest
from train.conftest import blobs

from pellucid import zeros
from pellucid.errors import DataError, ShapeError
from pellucid.functional import binary_cross_entropy, cross_entropy
from pellucid.tensor import tensor
from pellucid.train.measurements.terms import LossTerm
from pellucid.train.stepping.checked_outputs import check_loss, check_outputs


@pytest.mark.parametrize(
    ("loss", "outputs", "told"),
    [
        (cross_entropy, zeros((4, 3)), r"the model gave \(4, 3\) for 6 samples"),
        (cross_entropy, zeros((6, 2)), "the model has 2 outputs; 'blobs 6' has 3 classes"),
        (
            binary_cross_entropy,
            zeros((6, 1)),
            "has 3 classes; the loss answers yes or no",
        ),
    ],
    ids=["samples", "classes", "yes or no"],
)
def test_outputs_that_do_not_fit_the_data_are_refused(loss: Any, outputs: Any, told: str) -> None:
    with pytest.raises((ShapeError, DataError), match=told):
        check_outputs(LossTerm("", loss), blobs(6), outputs, 6)


@pytest.mark.parametrize(
    ("name", "loss", "told"),
    [
        ("", tensor([1.0, 2.0]), r"^Trainer: the loss has shape \(2,\)."),
        ("box", 3.0, r"^Trainer: the loss of 'box' has come out as 3.0."),
    ],
    ids=["shape", "no tensor"],
)
def test_a_loss_is_one_number(name: str, loss: Any, told: str) -> None:
    with pytest.raises(ShapeError, match=told):
        check_loss(LossTerm(name, cross_entropy), loss)

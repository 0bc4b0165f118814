"""What mends a loss whose outputs and targets do not fit each other."""

import numpy as np

import pellucid as pc
from pellucid import functional as f
from pellucid.misfits.chains import Step
from pellucid.misfits.outputs import of_loss


def test_what_no_rule_knows_has_no_remedy():
    y, t = pc.zeros((2, 3, 4, 5, 6)), pc.zeros((2, 9, 9))
    assert of_loss(f.mean_squared_error, y, t, [Step("", "", y.shape)]) == []


def test_an_arrangement_is_told_only_where_the_loss_takes_it():
    y, t = pc.zeros((4, 5, 2)), pc.tensor(np.zeros(4, np.int64))
    steps = [Step("", "", y.shape)]
    assert of_loss(f.cross_entropy, y, t, steps) == ["outputs[:, -1] fits."]
    assert of_loss(f.mean_squared_error, y, t, steps) == []

"""A model and its loss captured for one batch: which rows, what is reached, and how much work."""

import numpy as np
import pytest
from linter.programs import net, points

from pellucid import functional as f
from pellucid import nn
from pellucid.data import from_arrays
from pellucid.errors import ShapeError
from pellucid.linter.looking import captured, rows_of, work_of
from pellucid.linter.trace import FEATURES, PARAMETERS, TARGETS


class Spare(nn.Module):
    """A network with a layer that it does not use."""

    def __init__(self):
        self.used = net()
        self.spare = nn.Linear(2, 2)

    def forward(self, x):
        return self.used(x)


def looked(model, loss=f.cross_entropy, batch=7):
    data = points()
    arrays = (data.features[:batch], data.labels[:batch])
    return captured(model, loss, arrays, model.parameters(), training=True)


def test_every_parameter_that_the_loss_depends_on_is_reached():
    model = net().seeded(0)
    look = looked(model)
    assert set(look.reached) == set(model.parameters())
    found = looked(Spare().seeded(0)).reached
    assert set(found) == {f"used.{name}" for name in model.parameters()}


def test_the_trace_knows_what_inputs_are():
    trace, variables = looked(net().seeded(0)).trace()
    sources = sorted(trace.given.values())
    assert sources == [FEATURES, TARGETS, *[PARAMETERS] * 4]
    assert sorted(v.shape for v in variables.values()) == [(3,), (6, 16), (16,), (16, 3)]
    assert trace.batch == 7


def test_no_variable_changes():
    model = nn.Sequential(nn.Linear(6, 3), nn.BatchNorm(3)).seeded(0)
    before = {k: v.copy() for k, v in model.state_dict().items()}
    looked(model)
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name], err_msg=name)


def test_a_loss_is_one_number():
    with pytest.raises(ShapeError, match=r"a loss of shape \(7, 3\)\. .* reduce it with mean"):
        looked(net().seeded(0), lambda outputs, labels: outputs)
    with pytest.raises(ShapeError, match="lint: a loss float"):
        looked(net().seeded(0), lambda outputs, labels: 1.0)


def test_the_batch_is_of_a_size_that_nothing_else_has():
    x = np.zeros((200, 59), np.float32)
    rows = rows_of(nn.Linear(59, 61).seeded(0), from_arrays(x, np.arange(200) % 53, classes=53))
    assert len(rows) == 47  # 61 and 59 are sizes, 53 the number of classes
    assert (rows[0], rows[-1]) == (0, 199)
    assert len(rows_of(net().seeded(0), points(1))) == 1


def test_work_is_that_of_the_products():
    look = looked(net().seeded(0), batch=7)
    # Forward 2 m n k for each layer; backward for the weights of both and the input of the last.
    forward = 2 * 7 * (6 * 16 + 16 * 3)
    backward = 2 * 7 * (6 * 16 + 2 * 16 * 3)
    assert work_of(look.captured.procedure.graph) == forward + backward

"""Embedding: rows of a table by number, gradients of those that were read, and refusals."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn
from pellucid.errors import DTypeError, OptionError, PositionError
from pellucid.executors import EXECUTORS


@pytest.fixture
def rng():
    return pc.Generator(seed=0)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_only_the_rows_that_were_read_have_gradients(executor, rng):
    table = nn.Embedding(5, 3, rng=rng)
    ids = np.array([[1, 3, 1]])

    @pc.compile(executor=executor)
    def slope(ids):
        loss = (table(ids) * 2.0).sum()
        loss.backward()
        return table.weight.grad

    assert slope(ids).tolist() == [[0.0] * 3, [4.0] * 3, [0.0] * 3, [2.0] * 3, [0.0] * 3]
    np.testing.assert_array_equal(table(ids).numpy()[0, 1], table.weight.numpy()[3])


def test_ids_outside_the_table_are_refused(rng):
    table = nn.Embedding(5, 3, rng=rng)
    for wrong in (5, -1):
        message = rf"id {wrong} at \(1,\), and there are 5\. Ids lie between 0 and 4"
        with pytest.raises(PositionError, match=f"Embedding: {message}"):
            table(np.array([0, wrong]))
        for executor in ("native", "reference"):
            with pytest.raises(PositionError, match=message):
                pc.compile(table, executor=executor)(np.array([0, wrong]))
    with pytest.raises(DTypeError, match="float32, not integers"):
        table(np.zeros(2, np.float32))
    with pytest.raises(OptionError, match="Embedding: 0 ids"):
        nn.Embedding(0, 3, rng=rng)

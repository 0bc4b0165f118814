"""ReLU in place: the claim, two ways to break it, and what is known beforehand."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.backpropagation.relu_in_place import ReluInPlace, Settings, by_hand
from pellucid.models import ReluLayer


def test_the_claim_holds():
    holds("relu-in-place")


def test_the_claim_breaks_where_nothing_else_reads_the_gradient():
    breaks("relu-in-place", handed_on=False)


def test_the_claim_breaks_where_the_mistake_is_mended(monkeypatch):
    def mended(self, dout):
        return np.where(self.closed, 0.0, dout)

    monkeypatch.setattr(ReluInPlace, "backward", mended)
    breaks("relu-in-place")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(ReluLayer, [[2.0, 1.0]]), (ReluInPlace, [[2.0, 0.0]])],
    ids=["new array", "in place"],
)
def test_one_block_is_as_worked_by_hand(kind, expected):
    # y = x + relu(x) at (1, -1): the gradient is (2, 1); in place the second 1 is lost.
    x = np.array([[1.0, -1.0]])
    assert np.array_equal(by_hand(Settings(), x, np.eye(2)[None], kind), expected)

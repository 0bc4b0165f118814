"""Logistic regression: the claim, ways to break it, and what is known beforehand."""

import os

import numpy as np
import pytest
from lab.lessons import breaks, holds

import pellucid as pc
from pellucid.functional import binary_cross_entropy
from pellucid.lab.neuron import logistic_regression
from pellucid.lab.neuron.logistic_regression import Settings, gradient, pictures, run


def test_the_claim_holds():
    holds("logistic-regression")


@pytest.mark.parametrize("broken", [{"learning_rate": 1e-5}, {"steps": 1}], ids=str)
def test_the_claim_breaks(broken):
    breaks("logistic-regression", **broken)


def test_the_claim_breaks_where_one_over_m_is_forgotten(monkeypatch):
    def forgetful(w, b, x, y):
        cost, dw, db = gradient(w, b, x, y)
        return cost, dw * x.shape[1], db * x.shape[1]

    monkeypatch.setattr(logistic_regression, "gradient", forgetful)
    breaks("logistic-regression", steps=2)


def test_two_samples_are_as_worked_by_hand():
    # z = 0 for both: a = 1/2, the cost is log 2, dz = (1/2, -1/2).
    x, y = np.array([[1.0, 3.0], [2.0, 6.0]]), np.array([[0.0, 1.0]])
    cost, dw, db = gradient(np.zeros((2, 1)), 0.0, x, y)
    assert cost == pytest.approx(np.log(2.0))
    assert dw == pytest.approx(np.array([[-0.5], [-1.0]]))
    assert db == pytest.approx(0.0)


def test_the_lines_are_those_that_the_library_writes_of_it():
    (x, y), _ = pictures(Settings())
    model = pc.nn.Linear(x.shape[0], 1, rng=pc.Generator(0))
    seen = pc.explain(model, x.T.astype("f4"), y.T.astype("f4"), loss=binary_cross_entropy)
    text = str(seen.backward_pass("columns"))
    for line in ("dz = a - y", "dw = X dz^T / m", "db = sum(dz) / m"):
        assert line in text


@pytest.mark.skipif("PELLUCID_TEST_DATA" not in os.environ, reason="no folder of real data")
def test_cats_are_learned():
    series = run(Settings(data_dir=f"{os.environ['PELLUCID_TEST_DATA']}/cats", learning_rate=0.005))
    assert series["accuracy"] > 0.8
    assert series["weights"].shape == (3 * 64 * 64,)

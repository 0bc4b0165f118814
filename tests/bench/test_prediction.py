"""Predictions: what a call is, and that all systems give the same outputs."""

import importlib.util
from dataclasses import replace

import numpy as np
import pytest

from pellucid.bench import prediction
from pellucid.bench.run import run
from pellucid.bench.show import LOSS_TOLERANCE
from pellucid.bench.workloads import WORKLOADS, problem

NAMES = ["I1", "I100", "I1000"]
PEERS = ["torch", "jax", "sklearn", "numpy"]
INSTALLED = [peer for peer in PEERS if importlib.util.find_spec(peer) is not None]


@pytest.fixture(autouse=True)
def _threads_as_before():
    from pellucid.executors import threads

    before = threads._Choice.count
    yield
    threads._Choice.count = before


def by_hand(made, steps):
    """The loss of the last of some batches, in float64."""
    size = made.workload.batch
    rows = slice(first := (steps - 1) % 4 * size, first + size)
    (w1, b1), (w2, b2) = [[a.astype(np.float64) for a in pair] for pair in made.weights]
    y = np.maximum(made.features[rows] @ w1 + b1, 0) @ w2 + b2
    p = np.exp(y) / np.exp(y).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(size), made.labels[rows]]).mean()


def test_predictions_are_among_the_workloads_and_their_work_is_the_forward_pass():
    assert [name for name, workload in WORKLOADS.items() if not workload.trains] == NAMES
    for name, batch in zip(NAMES, (1, 100, 1000), strict=True):
        assert WORKLOADS[name].batch == batch
        assert WORKLOADS[name].flops == 2 * batch * (784 * 50 + 50 * 10)


@pytest.mark.parametrize("name", NAMES)
def test_our_outputs_are_those_of_the_formula(name):
    made = problem(WORKLOADS[name])
    (own,) = prediction.contenders(made, [], (1,))
    assert own.go(1) == pytest.approx(by_hand(made, 1), rel=1e-5)
    assert own.go(7) == pytest.approx(by_hand(made, 7), rel=1e-5)


@pytest.mark.parametrize("peer", INSTALLED)
def test_every_configuration_of_every_peer_predicts_as_we_do(peer):
    made = problem(WORKLOADS["I100"])
    own, *others = prediction.contenders(made, [peer], (1,))
    assert {other.system for other in others} == {peer}
    for other in others:
        assert other.go(3) == pytest.approx(own.go(3), rel=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_a_system_that_forgets_the_biases_is_found_out(name):
    made = problem(WORKLOADS[name])
    forgetful = replace(made, weights=tuple((w, np.zeros_like(b)) for w, b in made.weights))
    right, wrong = (prediction.contenders(p, [], (1,))[0].go(20) for p in (made, forgetful))
    assert abs(wrong - right) > LOSS_TOLERANCE * right


def test_batches_take_turns_and_arrays_are_made_before_any_call():
    made, calls = problem(WORKLOADS["I1"]), []

    def predict(x):
        calls.append(x)
        return np.zeros((1, 10))

    go = prediction._runner(made, predict, lambda x: calls.append("made") or x[0, 0])
    assert go(6) == pytest.approx(np.log(10))
    assert calls[:4] == ["made"] * 4
    assert calls[4:] == [made.features[i, 0] for i in (0, 1, 2, 3, 0, 1)]


def test_a_whole_measurement_leaves_out_keras_and_finds_the_same_outputs(monkeypatch):
    monkeypatch.setattr("pellucid.bench.measure.ROUND_SECONDS", 0.002)
    (found,) = run(["I1"], ["numpy", "keras"], [1, 2], 2)
    assert {t.contender.system for t in found.timings} == {"pellucid", "numpy"}
    assert found.timings[0].contender.config == "compiled, 1 thread"
    assert found.disagreements() == []

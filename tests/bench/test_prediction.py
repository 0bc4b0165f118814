"""Predictions: what a call is, and that its outputs are right."""

from dataclasses import replace

import numpy as np
import pytest

from pellucid.bench import prediction
from pellucid.bench.show import LOSS_TOLERANCE
from pellucid.bench.workloads import WORKLOADS, problem

NAMES = ["I1", "I100", "I1000"]
CONVNETS = [f"I{batch}{name}" for name in ("simple", "deep") for batch in (1, 32, 1000)]


def by_hand(made, steps):
    """The loss of the last of some batches, in float64."""
    size = made.workload.batch
    rows = slice(first := (steps - 1) % 4 * size, first + size)
    (w1, b1), (w2, b2) = [[a.astype(np.float64) for a in pair] for pair in made.weights]
    y = np.maximum(made.features[rows] @ w1 + b1, 0) @ w2 + b2
    p = np.exp(y) / np.exp(y).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(size), made.labels[rows]]).mean()


def test_predictions_are_among_the_workloads_and_their_work_is_the_forward_pass():
    assert [name for name, workload in WORKLOADS.items() if not workload.trains] == NAMES + CONVNETS
    for name, batch in zip(NAMES, (1, 100, 1000), strict=True):
        assert WORKLOADS[name].batch == batch
        assert WORKLOADS[name].flops == 2 * batch * (784 * 50 + 50 * 10)
    conv, dense = 24 * 24 * 30 * 25, 30 * 12 * 12 * 100 + 100 * 10
    assert WORKLOADS["I32simple"].flops == 2 * 32 * (conv + dense)
    assert WORKLOADS["W6"].flops > 2.9 * WORKLOADS["I1deep"].flops * 100


@pytest.mark.parametrize("name", NAMES)
def test_our_outputs_are_those_of_the_formula(name):
    made = problem(WORKLOADS[name])
    run = prediction.runner(made, "native")
    assert run(1) == pytest.approx(by_hand(made, 1), rel=1e-5)
    assert run(7) == pytest.approx(by_hand(made, 7), rel=1e-5)


def convnet_by_hand(made, rows):
    """The simple convnet's loss, in float64, window by window."""
    kernel, shift, w1, b1, w2, b2 = [a.astype(np.float64) for a in made.network_weights]
    x = made.features[rows, 0].astype(np.float64)
    windows = np.lib.stride_tricks.sliding_window_view(x, (5, 5), axis=(1, 2))
    y = np.einsum("nabij,oij->noab", windows, kernel[:, 0]) + shift[:, None, None]
    pooled = np.maximum(y, 0).reshape(len(x), 30, 12, 2, 12, 2).max((3, 5))
    y = np.maximum(pooled.reshape(len(x), -1) @ w1 + b1, 0) @ w2 + b2
    p = np.exp(y - y.max(1, keepdims=True))
    return -np.log(p / p.sum(1, keepdims=True))[np.arange(len(x)), made.labels[rows]].mean()


def test_a_convnet_s_outputs_are_those_of_the_formula():
    made = problem(WORKLOADS["I32simple"])
    found = prediction.runner(made, "native")(2)
    assert found == pytest.approx(convnet_by_hand(made, slice(32, 64)), rel=1e-5)
    assert all(w.any() for w in made.network_weights), "a bias of 0 could be forgotten"


@pytest.mark.parametrize("name", NAMES)
def test_a_system_that_forgets_the_biases_is_found_out(name):
    made = problem(WORKLOADS[name])
    forgetful = replace(made, weights=tuple((w, np.zeros_like(b)) for w, b in made.weights))
    right, wrong = (prediction.runner(p, "native")(20) for p in (made, forgetful))
    assert abs(wrong - right) > LOSS_TOLERANCE * right


def test_batches_take_turns_and_arrays_are_made_before_any_call():
    made, calls = problem(WORKLOADS["I1"]), []

    def predict(x):
        calls.append(x)
        return np.zeros((1, 10))

    go = prediction.in_turn(made, predict, lambda x: calls.append("made") or x[0, 0])
    assert go(6) == pytest.approx(np.log(10))
    assert calls[:4] == ["made"] * 4
    assert calls[4:] == [made.features[i, 0] for i in (0, 1, 2, 3, 0, 1)]

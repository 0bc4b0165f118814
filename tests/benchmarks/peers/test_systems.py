"""Peers: that all systems train and predict alike, and who takes part."""

import importlib.util
import sys

import peer_jax
import peer_numpy
import peer_torch
import pytest
import systems
from available import installed

from pellucid.bench.alone import native
from pellucid.bench.run import run
from pellucid.bench.workloads import WORKLOADS, problem

MODULES = {"torch": peer_torch, "jax": peer_jax}
INSTALLED = [peer for peer in MODULES if importlib.util.find_spec(peer) is not None]
PEERS = ["torch", "jax", "sklearn", "numpy", "onnxruntime"]
PREDICTING = installed(PEERS)


@pytest.fixture(autouse=True)
def _threads_as_before():
    from pellucid.executors import threads

    before = threads._Choice.count
    yield
    threads._Choice.count = before


@pytest.mark.parametrize("name", ["W2sgd", "W2adam", "W3", "W9", "W1"])
def test_numpy_by_hand_trains_as_we_do(name):
    made = problem(WORKLOADS[name])
    own, other = native(made, (1,))[0], peer_numpy.contenders(made, (1,))[0]
    assert own.go(5) == pytest.approx(other.go(5), rel=2e-3)


@pytest.mark.parametrize("peer", INSTALLED)
@pytest.mark.parametrize("name", ["W3", "W5", "W7", "W8", "W11"])
def test_other_frameworks_train_as_we_do(name, peer):
    made = problem(WORKLOADS[name])
    other = MODULES[peer].contenders(made, (1,))[0]
    assert native(made, (1,))[0].go(3) == pytest.approx(other.go(3), rel=5e-3)


@pytest.mark.parametrize("peer", PREDICTING)
def test_every_configuration_of_every_peer_predicts_as_we_do(peer):
    own, *others = systems.contenders(problem(WORKLOADS["I100"]), [peer], (1,))
    assert {other.system for other in others} == {peer}
    for other in others:
        assert other.go(3) == pytest.approx(own.go(3), rel=1e-5)


@pytest.mark.parametrize("name", ["I32simple", "I1deep"])
def test_convnets_predict_alike_in_every_configuration(name):
    own, *others = systems.contenders(problem(WORKLOADS[name]), PREDICTING, (1, 2))
    able = {"pellucid", "torch", "jax", "onnxruntime"} & {"pellucid", *PREDICTING}
    assert {other.system for other in others} == able
    for other in others:
        assert other.go(3) == pytest.approx(own.go(3), rel=1e-4)


@pytest.mark.parametrize("name", ["W9", "I1"])
def test_a_whole_measurement_leaves_out_keras_and_finds_the_same_losses(name, monkeypatch):
    monkeypatch.setattr("pellucid.bench.measure.ROUND_SECONDS", 0.002)
    beside = systems.beside(["numpy", "keras"], [1])
    (found,) = run([name], beside.contenders, 2)
    assert {t.contender.system for t in found.timings} == {"pellucid", "numpy"}
    assert found.timings[0].contender.system == "pellucid"
    assert found.disagreements() == []


def test_keras_takes_part_in_whole_runs_and_what_trains_nothing_does_not(monkeypatch):
    monkeypatch.setattr(systems, "installed", list)
    asked = ["keras", "numpy", "onnxruntime"]
    (system, command), *others = systems.beside(asked, [1]).whole_runs.items()
    assert (system, others) == ("keras", [])
    assert command == (sys.executable, str(systems.WHOLE_RUN), "keras")
    assert systems.WHOLE_RUN.is_file()

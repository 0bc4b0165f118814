"""Benchmarks: what is measured, that all systems train alike, and the forms of the results."""

import importlib.util
import io
import json

import numpy as np
import pytest

from pellucid.bench import ours, peer_numpy, show
from pellucid.bench.contender import Contender
from pellucid.bench.measure import CHECKED_STEPS, Timing, compare
from pellucid.bench.networks import NETWORKS, Conv, Dense, LastOfLSTM, parts, weights_of
from pellucid.bench.run import run
from pellucid.bench.workloads import WORKLOADS, problem
from pellucid.errors import OptionError

NETWORKED = [name for name, workload in WORKLOADS.items() if workload.network]
INSTALLED = [peer for peer in ("torch", "jax") if importlib.util.find_spec(peer) is not None]


@pytest.fixture(autouse=True)
def _threads_as_before():
    from pellucid.executors import threads

    before = threads._Choice.count
    yield
    threads._Choice.count = before


# ---- workloads -----------------------------------------------------------------------------


def test_the_work_of_a_step_is_counted():
    # Forward and two gradients of each layer, but no gradient for the input of the first.
    assert WORKLOADS["W2sgd"].flops == 2 * 100 * (2 * 784 * 50 + 3 * 50 * 10)
    conv, dense = 24 * 24 * 30 * 25, 30 * 12 * 12 * 100 + 100 * 10
    assert WORKLOADS["W5"].flops == 2 * 100 * (2 * conv + 3 * dense)
    assert WORKLOADS["W6"].flops == pytest.approx(5.2e9, rel=0.1)
    assert WORKLOADS["W8"].flops == pytest.approx(10e9, rel=0.1)


@pytest.mark.parametrize("name", NETWORKED)
def test_every_described_network_runs_on_its_images(name):
    made = problem(WORKLOADS[name])
    model = ours.model_of(made).inference()
    assert model(made.features[:2]).shape == (2, 10)
    assert next(iter(model.parameters().values())).numpy() == pytest.approx(made.network_weights[0])


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_come_in_the_order_of_the_layers(name):
    layers = NETWORKS[name]
    counts = {Conv: lambda x: 1 + x.bias, Dense: lambda x: 2, LastOfLSTM: lambda x: 3}
    expected = sum(counts.get(type(x), lambda x: 0)(x) for x in parts(layers))
    assert len(weights_of(layers)) == expected


@pytest.mark.parametrize("name", ["W2sgd", "W2adam", "W3", "W9", "W1"])
def test_numpy_by_hand_trains_as_we_do(name):
    made = problem(WORKLOADS[name])
    own, other = ours.contenders(made, (1,))[0], peer_numpy.contenders(made, (1,))[0]
    assert own.go(5) == pytest.approx(other.go(5), rel=2e-3)


@pytest.mark.parametrize("peer", INSTALLED)
@pytest.mark.parametrize("name", ["W3", "W5", "W7", "W8"])
def test_other_frameworks_train_as_we_do(name, peer):
    made = problem(WORKLOADS[name])
    module = importlib.import_module(f"pellucid.bench.peer_{peer}")
    other = module.contenders(made, (1,))[0]
    assert ours.contenders(made, (1,))[0].go(3) == pytest.approx(other.go(3), rel=5e-3)


# ---- measuring -----------------------------------------------------------------------------


def test_contenders_take_turns_and_configurations_share_a_model(monkeypatch):
    monkeypatch.setattr("pellucid.bench.measure.ROUND_SECONDS", 0.001)
    monkeypatch.setattr("pellucid.bench.measure.PAUSE_SECONDS", 0.0)
    turns, threads = [], []

    def train(steps):
        turns.append(("first", steps))
        return 0.5

    def another(steps):
        turns.append(("second", steps))
        return 0.25

    made = [
        Contender("a", "1 thread", train, 1, threads.append),
        Contender("a", "2 threads", train, 2, threads.append),
        Contender("b", "plain", another),
    ]
    timings = compare(made, rounds=3)
    assert [t.first_loss for t in timings] == [0.5, 0.5, 0.25]
    rounds = [who for who, _ in turns][-9:]
    assert rounds == ["first", "first", "second"] * 3
    assert {1, 2} == set(threads)
    # Trained once, and timed once for each.
    assert turns.count(("first", CHECKED_STEPS)) == 3


def test_unknown_names_are_refused_with_the_closest():
    with pytest.raises(OptionError, match=r"'W2SGD'.*W2sgd"):
        run(["W2SGD"], [], [1], 1)
    with pytest.raises(OptionError, match=r"'pytorch'.*torch"):
        run(["W9"], ["pytorch"], [1], 1)


# ---- results -------------------------------------------------------------------------------


def result(name="W2sgd", losses=(0.5, 0.5)):
    times = [
        Timing(Contender("pellucid", "loop", float), 100.0, 90.0, 15, losses[0], losses[0]),
        Timing(Contender("numpy", "by hand", float), 250.0, 240.0, 15, losses[1], losses[1]),
        Timing(Contender("numpy", "slow", float), 350.0, 340.0, 15, losses[1], losses[1]),
    ]
    return show.Result(WORKLOADS[name], tuple(times))


def test_the_table_shows_ratios_and_the_distance_to_the_peak():
    from rich.console import Console

    console = Console(width=120, record=True, file=io.StringIO())
    console.print(show.table(result(), peak=200.0))
    text = console.export_text()
    assert "2.50 x" in text
    assert "80%" in text  # 16 MFLOP in 100 us are 160 GFLOP/s


def test_json_holds_the_best_configuration_of_each_system():
    found = json.loads(json.dumps(show.as_json([result()], {"cpus": 2})))
    own = found["workloads"]["W2sgd"]
    assert found["machine"] == {"cpus": 2}
    assert own["pellucid"]["median_us"] == 100.0
    assert (own["numpy"]["config"], own["numpy"]["min_us"]) == ("by hand", 240.0)


def test_other_losses_are_told_except_where_dropout_makes_them():
    (first, _) = result(losses=(0.5, 0.6)).disagreements()
    assert first == "numpy (by hand): loss 0.6, pellucid 0.5"
    assert result("W6", losses=(0.5, 0.6)).disagreements() == []
    assert result().disagreements() == []


def test_the_figure_is_drawn(tmp_path):
    show.figure([result(), result("W9")], tmp_path / "bars.png")
    assert (tmp_path / "bars.png").read_bytes()[:4] == b"\x89PNG"


def test_a_whole_measurement_of_the_smallest_network(monkeypatch):
    monkeypatch.setattr("pellucid.bench.measure.ROUND_SECONDS", 0.002)
    (found,) = run(["W9"], ["numpy"], [1], 2)
    assert {t.contender.system for t in found.timings} == {"pellucid", "numpy"}
    assert all(np.isfinite(t.median_us) and t.median_us > 0 for t in found.timings)
    assert found.disagreements() == []

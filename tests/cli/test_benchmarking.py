"""`pellucid bench`: what it measures and by what name, and the forms of its results."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pellucid.bench.contender import Contender
from pellucid.bench.measure import Timing
from pellucid.bench.show import Result
from pellucid.bench.systems import PEERS
from pellucid.bench.whole import WholeRun
from pellucid.bench.workloads import WORKLOADS
from pellucid.cli import benchmarking

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Nothing is timed: what would be is noted, and one peer is wrong in everything."""
    asked: dict[str, list[str]] = {}

    def run(names: list[str], peers: tuple[str, ...], *_: object) -> list[Result]:
        asked["names"], asked["peers"] = list(names), list(peers)
        times = [
            Timing(Contender("pellucid", "plain", float), 100.0, 90.0, 15, 0.5, 0.5),
            Timing(Contender("numpy", "by hand", float), 250.0, 240.0, 15, 0.7, 0.7),
        ]
        return [Result(WORKLOADS[name], tuple(times)) for name in names or WORKLOADS]

    def compare(_: Path, peers: tuple[str, ...], *__: object) -> list[WholeRun]:
        asked["whole"] = list(peers)
        names = ("pellucid, cold", "pellucid, cached", *peers)
        return [WholeRun(name, 1.0 + i, 1.0, 0.97) for i, name in enumerate(names)]

    monkeypatch.setattr(benchmarking, "machine", lambda: {"cpus": 2, "peak_gflops": 100.0})
    monkeypatch.setattr(benchmarking, "installed", list)
    monkeypatch.setattr(benchmarking, "run", run)
    monkeypatch.setattr(benchmarking.whole, "compare", compare)
    return asked


def test_predictions_have_a_table_a_figure_and_json(
    run: Run, tmp_path: Path, measured: dict[str, list[str]]
) -> None:
    picture = tmp_path / "found.png"
    code, out, _ = run("bench", "I1", "I1000", "--figure", picture)
    assert code == 0
    assert measured["names"] == ["I1", "I1000"]
    assert "I1000: prediction with 784-50-10, ReLU, batch 1000" in out
    found = json.loads(run("bench", "I1", "I1000", "--json")[1])["workloads"]
    assert {name: sorted(systems) for name, systems in found.items()} == {
        "I1": ["numpy", "pellucid"],
        "I1000": ["numpy", "pellucid"],
    }
    assert picture.read_bytes()[:4] == b"\x89PNG"


def test_other_outputs_are_told_as_such(run: Run, measured: dict[str, list[str]]) -> None:
    assert measured == {}
    _, out, _ = run("bench", "I1")
    assert "not the same predictions: numpy (by hand): loss 0.7, pellucid 0.5" in out
    _, out, _ = run("bench", "W9")
    assert "not the same training: numpy (by hand): loss 0.7, pellucid 0.5" in out


def test_all_peers_are_asked_by_default(
    run: Run, tmp_path: Path, measured: dict[str, list[str]]
) -> None:
    words = ("bench", "W9", "W10", "--data-dir", tmp_path)
    code, out, _ = run(*words)
    assert (code, measured["peers"], measured["whole"]) == (0, [*PEERS], [*PEERS])
    assert "keras" in out
    assert json.loads(run(*words, "--json")[1])["workloads"]["W10"]["keras"]["min_us"] == 1e6


def test_the_help_names_all_workloads_and_peers(run: Run) -> None:
    _, out, _ = run("bench", "--help")
    assert ",".join(PEERS) in out
    words = set(out.split("Examples:")[0].replace(",", " ").replace(";", " ").split())
    between = {f"W{number}" for number in range(4, 9)}  # "to W9"
    assert {*WORKLOADS, "W10"} - between <= words

"""`pellucid bench`: what it measures and by what name, and the forms of its results."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pellucid.bench.contender import Contender
from pellucid.bench.measure import Timing
from pellucid.bench.show import Result
from pellucid.bench.whole import WholeRun
from pellucid.bench.workloads import WORKLOADS, Problem, problem
from pellucid.cli import benchmarking

Run = Callable[..., tuple[int, str, str]]
Contenders = Callable[[Problem], list[Contender]]
REFERENCE = "pellucid, reference"


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Nothing is timed: what would be is noted, and the reference is wrong in everything."""
    asked: dict[str, list[str]] = {}

    def run(names: list[str], contenders: Contenders, *_: object) -> list[Result]:
        asked["names"] = list(names)
        asked["systems"] = [c.system for c in contenders(problem(WORKLOADS["I1"]))]
        times = [
            Timing(Contender("pellucid", "plain", float), 100.0, 90.0, 15, 0.5, 0.5),
            Timing(Contender(REFERENCE, "NumPy", float), 250.0, 240.0, 15, 0.7, 0.7),
        ]
        return [Result(WORKLOADS[name], tuple(times)) for name in names or WORKLOADS]

    def compare(_: Path, others: Mapping[str, object], *__: object) -> list[WholeRun]:
        asked["whole"] = list(others)
        names = ("pellucid, cold", "pellucid, cached", *others)
        return [WholeRun(name, 1.0 + i, 1.0, 0.97) for i, name in enumerate(names)]

    monkeypatch.setattr(benchmarking, "machine", lambda: {"cpus": 2, "peak_gflops": 100.0})
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
        "I1": ["pellucid", REFERENCE],
        "I1000": ["pellucid", REFERENCE],
    }
    assert picture.read_bytes()[:4] == b"\x89PNG"


def test_other_outputs_are_told_as_such(run: Run, measured: dict[str, list[str]]) -> None:
    assert measured == {}
    _, out, _ = run("bench", "I1")
    assert "not the same predictions: pellucid, reference (NumPy): loss 0.7, pellucid 0.5" in out
    _, out, _ = run("bench", "W9")
    assert "not the same training: pellucid, reference (NumPy): loss 0.7, pellucid 0.5" in out


def test_pellucid_is_measured_alone(
    run: Run, tmp_path: Path, measured: dict[str, list[str]]
) -> None:
    words = ("bench", "W9", "W10", "--data-dir", tmp_path)
    code, out, _ = run(*words)
    assert (code, measured["names"], measured["whole"]) == (0, ["W9"], [])
    assert measured["systems"] == ["pellucid", "pellucid", REFERENCE]
    assert "W10: a whole run from process start" in out
    found = json.loads(run(*words, "--json")[1])["workloads"]
    assert found["W10"]["pellucid, cold"]["min_us"] == 1e6


def test_it_says_how_others_are_compared_where_people_read_it(
    run: Run, measured: dict[str, list[str]]
) -> None:
    command = "in a checkout of pellucid: python benchmarks/peers/run.py W9 I1"
    assert run("bench", "W9", "I1")[1].endswith(f"{command}\n")
    assert "run.py" not in run("bench", "W9", "I1", "--quiet")[1]
    assert "python benchmarks/peers/run.py W1" in " ".join(run("bench", "--help")[1].split())


@pytest.mark.parametrize("peers", ["torch,jax", "", "nonsense"])
def test_peers_are_refused_with_the_command_that_measures_them(
    run: Run, measured: dict[str, list[str]], peers: str
) -> None:
    code, out, err = run("bench", "W9", "--peers", peers)
    assert (code, out, measured) == (2, "", {})
    shown = peers or "''"
    assert err == (
        "pellucid: bench: --peers. `pellucid bench` measures pellucid alone; other libraries are "
        "measured beside it in a checkout of pellucid, by: python benchmarks/peers/run.py W9 "
        f"--peers {shown}\n"
    )


@pytest.mark.parametrize("counts", ["", "1,", "0", "two"])
def test_numbers_of_threads_are_whole_and_at_least_one(run: Run, counts: str) -> None:
    code, _, err = run("bench", "W9", "--threads", counts)
    assert code == 2
    assert f"--threads: {counts.rsplit(',', maxsplit=1)[-1]!r} is no number of threads." in err


def test_the_help_names_all_workloads(run: Run) -> None:
    _, out, _ = run("bench", "--help")
    assert "--peers" not in out
    words = set(out.split("Examples:")[0].replace(",", " ").replace(";", " ").split())
    between = {f"W{number}" for number in range(4, 9)}  # "to W9"
    assert {*WORKLOADS, "W10"} - between <= words

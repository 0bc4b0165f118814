"""The comparison of two builds: rounds in turn, disturbed ones again, verdict and exit status."""

import itertools
from pathlib import Path

import build_rounds
import builds
import pytest
from build_rounds import Comparison, quiet_rounds
from ratios import Round

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _short_rounds(monkeypatch):
    monkeypatch.setattr(build_rounds, "ROUND_SECONDS", 0.004)
    monkeypatch.setattr(build_rounds, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(build_rounds, "TRIES", 1)


def checkout(place, *, seconds=0.001, loss=0.5, holds_peers=False):
    """A build whose steps take so long by its own clock, with the interface of the benchmarks.

    `holds_peers`: an older one, in which other frameworks take part.
    """
    texts = {
        "__init__.py": "def set_threads(count): pass",
        "bench/__init__.py": "",
        "bench/workloads.py": "WORKLOADS = {'W9': 9}\nproblem = str",
        f"bench/{'systems' if holds_peers else 'alone'}.py": f"""
import time
now = 0.0
time.perf_counter = lambda: now
class Contender:
    def go(self, steps):
        global now
        print("noise")
        now += {seconds} * steps
        return {loss}
def {"contenders(problem, peers, threads)" if holds_peers else "native(problem, threads)"}:
    return [Contender()]
""",
        "bench/whole_run.py": f"""
{"" if holds_peers else "def trained(x, t, unseen): pass"}
def main({"system, folder" if holds_peers else "folder"}): return 1 - {loss}
""",
    }
    for name, text in texts.items():
        file = place / "pellucid" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return str(place)


def test_a_slower_build_is_told_and_a_build_like_itself_is_not(tmp_path, capsys):
    old = checkout(tmp_path / "old", holds_peers=True)
    slow = checkout(tmp_path / "slow", seconds=0.003)
    assert builds.main([old, slow, "W9", "--rounds", "12", "--starts", "2"]) == 1
    assert "\nslower: W9\n" in capsys.readouterr().out
    assert builds.main([slow, old, "W9", "--rounds", "6", "--starts", "1"]) == 0
    assert "faster" in capsys.readouterr().out


def test_builds_that_train_differently_are_told(tmp_path, capsys):
    old, new = checkout(tmp_path / "old"), checkout(tmp_path / "new", loss=0.51)
    assert builds.main([old, new, "W9", "--rounds", "6", "--starts", "1"]) == 1
    out = capsys.readouterr().out
    assert "losses differ: 0.5 0.51" in out
    assert "\nother losses: W9\n" in out


def test_whole_runs_are_timed_from_cold_and_from_warm(tmp_path, capsys, monkeypatch):
    old, slow = checkout(tmp_path / "old", holds_peers=True), checkout(tmp_path / "slow")
    process = build_rounds.whole_round

    def timed(build, settings, cache):
        taken, _, loss = process(build, settings, cache)
        assert taken > 0
        return (0.3 if build.checkout.name == "slow" else 0.2), 0.0, loss

    monkeypatch.setattr(build_rounds, "whole_round", timed)
    words = [old, slow, "W10", "--rounds", "6", "--starts", "1", "--data-dir", str(tmp_path)]
    assert builds.main(words) == 1
    assert "\nslower: W10 cold W10 warm\n" in capsys.readouterr().out


def test_a_workload_that_one_build_does_not_know_is_left_out(tmp_path, capsys):
    both = checkout(tmp_path / "old"), checkout(tmp_path / "new")
    assert builds.main([*both, "I1", "--rounds", "6", "--starts", "1"]) == 0
    assert "I1: not in both\n" in capsys.readouterr().out


@pytest.mark.parametrize("target", ["host", "sse"])
def test_this_build_works_beside_itself(target, capsys):
    words = [str(ROOT), str(ROOT), "W9", "--rounds", "6", "--starts", "1", "--threads", "1"]
    builds.main([*words, "--target", target])
    out = capsys.readouterr().out
    assert f"1 threads, target {target}, 6 rounds" in out
    assert "\nW9 " in out
    assert "losses" not in out


def test_what_cannot_be_compared_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit, match=r"is no checkout: pellucid/__init__\.py is not there"):
        builds.main([str(tmp_path), str(ROOT), "W9"])
    with pytest.raises(SystemExit):
        builds.main(["a", "b", "W99"])
    assert "no workload W99; there are W1 " in capsys.readouterr().err
    with pytest.raises(SystemExit):
        builds.main(["a", "b", "W10"])
    assert "--data-dir FOLDER" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        builds.main(["a", "b", "W9", "--rounds", "10"])
    assert "10 rounds of 3 pairs: at least 6 rounds a pair." in capsys.readouterr().err


def test_disturbed_rounds_are_done_again(monkeypatch):
    monkeypatch.setattr(build_rounds, "TRIES", 4)
    stolen = iter([0.0, 0.5, 0.1, 0.9, 0.0])
    rounds, dropped = quiet_rounds(lambda: Round(1.0, 1.0, next(stolen)), 3)
    assert ([r.stolen for r in rounds], dropped) == ([0.0, 0.1, 0.0], 2)


def test_on_a_machine_that_is_never_quiet_the_quietest_rounds_count(monkeypatch):
    monkeypatch.setattr(build_rounds, "TRIES", 4)
    stolen = itertools.count(1.0, -0.05)
    rounds, dropped = quiet_rounds(lambda: Round(1.0, 1.0, next(stolen)), 2)
    assert ([r.stolen for r in rounds], dropped) == (pytest.approx([0.7, 0.65]), 6)


def test_losses_agree_within_a_hundredth():
    assert Comparison("W9", [], 0, (0.5, 0.504)).agrees
    assert not Comparison("W9", [], 0, (0.5, 0.506)).agrees
    assert not Comparison("W9", [], 0, (0.5, float("nan"))).agrees

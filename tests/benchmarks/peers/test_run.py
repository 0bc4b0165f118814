"""The command that measures peers: whom it asks, and that it is the command line's otherwise."""

import json

import pytest
import run
from available import PEERS

from pellucid.bench.workloads import WORKLOADS


@pytest.fixture
def asked(monkeypatch):
    """Nothing is measured: what would be is noted."""
    found = {}

    def bench(workloads, systems, rounds, output, paths):
        found.update(workloads=workloads, systems=systems, rounds=rounds, output=output)

    def beside(peers, threads):
        return list(peers), threads

    monkeypatch.setattr(run, "bench", bench)
    monkeypatch.setattr(run, "beside", beside)
    return found


def test_all_peers_are_asked_by_default_with_the_options_of_the_command_line(asked):
    assert run.main(["W9", "W1"]) == 0
    assert asked["workloads"] == ("W9", "W1")
    assert asked["systems"] == ([*PEERS], (1, 2))
    assert (asked["rounds"], asked["output"].is_full) == (15, True)


def test_narrower_vectors_hold_everybody_in_a_process_begun_anew(asked, monkeypatch):
    class Begun(Exception):  # noqa: N818 (no error)
        """Instead of another process."""

    def begin(program, words, environment):
        assert environment["ATEN_CPU_CAPABILITY"] == "avx2"
        assert environment["ONEDNN_MAX_CPU_ISA"] == environment["MKL_ENABLE_INSTRUCTIONS"] == "AVX2"
        assert environment["OPENBLAS_CORETYPE"] == "Haswell"
        raise Begun

    monkeypatch.setattr(run.os, "execve", begin)
    monkeypatch.setattr(run.targets, "host", run.targets.host)  # so that it is put back
    with pytest.raises(Begun):
        run.hold("avx2")
    for name, value in run.SWITCHES.items():
        monkeypatch.setenv(name, value)
    assert run.main(["W9", "--vectors", "avx2"]) == 0
    assert (run.targets.host().name, run.targets.host().vector_bytes) == ("avx2", 32)
    assert asked["workloads"] == ("W9",)


def test_peers_threads_and_rounds_are_chosen(asked):
    words = ["W9", "--peers", "torch,numpy", "--threads", "2", "--rounds", "31", "--json"]
    assert run.main(words) == 0
    assert asked["systems"] == (["torch", "numpy"], (2,))
    assert (asked["rounds"], asked["output"].as_json) == (31, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["W9", "--peers", "pytorch"], "bench: peer 'pytorch'. "),
        (["W99"], "bench: workload 'W99'. "),
        (["W10"], "W10 trains on MNIST. Name the folder with its files: --data-dir"),
        (["--peer", "torch"], "there is no --peer. Did you mean '--peers'?"),
    ],
)
def test_wrong_use_is_one_line(words, message, capsys):
    assert run.main(words) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert message in err


def test_a_whole_measurement_is_one_document_in_json(capsys, monkeypatch):
    monkeypatch.setattr("pellucid.bench.measure.ROUND_SECONDS", 0.002)
    assert run.main(["W9", "--peers", "numpy", "--threads", "1", "--rounds", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["workloads"]
    assert set(found["W9"]) == {"pellucid", "numpy"}


def test_the_help_names_all_peers_and_an_example(capsys):
    assert run.main(["--help"]) == 0
    out = capsys.readouterr().out
    assert ",".join(PEERS) in out
    assert "python benchmarks/peers/run.py W1 W9" in out
    assert "W9" in WORKLOADS

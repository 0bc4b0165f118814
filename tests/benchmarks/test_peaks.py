"""Peaks of memory are shown beside the least of the peer's."""

import memory
import pytest

from pellucid.bench.workloads import WORKLOADS


def test_each_peak_stands_beside_the_least_of_the_peers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = {"": iter([200.0, 100.0]), "eager": iter([400.0]), "channels last": iter([500.0])}
    monkeypatch.setattr(memory, "_peak", lambda name, form, *_: next(taken[form]))
    memory.main(["W6"])
    rows = [line.rsplit(maxsplit=2) for line in capsys.readouterr().out.splitlines()]
    assert [(float(peak), float(ratio)) for _, peak, ratio in rows] == [
        (200.0, 0.5),
        (100.0, 0.25),
        (400.0, 1.0),
        (500.0, 1.25),
    ]


def test_the_data_of_a_process_are_shared_by_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "SAMPLES", 3)
    made = memory._problem("W6")
    assert made.features.shape == (3, *WORKLOADS["W6"].sizes)
    assert not made.features.flags.writeable

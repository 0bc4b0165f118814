"""Running benchmarks: which workloads, and what is measured of each."""

import numpy as np
import pytest

from pellucid.bench.alone import NATIVE, REFERENCE, alone
from pellucid.bench.run import run
from pellucid.errors import OptionError


@pytest.fixture(autouse=True)
def _threads_as_before():
    from pellucid.executors import threads

    before = threads._Choice.count
    yield
    threads._Choice.count = before


def test_an_unknown_workload_is_refused_with_the_closest():
    with pytest.raises(OptionError, match=r"'W2SGD'.*W2sgd"):
        run(["W2SGD"], alone([1]).contenders, 1)


@pytest.mark.parametrize(("name", "form"), [("W9", "loop"), ("I1", "compiled")])
def test_a_whole_measurement_of_a_small_workload(name, form, monkeypatch):
    monkeypatch.setattr("pellucid.bench.measure.ROUND_SECONDS", 0.002)
    (found,) = run([name], alone([1, 2]).contenders, 2)
    configurations = [(t.contender.system, t.contender.config) for t in found.timings]
    assert configurations == [
        (NATIVE, f"{form}, 1 thread"),
        (NATIVE, f"{form}, 2 threads"),
        (REFERENCE, "NumPy"),
    ]
    assert all(np.isfinite(t.median_us) and t.median_us > 0 for t in found.timings)
    assert found.disagreements() == []

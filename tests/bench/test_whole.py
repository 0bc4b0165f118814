"""Whole runs: who takes part, and that Keras trains on a backend that is here."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pellucid.bench import systems, whole


def test_keras_takes_part_in_whole_runs_and_numpy_does_not(monkeypatch):
    runs = []

    def process(system, *folders):
        runs.append(system)
        return (3.0, 0.97) if system == "keras" else (1.0, 0.96)

    monkeypatch.setattr(whole, "_run", process)
    monkeypatch.setattr(whole, "installed", list)
    found = whole.compare(Path("mnist"), ["keras", "numpy"], 2, lambda _: None)
    assert [r.system for r in found] == ["pellucid, cold", "pellucid, cached", "keras"]
    assert (found[-1].median_s, found[-1].accuracy) == (3.0, 0.97)
    assert runs.count("keras") == 3  # once before, then once a round


@pytest.mark.parametrize(
    ("there", "backend"),
    [({"jax", "torch"}, "jax"), ({"torch"}, "torch"), ({"numpy"}, None)],
)
def test_keras_runs_on_jax_or_else_on_pytorch_or_not_at_all(there, backend, monkeypatch):
    monkeypatch.setattr(systems, "_is_there", lambda name: name in {"keras", *there})
    assert systems.keras_backend() == backend
    assert systems.installed(["keras"]) == (["keras"] if backend else [])


@pytest.mark.skipif(
    importlib.util.find_spec("keras") is None or systems.keras_backend() is None,
    reason="needs Keras and a backend",
)
def test_keras_trains_on_the_chosen_backend(tmp_path):
    # In a process of its own: a backend is chosen once, and stays.
    script = """
import numpy as np
from pellucid.bench.whole_run import _keras
rng = np.random.default_rng(0)
t = rng.integers(0, 10, 2000)
x = (rng.random((10, 784))[t] + 0.1 * rng.random((2000, 784))).astype(np.float32)
right = (_keras(x[:1500], t[:1500], x[1500:]) == t[1500:]).mean()
import keras
print(keras.backend.backend(), right)
"""
    environment = {"KERAS_HOME": str(tmp_path), "KERAS_BACKEND": "tensorflow"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    backend, right = done.stdout.split()[-2:]
    assert backend == systems.keras_backend()
    assert float(right) > 0.9

"""Whole runs of peers: Keras trains on a backend that is here."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from available import keras_backend

PEERS = Path(__file__).parents[3] / "benchmarks" / "peers"


@pytest.mark.skipif(
    importlib.util.find_spec("keras") is None or keras_backend() is None,
    reason="needs Keras and a backend",
)
def test_keras_trains_on_the_chosen_backend(tmp_path):
    # In a process of its own: a backend is chosen once, and stays.
    script = """
import numpy as np
from peer_whole_run import _keras
rng = np.random.default_rng(0)
t = rng.integers(0, 10, 2000)
x = (rng.random((10, 784))[t] + 0.1 * rng.random((2000, 784))).astype(np.float32)
right = (_keras(x[:1500], t[:1500], x[1500:]) == t[1500:]).mean()
import keras
print(keras.backend.backend(), right)
"""
    path = os.pathsep.join((str(PEERS), os.environ.get("PYTHONPATH", str(PEERS))))
    environment = {"PYTHONPATH": path, "KERAS_HOME": str(tmp_path), "KERAS_BACKEND": "tensorflow"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    backend, right = done.stdout.split()[-2:]
    assert backend == keras_backend()
    assert float(right) > 0.9

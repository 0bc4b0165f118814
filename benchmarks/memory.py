"""Peak memory of whole training processes, beside PyTorch's of the same training.

    python benchmarks/memory.py [W5 W6 W8 ...] [--epochs 2] [--peers torch]

Each process trains by `Trainer.fit`, which measures the training set after each epoch, or in
PyTorch's usual loop, which does not. Data are float32, 6,000 samples, made before anything else
is imported. Printed is what Linux calls VmHWM, the most that a process had in memory at a time,
in MiB: of pellucid with an empty cache of machine code, and with a warm one; of PyTorch in each
form of `peer_torch`; and the ratio to the least of these.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

PEERS = Path(__file__).with_name("peers")
EMPTY, WARM = "pellucid, empty cache", "pellucid, warm cache"
FORMS = ("eager", "channels last")
SAMPLES = 6_000


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workloads", nargs="*", default=["W5", "W6", "W8"])
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--peers", default="torch", help="torch, or nothing")
    parser.add_argument("--process", help=argparse.SUPPRESS)  # what one process does
    chosen = parser.parse_args(words)
    if chosen.process is not None:
        print(_process(chosen.workloads[0], chosen.process, chosen.epochs))
        return
    forms = FORMS if chosen.peers else ()
    for name in chosen.workloads:
        found = _compared(name, forms, chosen.epochs)
        least = min((found[form] for form in forms), default=None)
        for system, mebibytes in found.items():
            ratio = "" if least is None else f"{mebibytes / least:8.2f}"
            print(f"{name:6}{system:26}{mebibytes:8.0f}{ratio}", flush=True)


def _compared(name: str, forms: tuple[str, ...], epochs: int) -> dict[str, float]:
    """The peaks of all processes, by system."""
    with tempfile.TemporaryDirectory() as cache:
        found = {system: _peak(name, "", epochs, cache) for system in (EMPTY, WARM)}
        return found | {form: _peak(name, form, epochs, cache) for form in forms}


def _peak(name: str, form: str, epochs: int, cache: str) -> float:
    command = [sys.executable, __file__, name, "--epochs", str(epochs), "--process", form]
    done = subprocess.run(
        command,
        env=os.environ | {"PELLUCID_CACHE": cache},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.split()[-1])


def _process(name: str, form: str, epochs: int) -> float:
    """Train in this process; the most memory it had, in MiB."""
    made = _problem(name)
    if form:
        _train_by_torch(made, form, epochs)
    else:
        _train(made, epochs)
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _problem(name: str) -> Any:
    """The workload's network, and data made sample by sample: no larger copy is left over."""
    from pellucid.bench.networks import NETWORKS, weights_of
    from pellucid.bench.workloads import WORKLOADS, Problem

    workload = replace(WORKLOADS[name], samples=SAMPLES)
    rng = np.random.default_rng(0)
    features = np.empty((SAMPLES, *workload.sizes), np.float32)
    for sample in features:
        sample[...] = rng.random(workload.sizes, dtype=np.float32)
    labels = rng.integers(0, 10, SAMPLES)
    features.flags.writeable = False  # as those of `from_arrays`
    return Problem(workload, features, labels, (), weights_of(NETWORKS[workload.network]))


def _train(made: Any, epochs: int) -> None:
    from pellucid import functional, optim
    from pellucid.bench.training import model_of
    from pellucid.data import Dataset
    from pellucid.train import Options, Trainer

    model, workload = model_of(made), made.workload
    optimizer = optim.Adam(model.parameters(), workload.learning_rate)
    data = Dataset(made.features, made.labels, workload.name, 10)
    options = Options(batch_size=workload.batch)
    Trainer(model, functional.cross_entropy, optimizer, data, None, options).fit(epochs)


def _train_by_torch(made: Any, form: str, epochs: int) -> None:
    sys.path.insert(0, str(PEERS))
    import peer_torch

    steps = epochs * -(-SAMPLES // made.workload.batch)
    peer_torch._trainer(made, form)(steps)


if __name__ == "__main__":
    main()

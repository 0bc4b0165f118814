"""How much memory training takes on a set of files, beyond the pages that the system maps.

Run: python benchmarks/larger_than_memory.py FOLDER [--gigabytes 10] [--kind shards|mapped]

Writes a set of the given size into FOLDER (it must have room), trains a logistic regression on it
for an epoch in a process of its own, measured after that, and removes the set. Printed is, in MiB,
what the process had for itself (RssAnon of Linux: not pages of files, which the system takes back
when others need memory): before the data were opened, at most, and at the end.
"""

import argparse
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

SHAPE = (784,)
CLASSES = 10
BLOCK = 8192  # samples that are drawn together


def own_memory() -> float:
    """MiB that this process has for itself."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon"))


def parts(samples: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Samples and labels, drawn some thousand at a time."""
    for start in range(0, samples, BLOCK):
        rng = np.random.default_rng(start)
        count = min(BLOCK, samples - start)
        labels = rng.integers(0, CLASSES, count)
        noise = rng.random((count, *SHAPE), np.float32)
        yield noise + labels[:, None].astype(np.float32) / 10, labels


def write(folder: Path, samples: int, kind: str) -> None:
    """Put a set into a folder."""
    from pellucid.data import from_arrays, write_shards

    if kind == "shards":
        sets = (from_arrays(x, t, classes=CLASSES, name="large") for x, t in parts(samples))
        write_shards(folder / "set", sets)
        return
    folder.mkdir(parents=True, exist_ok=True)
    features = np.lib.format.open_memmap(folder / "x.npy", "w+", np.float32, (samples, *SHAPE))
    labels = np.lib.format.open_memmap(folder / "t.npy", "w+", np.int64, (samples,))
    for i, (x, t) in enumerate(parts(samples)):
        features[i * BLOCK : i * BLOCK + len(x)], labels[i * BLOCK : i * BLOCK + len(x)] = x, t


def train(folder: Path, kind: str) -> None:
    """An epoch, watched; print what it took."""
    import pellucid as pc
    from pellucid.data import mapped_set, sharded_set
    from pellucid.models import LogisticRegression

    most, ended = [own_memory()], threading.Event()

    def watch() -> None:
        while not ended.wait(0.02):
            most.append(max(most[-1], own_memory()))

    before = own_memory()
    watcher = threading.Thread(target=watch)
    watcher.start()
    files = folder / "x.npy", folder / "t.npy"
    data = sharded_set(folder / "set") if kind == "shards" else mapped_set(*files, classes=CLASSES)
    model = LogisticRegression(SHAPE[0], CLASSES)
    optimizer = pc.optim.SGD(model.parameters(), 0.001)
    options = pc.train.Options(batch_size=100)
    start = time.perf_counter()
    trainer = pc.train.Trainer(model, pc.functional.cross_entropy, optimizer, data, None, options)
    history = trainer.fit(1, show=False)
    seconds = time.perf_counter() - start
    ended.set()
    watcher.join()
    loss, now = history.epochs["train_loss"][-1], own_memory()
    print(f"{data!r}\nan epoch, and measuring: {seconds:.0f} s, loss {loss:.4f}")
    print(f"own memory: {before:.0f} MiB before, {most[-1]:.0f} MiB at most, {now:.0f} MiB now")


def main() -> None:
    """Write, train in a process of its own, remove."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--gigabytes", type=float, default=10.0)
    parser.add_argument("--kind", choices=("shards", "mapped"), default="shards")
    parser.add_argument("--train", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.train:
        train(given.folder, given.kind)
        return
    made = given.folder / "larger-than-memory"
    try:
        write(made, int(given.gigabytes * 1e9 / (4 * np.prod(SHAPE))), given.kind)
        again = [sys.executable, __file__, str(made), "--kind", given.kind, "--train"]
        subprocess.run(again, check=True)
    finally:
        shutil.rmtree(made, ignore_errors=True)


if __name__ == "__main__":
    main()

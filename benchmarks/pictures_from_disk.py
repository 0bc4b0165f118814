"""An epoch on a folder of JPEG files, beside loading alone and stepping alone.

Run: python benchmarks/pictures_from_disk.py [--pictures 6000] [--side 64] [--hidden 1500]

Pictures are decoded and transformed by one worker (a crop at random, a mirror image, centred),
steps run on one thread: so that each has a CPU where there are two. Rounds of the three are
interleaved, and each of a round is an epoch of the same batches, without what is measured after an
epoch. Printed are medians and the least of the rounds, in seconds, and the ratio of training to the
slower of the others by each: the aim is at most 1.05. Other work on the machine shows in medians.
The last line is in seconds of CPU, which hardly depend on other work: what training takes more than
loading and stepping together is what handing samples over costs.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import pellucid as pc
from pellucid.data import Dataset, from_arrays, picture_set

BATCH, ROUNDS = 50, 5


def crop(sample: Any, rng: Any) -> Any:
    """A part of seven eighths of each side, perhaps mirrored, around 0."""
    side = sample.shape[1] * 7 // 8
    top, left = rng.integers(0, sample.shape[1] - side + 1, 2)
    part = sample[:, top : top + side, left : left + side]
    return (part[:, :, ::-1] if rng.random() < 0.5 else part) - np.float32(0.5)


def write(folder: Path, count: int, side: int) -> None:
    """Pictures of two classes, of noise that JPEG has some work with."""
    rng = np.random.default_rng(0)
    for i in range(count):
        coarse = rng.integers(0, 256, (side // 4, side // 4, 3), dtype=np.uint8)
        path = folder / ("even" if i % 2 == 0 else "odd") / f"{i:06}.jpg"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC).save(path)


def trainer(data: Dataset, hidden: int) -> Any:
    """A network of dense layers on the pictures."""
    rng = pc.Generator(0)
    first = pc.nn.Linear(data.form.features, hidden, rng=rng)
    model = pc.nn.Sequential(pc.nn.Flatten(), first, pc.nn.ReLU(), pc.nn.Linear(hidden, 2, rng=rng))
    optimizer = pc.optim.SGD(model.parameters(), 0.01)
    options = pc.train.Options(batch_size=BATCH, lint=False, metrics=())
    return pc.train.Trainer(model, pc.functional.cross_entropy, optimizer, data, None, options)


def steps(made: Any) -> None:
    """The steps of one epoch."""
    stepper = made._stepper
    stepper.next_epoch()
    with made._program.feed:
        while not stepper.ends_epoch:
            stepper.advance(10)


def loading(made: Any) -> None:
    """The same samples read, with nobody who steps on them."""
    feed, stepper = made._program.feed, made._stepper
    stepper.next_epoch()
    with feed:
        for step in range(stepper.steps_per_epoch):
            at = pc.train.Position(step, stepper.position.epoch, step)
            feed.placed(np.zeros((1, BATCH), np.int64), at)


def timed(work: Callable[[Any], None], made: Any) -> tuple[float, float]:
    """Seconds on the clock, and of CPU."""
    start, cpu = time.perf_counter(), time.process_time()
    work(made)
    return time.perf_counter() - start, time.process_time() - cpu


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=int, default=6000)
    parser.add_argument("--side", type=int, default=64)
    parser.add_argument("--hidden", type=int, default=1500)
    given = parser.parse_args()
    pc.set_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), given.pictures, given.side)
        data = picture_set(folder, transform=crop, workers=1)
        held = from_arrays(np.asarray(data.features), data.labels, classes=2)
        both, alone = trainer(data, given.hidden), trainer(held, given.hidden)
        asked = {"loading": (loading, both), "stepping": (steps, alone), "training": (steps, both)}
        rounds = [{name: timed(*each) for name, each in asked.items()} for _ in range(ROUNDS + 1)]
    seconds, cpu = ({n: [r[n][i] for r in rounds[1:]] for n in asked} for i in range(2))
    print(f"{given.pictures} JPEG pictures of {given.side} x {given.side}, batches of {BATCH}")
    for told, least in (("median", statistics.median), ("least", min)):
        found = {name: least(times) for name, times in seconds.items()}
        shown = ", ".join(f"{name} {value:.3f} s" for name, value in found.items())
        slower = max(found["loading"], found["stepping"])
        print(f"{told}: {shown}; training / slower of the others {found['training'] / slower:.3f}")
    of_cpu = {name: min(times) for name, times in cpu.items()}
    both_alone = of_cpu["loading"] + of_cpu["stepping"]
    print(f"CPU, least: training / both of the others {of_cpu['training'] / both_alone:.3f}")


if __name__ == "__main__":
    main()

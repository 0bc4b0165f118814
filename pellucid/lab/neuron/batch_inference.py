"""A hundred pictures cost little more than one.

Question: Why are pictures given to a network in batches, and not one by one?
Do: Let the network of the textbook, with layers of 784, 50, 100 and 10 units, look at the same
    pictures in batches of growing size. Time all of them together.
See: One by one costs many times as much. The time of a picture falls as the batch grows, until the
    arithmetic itself takes the time. The answers do not depend on the batch.
Learn: Each call has a price that does not depend on how much it does. A matrix for a batch pays it
    once, and the processor reads each weight once for many pictures. Shapes tell the story: one
    picture (784,) -> (10,), a batch (100, 784) -> (100, 10).
Source: Saito, Deep Learning from Scratch, O'Reilly 2016, section 3.6.3.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid import nn
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Folder, Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least, at_most
from pellucid.languages import said
from pellucid.tune import Integers

SIDE = 28  # pixels: height and width of a picture


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    pictures: Annotated[int, Integers(1, 10_000), "pictures", "that are looked at"] = 500
    largest: Annotated[int, Integers(1, 10_000), "pictures", "in the largest batch"] = 1000
    tries: Annotated[int, Integers(1, 50), "tries", "the best of which counts"] = 2
    data_dir: Folder = None
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Seconds for a picture in batches of each size, and how far answers differ."""
    model = network(settings)
    x = pictures(settings)
    sizes = np.array([size for size in (1, 3, 10, 30, 100, 300, 1000) if size <= settings.largest])
    alone = answers(model, x, 1)
    together = [answers(model, x, size) for size in sizes.tolist()]
    best = np.full(len(sizes), np.inf)
    for _ in range(settings.tries):
        for place, size in enumerate(sizes.tolist()):
            start = time.perf_counter()
            answers(model, x, size)
            best[place] = min(best[place], time.perf_counter() - start)
    return {
        "sizes": sizes,
        "seconds": best / len(x),
        "differences": np.array([np.abs(found - alone).max() for found in together]),
    }


def pictures(settings: Settings) -> Any:
    """MNIST where a folder is given, else the small digits made larger: (pictures, 784)."""
    if settings.data_dir is not None:
        digits, _ = pc.data.mnist(settings.data_dir)
        return digits.features.reshape(-1, SIDE * SIDE)[: settings.pictures]
    small = pc.data.digits().features.reshape(-1, 8, 8)
    chosen = small[np.arange(settings.pictures) % len(small)]
    larger = np.repeat(np.repeat(chosen, 3, axis=1), 3, axis=2)  # 24 by 24, with a margin of 2
    return np.pad(larger, ((0, 0), (2, 2), (2, 2))).reshape(-1, SIDE * SIDE)


def network(settings: Settings) -> nn.Module:
    """The network of the textbook; how well it knows digits does not matter here."""
    rng = pc.Generator(settings.seed)
    return nn.Sequential(
        nn.Linear(SIDE * SIDE, 50, rng=rng),
        nn.Sigmoid(),
        nn.Linear(50, 100, rng=rng),
        nn.Sigmoid(),
        nn.Linear(100, 10, rng=rng),
    )


def answers(model: nn.Module, x: Any, size: int) -> Any:
    """What the network says of all pictures, in batches of this size: (pictures, 10)."""
    batches = [x[start : start + size] for start in range(0, len(x), size)]
    return np.concatenate([model(batch).numpy() for batch in batches])


def figure(series: Series) -> Any:
    """The time of a picture over the size of the batch."""
    drawn, (axes,) = panels()
    axes.plot(series["sizes"], series["seconds"] * 1e6, "o-")
    axes.set(xscale="log", yscale="log", xlabel=said("pictures in a batch"))
    axes.set_ylabel(said("time of a picture (µs)"))
    return drawn


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """Batches are faster by far, with the same answers."""
    runs = repeated(run, settings, seeds)
    faster = [found["seconds"][0] / found["seconds"].min() for found in runs]
    apart = max(found["differences"].max() for found in runs)
    return (
        at_least("times faster in the best batch than one by one", np.median(faster), 8.0),
        at_most("largest difference of an answer by the batch it came in", apart, 1e-5),
    )

"""More data pays for those who can use it.

Question: When is it worth the trouble to collect more data, and when to build a larger network?
Do: Train a small, a middle and a large network on ever more digits, which are moved and turned, for
    the same number of steps, and judge each by the same new digits.
See: With few samples all are about as bad. With more samples all get better, and the larger
    networks go on where the small one has come to its end.
Learn: Either alone comes to an end: a large network needs data to be taught by, and much data a
    network that can hold what is in it. The curve tells which of both is lacking: is it flat, build
    larger; does it rise, collect.
Source: The course's first week, on scale driving progress; Banko and Brill 2001, "Scaling to very
    very large corpora for natural language disambiguation", section 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np

import pellucid as pc
from pellucid import nn
from pellucid.lab.experiment import Series
from pellucid.lab.settings import Folder, Seed, repeated
from pellucid.lab.themes import panels
from pellucid.lab.verdict import Verdict, at_least
from pellucid.languages import said
from pellucid.tune import Integers, Uniform

NETS = ("small", "middle", "large")


@dataclass(frozen=True)
class Settings:
    """What may be changed."""

    small: Annotated[int, Integers(1, 1000), "units", "width of the small network"] = 5
    middle: Annotated[int, Integers(1, 1000), "units", "width of the middle network"] = 20
    large: Annotated[int, Integers(1, 1000), "units", "width of the large network"] = 200
    most: Annotated[int, Integers(100, 1600), "samples", "of the last point"] = 1200
    learning_rate: Annotated[float, Uniform(0.0, 1.0), "", "step of Adam"] = 0.01
    steps: Annotated[int, Integers(1, 5000), "updates", "of each training, 50 samples each"] = 400
    data_dir: Folder = None
    seed: Seed = 0


def run(settings: Settings) -> Series:
    """Accuracy on new digits, for each network and number of samples."""
    digits = untidy(settings)
    order = np.random.default_rng(settings.seed).permutation(len(digits))
    others = digits[order[settings.most :]]
    counts = np.geomspace(30, settings.most, 4).round().astype(int)
    series: dict[str, Any] = {"samples": counts}
    for name in NETS:
        hidden = vars(settings)[name]
        found = [accuracy(settings, hidden, digits[order[:n]], others) for n in counts]
        series[f"accuracy_{name}"] = np.array(found)
    return series


def untidy(settings: Settings) -> pc.data.Dataset:
    """All digits, each moved and turned a little."""
    digits = pc.data.digits() if settings.data_dir is None else pc.data.mnist(settings.data_dir)[0]
    side = round(digits.features[0].size ** 0.5)
    change = pc.augment.RandomAffine(30.0, 0.15, rng=pc.Generator(settings.seed))
    moved = change(pc.tensor(digits.features.reshape(-1, 1, side, side))).numpy()
    return replace(digits, features=moved.reshape(len(digits), -1), picture=())


def accuracy(
    settings: Settings, hidden: int, few: pc.data.Dataset, others: pc.data.Dataset
) -> float:
    """On new digits, after training on some."""
    rng = pc.Generator(settings.seed)
    features = few.features.shape[1]
    model = nn.Sequential(
        nn.Linear(features, hidden, rng=rng), nn.ReLU(), nn.Linear(hidden, 10, rng=rng)
    )
    optimizer = pc.optim.Adam(model.parameters(), settings.learning_rate)
    draw = np.random.default_rng(settings.seed)

    @pc.compile
    def step(x: pc.Tensor, t: pc.Tensor) -> pc.Tensor:
        loss = pc.functional.cross_entropy(model(x), t)
        optimizer.minimize(loss)
        return loss

    for _ in range(settings.steps):
        batch = draw.integers(0, len(few), 50)
        step(few.features[batch], few.labels[batch])
    guessed = model.predictor()(others.features).numpy().argmax(axis=1)
    return float((guessed == others.labels).mean())


def figure(series: Series) -> Any:
    """Accuracy over the number of samples, a line for each network."""
    names = {"small": said("small"), "middle": said("middle"), "large": said("large")}
    drawn, (axes,) = panels()
    for line, name in zip(("o-", "s--", "^-."), NETS, strict=True):
        axes.plot(
            series["samples"],
            series[f"accuracy_{name}"],
            line,
            label=names[name],
        )
    axes.set(
        xscale="log",
        xlabel=said("samples to learn from"),
        ylabel=said("accuracy"),
    )
    axes.set_xticks(series["samples"], [str(count) for count in series["samples"]], minor=False)
    axes.minorticks_off()
    axes.legend(title=said("network"), loc="upper left")
    return drawn


def lesson(settings: Settings, seeds: Sequence[int]) -> tuple[Verdict, ...]:
    """Data help, and help the large network more."""
    runs = repeated(run, settings, seeds)
    gains = {name: np.mean([gain(found, name) for found in runs]) for name in NETS}
    ahead = np.mean([found["accuracy_large"][-1] - found["accuracy_small"][-1] for found in runs])
    return (
        at_least("accuracy that more data give the large network", gains["large"], 0.2),
        at_least("by how much more than the small one", gains["large"] - gains["small"], 0.1),
        at_least("lead of the large network at the end", ahead, 0.05),
    )


def gain(series: Series, name: str) -> float:
    """Accuracy with all samples, less that with the fewest."""
    values = series[f"accuracy_{name}"]
    return float(values[-1] - values[0])

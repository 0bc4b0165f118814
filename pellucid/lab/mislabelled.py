"""Samples some of which have a wrong label: what a network can only learn by heart.

mislabelled        a data set with labels drawn at random for a share of it
few_mislabelled    a few such digits, and all others as they are
draw_accuracies    how well a network does on both, over epochs
gap                by how much better it does on those that it learned from
"""

from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.data import Dataset, digits, split
from pellucid.lab.experiment import Series
from pellucid.languages import said


def mislabelled(data: Dataset, share: float, seed: int) -> Dataset:
    """The data set with random labels for about that share of it; some are right by chance.

    >>> from pellucid.data import digits
    >>> mislabelled(digits(), 0.0, 0).labels.tolist() == digits().labels.tolist()
    True
    """
    draw = np.random.default_rng(seed)
    is_drawn = draw.random(len(data)) < share
    drawn = draw.integers(0, data.classes, len(data))
    return replace(data, labels=np.where(is_drawn, drawn, data.labels))


def few_mislabelled(samples: int, wrong: float, seed: int) -> tuple[Dataset, Dataset]:
    """A few digits, some with a random label, and all others as they are.

    >>> few, others = few_mislabelled(100, 0.2, 0)
    >>> len(few), len(others)
    (100, 1697)
    """
    data = digits()
    share = samples / len(data)
    (few, others), _ = split(data, (share, 1.0 - share), seed=seed)
    return mislabelled(few, wrong, seed), others


def draw_accuracies(axes: Any, series: Series, name: str, title: str) -> None:
    """Accuracy on the samples that a network learned from, and on new ones."""
    axes.plot(series["epochs"], series[f"train_{name}"], label=said("learned from"))
    axes.plot(
        series["epochs"],
        series[f"new_{name}"],
        "--",
        label=said("new samples"),
    )
    axes.set(title=title, xlabel=said("epochs"), ylim=(0.0, 1.03))


def gap(series: Series, name: str) -> float:
    """How much better a network is at the end on the samples that it learned from."""
    learned = series[f"train_{name}"]
    new = series[f"new_{name}"]
    return float(learned[-1] - new[-1])

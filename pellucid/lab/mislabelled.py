"""Samples some of which have a wrong label: what a network can only learn by heart.

mislabelled    a data set with labels drawn at random for a share of it
"""

from dataclasses import replace

import numpy as np

from pellucid.data import Dataset


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

"""The rows of the sample table for windows and convolutions."""

import numpy as np
from sample import F4, Sample, ordinary, whole

from pellucid import primitives as p

ODD = np.array([1.0, np.nan, 3.0], F4)
IMAGE = np.arange(12, dtype=F4).reshape(3, 4)
PAIRS = np.array([[[0, 1], [1, 2], [2, 3]], [[4, 5], [5, 6], [6, 7]]], F4)
SPREAD = p.Convolution((2, 1), (2, -1), (1, 1), (2, 1), (1, 2))
WINDOWS = [
    Sample("windows", p.Windows((1,), (2,), (1,), (1,)), (IMAGE[:2],), PAIRS),
    Sample(
        "windows apart",
        p.Windows((0, 1), (2, 2), (1, 2), (1, 1)),
        (IMAGE,),
        np.array([[[0, 1, 4, 5], [2, 3, 6, 7]], [[4, 5, 8, 9], [6, 7, 10, 11]]], F4).reshape(
            2, 2, 2, 2
        ),
    ),
    Sample(
        "windows dilated",
        p.Windows((0,), (2,), (1,), (2,)),
        (whole(1, 2, 3, 4),),
        whole(1, 3, 2, 4).reshape(2, 2),
    ),
    Sample(
        "windows long",
        p.Windows((1,), (70,), (3,), (1,)),
        (ordinary(2, 80, dtype=F4),),
        np.stack([ordinary(2, 80, dtype=F4)[:, i : i + 70] for i in (0, 3, 6, 9)], 1),
    ),
    Sample(
        "windows empty",
        p.Windows((1,), (2,), (1,), (1,)),
        (np.zeros((0, 3), F4),),
        np.zeros((0, 2, 2), F4),
    ),
    Sample("windows whole", p.Windows((0,), (1,), (1,), (1,)), (ODD,), ODD.reshape(3, 1)),
    Sample(
        "overlap_add",
        p.OverlapAdd((1,), (4,), (1,), (1,)),
        (PAIRS,),
        np.array([[0, 2, 4, 3], [4, 10, 12, 7]], F4),
    ),
    Sample(
        "overlap_add apart",
        p.OverlapAdd((0,), (5,), (3,), (1,)),
        (whole(1, 2, 3, 4).reshape(2, 2),),
        whole(1, 2, 0, 3, 4),
    ),
    Sample(
        "overlap_add dilated",
        p.OverlapAdd((0,), (5,), (1,), (2,)),
        (np.array([[1, 10], [2, 20], [3, np.inf]], F4),),
        np.array([1, 2, 13, 20, np.inf], F4),
    ),
    Sample(
        "overlap_add empty",
        p.OverlapAdd((1,), (3,), (1,), (1,)),
        (np.zeros((0, 2, 2), F4),),
        np.zeros((0, 3), F4),
    ),
    Sample(
        "overlap_add 2-d",
        p.OverlapAdd((0, 2), (5, 7), (2, 3), (1, 2)),
        (ordinary(2, 3, 2, 3, 2, dtype=F4),),
    ),
    # The windows of 2 and 3 channels, in two groups, with one kernel each.
    Sample(
        "convolution",
        p.Convolution((1, 1), (0, 0), (0, 0), (1, 1), (1, 1)),
        (ordinary(2, 2, 3, 5, 6), ordinary(2, 4, 3, 3, 2, seed=1)),
    ),
    Sample(
        "convolution spread and cut",
        SPREAD,
        (ordinary(2, 1, 3, 4, 6, dtype=F4), ordinary(1, 2, 3, 3, 2, dtype=F4, seed=1)),
    ),
    Sample(
        "convolution wide",
        p.Convolution((1,), (2,), (3,), (1,), (2,)),
        (ordinary(3, 1, 5, 9), ordinary(1, 2, 5, 6, seed=1)),
    ),
    Sample(
        "convolution 3-d",
        p.Convolution((1, 2, 1), (1, 0, 1), (0, 0, 1), (1, 1, 1), (1, 1, 1)),
        (ordinary(1, 1, 2, 3, 4, 3, dtype=F4), ordinary(1, 3, 2, 2, 2, 2, dtype=F4, seed=1)),
    ),
    Sample(
        "convolution no samples",
        p.Convolution((1,), (1,), (1,), (1,), (1,)),
        (np.zeros((0, 1, 2, 4), F4), np.zeros((1, 3, 2, 3), F4)),
        np.zeros((0, 1, 3, 4), F4),
    ),
    Sample(
        "convolution no channels",
        p.Convolution((1,), (0,), (0,), (1,), (1,)),
        (np.zeros((1, 1, 0, 4), F4), np.zeros((1, 2, 0, 3), F4)),
        np.zeros((1, 1, 2, 2), F4),
    ),
    Sample(
        "convolution nan",
        p.Convolution((1,), (1,), (0,), (1,), (1,)),
        (
            np.array([1, np.inf, 2, np.nan], F4).reshape(1, 1, 1, 4),
            np.array([0, 1], F4).reshape(1, 1, 1, 2),
        ),
        np.array([1, np.inf, np.nan, np.nan], F4).reshape(1, 1, 1, 4),
    ),
    Sample(
        "convolution int",
        p.Convolution((2,), (1,), (0,), (1,), (1,)),
        (whole(1, 2, 3).reshape(1, 1, 1, 3), whole(10, 1).reshape(1, 1, 1, 2)),
        whole(1, 23).reshape(1, 1, 1, 2),
    ),
]

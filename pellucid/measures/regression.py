"""How good predicted numbers are.

r2      the fraction of the variance that is explained
"""

import numpy as np

from pellucid.arrays import ArrayLike
from pellucid.errors import DataError
from pellucid.measures.checks import alike, floats
from pellucid.strict import strict


@strict
def r2(true: ArrayLike, predicted: ArrayLike) -> float:
    """The coefficient of determination: how much better than the mean of the true numbers.

        R2 = 1 - sum of (true - predicted)^2 / sum of (true - mean of true)^2

    1 is perfect, 0 as good as the mean, below 0 worse. With several outputs, the mean of their
    R2. Shapes: true, predicted both (samples,) or (samples, outputs).
    Errors: ShapeError where they differ; DataError where the true numbers of an output are all
    the same, as there is no variance to explain then.

    >>> r2([1.0, 2.0, 3.0], [1.0, 2.0, 2.0])
    0.5
    """
    t = floats("r2", "true", true)
    y = floats("r2", "predicted", predicted)
    alike("r2", t, y)
    total = np.sum((t - t.mean(axis=0)) ** 2, axis=0)
    if not np.all(total > 0.0):
        raise DataError(
            f"r2: all {len(np.atleast_1d(t))} true numbers are the same. Without variance there is "
            "nothing to explain: give at least two different ones."
        )
    return float(np.mean(1.0 - np.sum((t - y) ** 2, axis=0) / total))

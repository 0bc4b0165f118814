"""How good predicted numbers are.

r2      the fraction of the variance that is explained
"""

import numpy as np
from numpy.typing import ArrayLike

from pellucid.errors import DataError
from pellucid.measures.checks import alike, floats


def r2(prediction: ArrayLike, target: ArrayLike) -> float:
    """The coefficient of determination: how much better than the mean of the targets.

        R2 = 1 - sum of (target - prediction)^2 / sum of (target - mean of targets)^2

    1 is perfect, 0 as good as the mean, below 0 worse. With several outputs, the mean of their
    R2. Shapes: prediction, target both (samples,) or (samples, outputs).
    Errors: ShapeError where they differ; DataError where the targets of an output are all the
    same, as there is no variance to explain then.

    >>> r2([1.0, 2.0, 2.0], [1.0, 2.0, 3.0])
    0.5
    """
    y, t = floats("r2", "prediction", prediction), floats("r2", "target", target)
    alike("r2", y, t)
    total = np.sum((t - t.mean(axis=0)) ** 2, axis=0)
    if not np.all(total > 0.0):
        raise DataError(
            f"r2: all {len(np.atleast_1d(t))} targets are the same. Without variance there is "
            "nothing to explain: give at least two different ones."
        )
    return float(np.mean(1.0 - np.sum((t - y) ** 2, axis=0) / total))

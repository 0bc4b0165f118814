"""What a layer makes of the data, as points in a plane: principal components.

principal_components    the directions in which the data spread most, and the data along them
Projection              these, and the shares of the spread that they hold
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import OptionError


@dataclass(frozen=True, repr=False)
class Projection:
    """`points` (samples, count), along `directions` (count, features); `shares` of the variance."""

    points: NDArray[Any]
    directions: NDArray[Any]
    shares: NDArray[Any]

    def as_dict(self) -> dict[str, Any]:
        """Points and shares as JSON takes them."""
        return {"points": self.points.tolist(), "shares": self.shares.tolist()}

    def __repr__(self) -> str:
        """The shape of the points, and the shares; the numbers themselves are in the fields."""
        shares = ", ".join(f"{share:.1%}" for share in self.shares)
        return f"Projection(points {self.points.shape}, shares {shares})"


def principal_components(array: Any, count: int = 2) -> Projection:
    """The samples along the directions of largest variance; all axes but the first are features.

    Each direction points so that its largest component is positive: the same data give the same
    picture. Errors: OptionError for fewer samples or features than directions.
    """
    rows = np.asarray(array, np.float64).reshape(len(array), -1)
    if count < 1 or min(rows.shape) < count:
        raise OptionError(
            f"principal_components: {count} of {rows.shape[0]} samples with {rows.shape[1]} "
            "features. There are at most as many as samples, and as features."
        )
    centred = rows - rows.mean(axis=0)
    _, lengths, directions = np.linalg.svd(centred, full_matrices=False)
    directions = directions[:count]
    largest = np.abs(directions).argmax(axis=1)
    signs = np.sign(directions[np.arange(count), largest])
    directions *= signs[:, None]
    variances = lengths**2
    total = float(variances.sum())
    shares = lengths[:count] ** 2 / total if total else np.zeros(count)
    points = centred @ directions.T
    return Projection(points, directions, shares)

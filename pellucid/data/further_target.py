"""A target of samples beside their labels: samples may have several, each with its name.

FurtherTarget    its labels, and what they mean
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.checks import check_names, check_targets
from pellucid.refusals import Strict


@dataclass(frozen=True, eq=False, repr=False)
class FurtherTarget(Strict):
    """A target by its name; labels, classes and class names as of a `Dataset`.

    Shapes: labels (samples,) or (samples, time) of classes, or (samples, outputs) of numbers.
    Errors: DataError, as of a `Dataset`.
    """

    name: str
    labels: NDArray[Any]
    classes: int
    class_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        where = f"target {self.name!r}"
        check_targets(where, self.labels, self.classes)
        check_names(where, self.class_names, self.classes)
        view = self.labels.view()
        view.flags.writeable = False
        object.__setattr__(self, "labels", view)

    def subset(self, rows: NDArray[np.int64]) -> "FurtherTarget":
        """That of the samples at these positions."""
        return replace(self, labels=self.labels[rows])

    @property
    def meaning(self) -> tuple[NDArray[Any], int, tuple[str, ...]]:
        """Its labels, how many classes they are of, and their names."""
        return self.labels, self.classes, self.class_names

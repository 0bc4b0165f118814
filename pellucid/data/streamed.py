"""A data set whose features are read when a batch needs them.

StreamedDataset    a Dataset with rows in the place of an array of features
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.data.checks import check_names, check_shapes, check_targets
from pellucid.data.datasets import Dataset
from pellucid.errors import OptionError
from pellucid.executors.cpus import available


@dataclass(frozen=True, eq=False, repr=False)
class StreamedDataset(Dataset):
    """Samples that are read, and checked, batch by batch; targets and further inputs are arrays.

    It is used like any other: `data.features` has a shape, and `data.features[:10]` is an array.
    `workers`: threads that read ahead of the steps; 0 for as many as there are CPUs. The bits do
    not depend on it.
    """

    features: Any
    workers: int = 0

    def __post_init__(self) -> None:
        if isinstance(self.features, np.ndarray):  # another set was made from this one
            super().__post_init__()
            return
        where = f"Dataset {self.name!r}"
        check_shapes(where, self.features, self.labels)
        check_targets(where, self.labels, self.classes)
        check_names(where, self.class_names, self.classes)
        if self.workers < 0:
            raise OptionError(
                f"{where}: workers is {self.workers}. It counts threads: at least 1, or 0 for one "
                "on each CPU."
            )

    @property
    def threads(self) -> int:
        """How many threads read it."""
        return self.workers or available()

    def _values(self) -> str:
        return super()._values() if isinstance(self.features, np.ndarray) else "read batch by batch"

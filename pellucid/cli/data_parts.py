"""The sets of samples that a run of the command line is made with.

DataParts    those to train on, to choose by, and to judge with
"""

from dataclasses import dataclass, replace

from pellucid.data import Dataset

KEPT = 0.2  # of training samples, to choose by, where data come split into train and test


@dataclass(frozen=True)
class DataParts:
    """The sets to train on, to choose by, and to judge with, where there are such.

    `characters`: those of a text, each at the place of its number. `skipped`: why files were
    left out.
    """

    train: Dataset
    validation: Dataset | None
    test: Dataset | None
    characters: str = ""
    skipped: tuple[str, ...] = ()

    def with_shape(self, shape: tuple[int, ...]) -> "DataParts":
        """The same samples in another shape."""
        validation = self.validation and self.validation.with_shape(*shape)
        test = self.test and self.test.with_shape(*shape)
        train = self.train.with_shape(*shape)
        return replace(self, train=train, validation=validation, test=test)

    def of_fold(self, fold: int, count: int, seed: int) -> "DataParts":
        """The samples to train on and to choose by, parted anew: the fold, from 1 on, chooses."""
        from pellucid.data.folding import folds, pooled  # on use: few runs are one of several

        known = self.train if self.validation is None else pooled(self.train, self.validation)
        train, validation = folds(known, count, seed=seed)[fold - 1]
        return replace(self, train=train, validation=validation)

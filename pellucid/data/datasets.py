"""A data set: features and targets of the same length, checked before anything learns from them.

    Dataset        the two arrays, a name, and what their numbers mean
    Form           what a model must know of a data set in order to fit it

What is wrong with data is said here, with the row, and not by a loss that is nan an hour later.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.arrays import freeze
from pellucid.data.checks import (
    check_arrays,
    check_features,
    check_names,
    check_targets,
    positions,
    reshaped,
)
from pellucid.data.further_target import FurtherTarget
from pellucid.errors import PositionError, some
from pellucid.refusals import Strict
from pellucid.strict import strict

if TYPE_CHECKING:
    from pellucid.tensor import Tensor

Features = NDArray[Any]
Labels = NDArray[Any]
Indices = NDArray[np.int64]


@strict
@dataclass(frozen=True)
class Form:
    """What a model must know of a data set in order to fit it.

    `shape`: of one sample. `classes`: how many to tell apart; 0 where targets are numbers.
    `target_shape`: of one target, () for one class per sample. `vocabulary`: how many ids the
    features may be; 0 where they are numbers.

    >>> Form((1, 28, 28), 10).outputs
    10
    """

    shape: tuple[int, ...]
    classes: int
    target_shape: tuple[int, ...] = ()
    vocabulary: int = 0

    @property
    def features(self) -> int:
        """Numbers in one sample."""
        return int(np.prod(self.shape))

    @property
    def outputs(self) -> int:
        """Scores that a model gives: one per class, or one per number to be predicted."""
        return self.classes or int(np.prod(self.target_shape))


@dataclass(frozen=True, eq=False, repr=False)
class Dataset(Strict):
    """Samples and their targets: classes, a class for each time step, or numbers.

    `classes`: how many to tell apart; 0 says that the targets are real numbers. `vocabulary`:
    0 for features that are real numbers; else features are ids in 0..vocabulary-1.
    `class_names[i]`: what class i is called, where classes have names. `further`: inputs of a
    model behind the features, see `with_inputs`. `picture`: (channels, height, width) where a
    sample is a picture laid out as a row. Where a sample has several targets by name, the first
    is called `target_name`, and the others are `further_targets`; see `from_arrays`.

    `data[3]` is a sample and its target, `data[:100]`, positions or a mask a data set of some;
    iterated, it gives each sample with its target.

    Shapes: features (samples, ...) float32, or int64 ids; labels (samples,) int64, each in
        0..classes-1, or (samples, time) for sequences, or (samples, outputs) float32 without
        classes. All C-contiguous, and read-only views: a data set never changes.
    Units:  the pictures that come with pellucid are scaled to [0, 1].
    Errors: DataError for lengths that differ, no samples, a feature that is not finite (row and
        column named), labels that are not class numbers and ids outside the vocabulary (the
        first offender named), element types or memory layouts other than these: `from_arrays`
        converts.

    >>> from pellucid.data.building import from_arrays
    >>> data = from_arrays([[0.0, 1.0], [0.5, 0.25]], [1, 0], name="two points")
    >>> data
    Dataset 'two points': 2 samples of shape (2,), 2 classes, features from 0 to 1
    >>> len(data), data.class_counts.tolist()
    (2, [1, 1])
    >>> from_arrays([[0.0], [0.5]], [[1.5], [2.0]], name="a line", classes=0)
    Dataset 'a line': 2 samples of shape (1,), targets of shape (1,), features from 0 to 0.5
    """

    features: Features
    labels: Labels
    name: str
    classes: int
    vocabulary: int = 0
    class_names: tuple[str, ...] = ()
    further: tuple[Features, ...] = ()
    picture: tuple[int, ...] = ()
    target_name: str = ""
    further_targets: tuple[FurtherTarget, ...] = ()

    def __post_init__(self) -> None:
        where = f"Dataset {self.name!r}"
        dtypes = (np.int64 if self.vocabulary else np.float32, np.int64)
        check_arrays(
            where,
            self.features,
            self.labels,
            dtypes if self.classes else (dtypes[0],),
        )
        check_targets(where, self.labels, self.classes)
        check_features(where, self.features, self.vocabulary)
        check_names(where, self.class_names, self.classes)
        for field in ("features", "labels"):
            view = getattr(self, field).view()
            view.flags.writeable = False
            object.__setattr__(self, field, view)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: Any) -> Any:
        """A sample and its target, or some samples, as a data set. Errors: PositionError.

        >>> from pellucid.data.building import from_arrays
        >>> data = from_arrays([[0.0], [0.5], [0.25]], [1, 0, 1])
        >>> data[-1]
        (array([0.25], dtype=float32), 1)
        >>> len(data[:2]), data[data.labels == 1].features.tolist()
        (2, [[0.0], [0.25]])
        """
        if isinstance(index, int | np.integer) and not isinstance(index, bool):
            if not -len(self) <= index < len(self):
                raise PositionError(
                    f"{self.name!r}[{index}]: it has {len(self)} samples. Positions go from 0 to "
                    f"{len(self) - 1}, or from -{len(self)} to -1."
                )
            sample = tuple(array[index] for array in self.input_rows)
            parts = (array[index] for array in self.target_arrays)
            target = self.by_target([t.item() if t.ndim == 0 else t for t in parts])
            return (sample if self.further else sample[0]), target
        if isinstance(index, slice):
            return self.subset(np.arange(len(self))[index])
        rows = np.asarray(index)
        if rows.dtype == np.bool_ and rows.shape == (len(self),):
            rows = np.flatnonzero(rows)
        return self.subset(rows)

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        shape = self.form.shape
        targets = self.labels.shape[1:]
        says = f"{self.classes} classes" if self.classes else f"targets of shape {targets}"
        if self.class_names:
            says += f" ({some(self.class_names)})"
        if self.classes and targets:
            says += f" at each of {targets}"
        shown = ", ".join(str(array.shape[1:]) for array in self.further)
        ranges = self._values() + (f", further inputs of shape {shown}" if shown else "")
        if self.target_name:
            ranges += f", targets {', '.join(self.by_target(self.target_arrays))}"
        return f"Dataset {self.name!r}: {len(self):,} samples of shape {shape}, {says}, {ranges}"

    def _values(self) -> str:
        if self.vocabulary:
            return f"ids of a vocabulary of {self.vocabulary}"
        return f"features from {self.rows.min():.6g} to {self.rows.max():.6g}"

    @property
    def inputs(self) -> tuple[Features, ...]:
        """All inputs of a model: the features, and what is behind them."""
        return (self.features, *self.further)

    @property
    def rows(self) -> Any:
        """The features, to be looked at row by row: an array, or what makes one of some rows."""
        return self.features

    @property
    def input_rows(self) -> tuple[Any, ...]:
        """All inputs of a model, likewise."""
        return (self.rows, *self.further)

    @property
    def held(self) -> Any:
        """The features as memory holds them: what a compiled step gathers its batch from."""
        return self.features

    def from_held(self, gathered: "Tensor") -> "Tensor":
        """The features of some samples, from what was gathered of `held`."""
        return gathered

    def but(self, parts: dict[str, Any]) -> "Dataset":
        """The same with other parts, by the names of its fields; features stay as they are held.

        >>> from pellucid.data.building import from_arrays
        >>> from_arrays([[0.0], [0.5]], [1, 0]).but({"name": "two"}).name
        'two'
        """
        return replace(self, **parts)

    @property
    def target_arrays(self) -> tuple[Labels, ...]:
        """All targets: the labels, and what is behind them."""
        return (self.labels, *(target.labels for target in self.further_targets))

    def by_target(self, parts: Iterable[Any]) -> Any:
        """One thing for each target, by its name; where targets have none, that of the one."""
        if not self.target_name:
            return next(iter(parts))
        names = (self.target_name, *(target.name for target in self.further_targets))
        return dict(zip(names, parts, strict=True))

    def of_target(self, name: str) -> "Dataset":
        """The same samples with one of several targets alone, as their labels."""
        if not self.target_name:
            return self
        alone = self.but({"target_name": "", "further_targets": ()})
        found = {target.name: target for target in self.further_targets}
        if name not in found:
            return alone
        labels, classes, names = found[name].meaning
        return alone.but({"labels": labels, "classes": classes, "class_names": names})

    def with_inputs(self, *further: Any) -> "Dataset":
        """The same samples for a model with several inputs: `model(features, *further)`.

        Each input has a row for each sample; integers stay ids, other numbers become float32.
        Errors: DataError for other lengths, numbers that are not finite, or no numbers.

        >>> from pellucid.data.building import from_arrays
        >>> data = from_arrays([[0.0], [0.5]], [1, 0]).with_inputs([[1, 2], [3, 4]])
        >>> [array.dtype.name for array in data.inputs]
        ['float32', 'int64']
        """
        from pellucid.data.inputs import input_array  # on use: few models have several

        where = f"Dataset {self.name!r}"
        arrays = [input_array(where, i, x, len(self)) for i, x in enumerate(further, start=1)]
        return self.but({"further": tuple(arrays)})

    @property
    def form(self) -> Form:
        """What a model must know of it."""
        return Form(self.held.shape[1:], self.classes, self.labels.shape[1:], self.vocabulary)

    @property
    def class_counts(self) -> Indices:
        """How many targets each class has: (classes,) int64; empty where targets are numbers."""
        if not self.classes:
            return np.zeros(0, np.int64)
        return np.bincount(self.labels.reshape(-1), minlength=self.classes).astype(np.int64)

    def name_of(self, label: int) -> str:
        """What a class is called; its number where it has no name.

        >>> from pellucid.data.building import from_arrays
        >>> from_arrays([[0.0], [0.1]], ["dog", "cat"]).name_of(1)
        'dog'
        """
        return self.class_names[label] if self.class_names else str(label)

    def subset(self, indices: Any, name: str | None = None) -> "Dataset":
        """The samples at these positions, in this order, as a data set of its own.

        Errors: DataError where `indices` are not integers in 0..samples-1, or are none.

        >>> from pellucid.data.building import from_arrays
        >>> from_arrays([[0.0], [0.1], [0.2]], [0, 1, 1]).subset([2, 0]).labels.tolist()
        [1, 0]
        """
        rows = positions(f"subset of {self.name!r}", indices, len(self))
        features, *further = (x.take(rows, axis=0) for x in (self.held, *self.further))
        for array in (features, *further):
            freeze(array)  # so that training shares it instead of copying
        targets = tuple(target.subset(rows) for target in self.further_targets)
        parts = {"features": features, "labels": self.labels[rows], "name": name or self.name}
        return self.but(parts | {"further": tuple(further), "further_targets": targets})

    def with_shape(self, *shape: int) -> "Dataset":
        """The same samples, each seen in another shape: no number is copied or moved.

        Errors: DataError where the shape does not hold as many numbers as a sample has.

        >>> from pellucid.data.building import from_arrays
        >>> from_arrays([[0.0, 1.0, 2.0, 3.0]] * 2, [0, 1]).with_shape(1, 2, 2).features.shape
        (2, 1, 2, 2)
        """
        return self.but({"features": reshaped(f"with_shape of {self.name!r}", self.held, shape)})

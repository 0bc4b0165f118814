"""How good a classifier is class by class, as a table.

classification_report   precision, recall, F1 and samples of each class, and their means
ClassificationReport    what it gives: prints as a table, also in notebooks; records, a dict
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid import displays
from pellucid.arrays import ArrayLike
from pellucid.errors import OptionError, some
from pellucid.measures.checks import Floats
from pellucid.measures.classification import averaged, ratio, tallied
from pellucid.strict import strict
from pellucid.tables import aligned, few, significant

HEADS = ("class", "precision", "recall", "f1", "support")
WORST = 5  # classes of many that stay in sight
Means = dict[str, float]


@strict
@dataclass(frozen=True, eq=False, repr=False)
class ClassificationReport:
    """Precision, recall and F1 of each class, and its support: how many samples it has.

    `called`: how often each class was predicted. `print(report)` shows all classes; `repr` and
    notebooks show the first, the worst and the last of many.

    Shapes: names, precision, recall, f1, support and called (classes,).
    """

    names: tuple[str, ...]
    precision: Floats
    recall: Floats
    f1: Floats
    support: NDArray[np.int64]
    called: NDArray[np.int64]
    accuracy: float

    @property
    def macro(self) -> Means:
        """The means over the classes that occur, each counting alike."""
        return self._means((self.support + self.called > 0).astype(np.float64))

    @property
    def weighted(self) -> Means:
        """The means over classes, each as often as it has samples."""
        return self._means(self.support.astype(np.float64))

    def _means(self, weights: Floats) -> Means:
        columns = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {name: averaged(values, weights) for name, values in columns.items()}

    def worst(self, most: int) -> list[int]:
        """The places of the classes with the least F1, of those that occur, the least first."""
        order = np.argsort(self.f1, kind="stable")
        return [int(i) for i in order if self.support[i] + self.called[i]][:most]

    def records(self) -> list[dict[str, Any]]:
        """A dict for each class: `pandas.DataFrame(report.records())` is a table."""
        numbers = (self.precision, self.recall, self.f1, self.support)
        columns = (self.names, *(column.tolist() for column in numbers))
        return [dict(zip(HEADS, row, strict=True)) for row in zip(*columns, strict=True)]

    def as_dict(self) -> dict[str, Any]:
        """The same by the names of classes, with the means and the accuracy."""
        classes = {record.pop("class"): record for record in self.records()}
        means = {"macro": self.macro, "weighted": self.weighted}
        return {"classes": classes, **means, "accuracy": self.accuracy}

    def notes(self) -> list[str]:
        """What the numbers alone would not say: 0 / 0, and what it counts as."""
        there = self.support > 0
        called = self.called > 0
        notes = []
        for what, number, chosen in (
            ("never predicted", "precision", there & ~called),
            ("without samples", "recall", called & ~there),
        ):
            values = {"precision": self.precision, "recall": self.recall}[number][chosen]
            if values.size:
                names = some([self.names[i] for i in np.flatnonzero(chosen)])
                notes.append(f"{what}: {names}; their {number}, 0 / 0, counts as {values[0]:g}")
        if absent := [self.names[i] for i in np.flatnonzero(~there & ~called)]:
            notes.append(f"in neither, so not in the means: {some(absent)}")
        return notes

    def rows(self) -> list[tuple[str, ...]]:
        """A row of texts for each class."""
        return [tuple(map(_cell, record.values())) for record in self.records()]

    def mean_rows(self) -> list[tuple[str, ...]]:
        """The rows of the means."""
        count = str(int(self.support.sum()))
        macro = map(significant, self.macro.values())
        weighted = map(significant, self.weighted.values())
        return [("macro mean", *macro, count), ("weighted mean", *weighted, count)]

    def _few(self) -> list[Sequence[Any]]:
        return few(self.rows(), keep=self.worst(WORST))

    def _text(self, rows: Sequence[Sequence[Any]]) -> str:
        lines = aligned([HEADS, *rows, *self.mean_rows()], texts=1)
        rule = "-" * max(map(len, lines))
        said = [f"accuracy {significant(self.accuracy)}", *self.notes()]
        return "\n".join([lines[0], rule, *lines[1:-2], rule, *lines[-2:], *said])

    def __str__(self) -> str:
        return self._text(self.rows())

    def __repr__(self) -> str:
        return self._text(self._few())

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        rows = [*self._few(), *self.mean_rows()]
        title = "; ".join([f"accuracy {significant(self.accuracy)}", *self.notes()])
        return displays.table(
            title,
            HEADS,
            rows,
            strong=[len(rows) - 2, len(rows) - 1],
        )


def _cell(value: Any) -> str:
    return significant(value) if isinstance(value, float) else str(value)


@strict
def classification_report(
    true: ArrayLike,
    predicted: ArrayLike,
    *,
    class_names: Sequence[str] = (),
    undefined: float = 0.0,
) -> ClassificationReport:
    """Precision, recall, F1 and the number of samples of each class, and their means.

    For the formulas see `precision`, `recall` and `f1`. A row stands for each class that occurs in
    either argument; with `class_names` for each of these: name i is that of class number i, and
    where labels are text, names say the order. `undefined` is what 0 / 0 counts as, the precision
    of a class that was never predicted; with nan it is left out of the means.

    Shapes: true, predicted (samples,) of integers, booleans or text.
    Errors: as accuracy; DataError for a class that has no name; OptionError for names that are
    not different texts.

    >>> report = classification_report([1, 0, 2, 1], [1, 0, 2, 2], class_names=["a", "b", "c"])
    >>> report
    class          precision  recall      f1  support
    -------------------------------------------------
    a                  1.000   1.000   1.000        1
    b                  1.000  0.5000  0.6667        2
    c                 0.5000   1.000  0.6667        1
    -------------------------------------------------
    macro mean        0.8333  0.8333  0.7778        4
    weighted mean     0.8750  0.7500  0.7500        4
    accuracy 0.7500
    >>> report.macro["f1"], report.records()[1]["recall"]
    (0.7777777777777777, 0.5)
    """
    names = _checked(class_names)
    known, right, called, there = tallied("classification_report", true, predicted, names or None)
    return ClassificationReport(
        names or tuple(str(kind) for kind in known),
        ratio(right, called, undefined),
        ratio(right, there, undefined),
        ratio(2 * right, called + there, undefined),
        there.astype(np.int64),
        called.astype(np.int64),
        float(right.sum() / there.sum()),
    )


def _checked(names: Sequence[str]) -> tuple[str, ...]:
    """The names of classes. Errors: OptionError."""
    found = (names,) if isinstance(names, str) else tuple(names)
    if isinstance(names, str) or len(set(map(str, found))) < len(found):
        raise OptionError(
            f"classification_report: class_names {some([repr(name) for name in found])}. They are "
            "a list of different texts, the name of class 0 first."
        )
    return tuple(str(name) for name in found)

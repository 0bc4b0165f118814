"""How far two groupings of the same samples agree, whatever the groups are called.

    PairCounts                      pairs of samples, by whether both groupings join them
    pair_counts                     ... counted from two labellings
    rand_index                      the fraction of pairs on which they agree
    adjusted_rand_index             ... beyond what chance gives
    normalized_mutual_information   the information they share, as a fraction
    adjusted_mutual_information     ... beyond what chance gives

All are symmetric; 1 means the same grouping. The two adjusted ones are 0 on average for
groupings made by chance; the others are not, and grow with the number of groups.
"""

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from pellucid.arrays import ArrayLike
from pellucid.errors import DataError
from pellucid.measures.checks import label_pair, number, scikit_learn
from pellucid.measures.information import contingency, nats_shared
from pellucid.strict import strict


@strict
@dataclass(frozen=True)
class PairCounts:
    """Pairs of samples, counted by whether each of two groupings puts them together.

    `true_positive`: both do. `true_negative`: neither does. `false_negative`: only the first,
    the truth, does. `false_positive`: only the second does. Any four counts are accepted, also
    such as no n (n - 1) / 2 pairs of samples give, as printed tables have them.

    Errors: OptionError for a count that is no whole number from 0; DataError where all are 0.

    >>> pairs = PairCounts(true_positive=50, false_negative=10, false_positive=5, true_negative=20)
    >>> round(pairs.rand_index, 6), round(pairs.adjusted_rand_index, 6)
    (0.823529, 0.598425)
    """

    true_positive: int
    false_negative: int
    false_positive: int
    true_negative: int

    def __post_init__(self) -> None:
        for field in fields(self):
            number("PairCounts", field.name, getattr(self, field.name), least=0)
        if not self.total:
            raise DataError("PairCounts: no pairs at all. There must be at least one.")

    @property
    def total(self) -> int:
        """The number of pairs."""
        return self.true_positive + self.false_negative + self.false_positive + self.true_negative

    @property
    def rand_index(self) -> float:
        """RI = (TP + TN) / (TP + FN + FP + TN). Source: Rand 1971."""
        return (self.true_positive + self.true_negative) / self.total

    @property
    def expected_rand_index(self) -> float:
        """E[RI]: its mean over random groupings with groups of the same sizes.

        ((TP + FN)(TP + FP) + (TN + FP)(TN + FN)) / (TP + FN + FP + TN)^2
        """
        together = (self.true_positive + self.false_negative) * (
            self.true_positive + self.false_positive
        )
        apart = (self.true_negative + self.false_positive) * (
            self.true_negative + self.false_negative
        )
        return (together + apart) / self.total**2

    @property
    def adjusted_rand_index(self) -> float:
        """ARI = (RI - E[RI]) / (1 - E[RI]), in a form that is exact where E[RI] is near 1.

        2 (TP TN - FN FP) / ((TP + FN)(FN + TN) + (TP + FP)(FP + TN)); 1 where nothing differs.
        """
        tp = self.true_positive
        fn = self.false_negative
        fp = self.false_positive
        tn = self.true_negative
        if fn == fp == 0:
            return 1.0
        agreed = tp * tn - fn * fp
        possible = (tp + fn) * (fn + tn) + (tp + fp) * (fp + tn)
        return 2 * agreed / possible


@strict
def pair_counts(true: ArrayLike, predicted: ArrayLike) -> PairCounts:
    """The pairs of samples, counted by whether each of two groupings puts them together.

    Shapes: true, predicted (samples,), integers, booleans or text.
    Errors: ShapeError where they differ in length; DataError for fewer than two samples.

    >>> pair_counts(["a", "a", "b"], [1, 1, 1])
    PairCounts(true_positive=1, false_negative=0, false_positive=2, true_negative=0)
    """
    a, b = label_pair("pair_counts", true, predicted)
    if len(a) < 2:
        raise DataError("pair_counts: 1 sample. A pair needs two.")
    counts = contingency(a, b)
    both = _pairs(counts)
    first = _pairs(counts.sum(axis=1))
    second = _pairs(counts.sum(axis=0))
    neither = math.comb(len(a), 2) - first - second + both
    return PairCounts(both, first - both, second - both, neither)


@strict
def rand_index(true: ArrayLike, predicted: ArrayLike) -> float:
    """The fraction of pairs of samples that both groupings treat alike, from 0 to 1.

        RI = (TP + TN) / (n (n - 1) / 2)

    Shapes and errors: as pair_counts.
    Source: Rand, "Objective criteria for the evaluation of clustering methods", 1971.

    >>> round(rand_index([0, 0, 1, 1], [0, 0, 1, 2]), 4)
    0.8333
    """
    return pair_counts(true, predicted).rand_index


@strict
def adjusted_rand_index(true: ArrayLike, predicted: ArrayLike) -> float:
    """The Rand index beyond chance: 1 for the same grouping, about 0 for random ones.

        ARI = (RI - E[RI]) / (max RI - E[RI]),  max RI = 1

    Never below -0.5. (The adjusted mutual information has the same form, with the mutual
    information in the place of RI; the two are different measures.)
    Shapes and errors: as pair_counts.
    Source: Hubert and Arabie, "Comparing partitions", 1985; the bound: Chacon and Rastrojo,
    arXiv 2002.03677.

    >>> adjusted_rand_index([0, 0, 1, 1], [1, 1, 0, 0])
    1.0
    >>> adjusted_rand_index([0, 0, 1, 1], [0, 1, 0, 1])
    -0.5
    """
    return pair_counts(true, predicted).adjusted_rand_index


@strict
def normalized_mutual_information(true: ArrayLike, predicted: ArrayLike) -> float:
    """The mutual information of two groupings, as a fraction of their mean entropy: 0 to 1.

        NMI = I(T; F) / ((H(T) + H(F)) / 2)

    1 where both have one single group, as they are the same then.
    Shapes: true, predicted (samples,). Errors: as pair_counts, but one sample will do.
    Source: Vinh, Epps, Bailey, "Information theoretic measures for clusterings comparison",
    JMLR 11, 2010, table 2.

    >>> normalized_mutual_information([0, 0, 1, 1], [1, 1, 0, 0])
    1.0
    """
    a, b = label_pair("normalized_mutual_information", true, predicted)
    counts = contingency(a, b)
    if counts.size == 1:
        return 1.0
    joint = counts / counts.sum()
    # A quantity shares its whole entropy with itself.
    rows = joint.sum(axis=1)
    columns = joint.sum(axis=0)
    own = nats_shared(np.diag(rows)) + nats_shared(np.diag(columns))
    return min(1.0, nats_shared(joint) / (own / 2))


@strict
def adjusted_mutual_information(true: ArrayLike, predicted: ArrayLike) -> float:
    """The mutual information of two groupings beyond chance.

        AMI = (I(T; F) - E[I]) / ((H(T) + H(F)) / 2 - E[I])

    E[I] is the mean over random groupings with groups of the same sizes. By scikit-learn.
    Shapes: true, predicted (samples,). Errors: as normalized_mutual_information; OptionError
    where scikit-learn is not installed.
    Source: Vinh, Epps, Bailey, JMLR 11, 2010, equation 24.

    >>> round(adjusted_mutual_information([0, 0, 1, 1], [0, 0, 1, 2]), 4)
    0.5714
    """
    name = "adjusted_mutual_information"
    a, b = label_pair(name, true, predicted)
    return float(scikit_learn(name).adjusted_mutual_info_score(a, b))


def _pairs(counts: NDArray[np.int64]) -> int:
    """How many pairs can be made inside groups of these sizes."""
    return sum(math.comb(n, 2) for n in counts.ravel().tolist())

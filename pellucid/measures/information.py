"""Information: how much an event tells, how uncertain a distribution is, how two differ.

    self_information      - log p
    entropy               - sum of p log p
    cross_entropy         - sum of p log q
    kl_divergence           sum of p log(p / q) = cross_entropy(p, q) - entropy(p)
    js_divergence           the mean divergence of p and q from their middle
    mutual_information      the divergence of a joint distribution from independence
    information_gain        how much of a class's entropy a feature takes away

All take `base=2` by default, which gives bits; `base=math.e` gives nats, the unit of losses
in `pellucid.functional`, which use the natural logarithm. 1 nat = 1.4427 bit. A result is a
float that knows its unit. 0 log 0 counts as 0. Source: Shannon, "A mathematical theory of
communication", 1948; Cover and Thomas, Elements of Information Theory, 2006, chapter 2.
"""

import math
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pellucid.arrays import ArrayLike
from pellucid.errors import DataError, OptionError, is_finite
from pellucid.measures.checks import Floats, alike, distribution, label_pair
from pellucid.strict import strict

UNITS = {2.0: "bit", math.e: "nat", 10.0: "hartley"}


@strict
class Information(float):
    """An amount of information: a float with the unit that its logarithm's base gives it.

    Base 2 gives bit, e nat, 10 hartley. Arithmetic gives plain floats: only who computes
    knows the unit then.

    Errors: OptionError for a base that is not a number above 1.

    >>> Information(3.0), Information(0.5, base=math.e)
    (3.0 bit, 0.5 nat)
    >>> Information(3.0) + 1, round(Information(3.0).nats, 4)
    (4.0, 2.0794)
    """

    base: float

    def __new__(cls, value: float, base: float = 2.0) -> Self:
        self = super().__new__(cls, value)
        self.base = _checked(base)
        return self

    @classmethod
    def of_nats(cls, nats: float, *, base: float) -> Self:
        """An amount given in nats, in the unit of the base."""
        return cls(nats / math.log(_checked(base)), base)

    @property
    def unit(self) -> str:
        """The unit: bit, nat, hartley, or the base in words."""
        return UNITS.get(self.base, f"in base {self.base:g}")

    @property
    def nats(self) -> float:
        """The amount in nats."""
        return float(self) * math.log(self.base)

    @property
    def bits(self) -> float:
        """The amount in bits."""
        return float(self) * math.log2(self.base)

    def to(self, base: float) -> "Information":
        """The same amount in the unit of another base."""
        return Information.of_nats(self.nats, base=base)

    def __repr__(self) -> str:
        return f"{float(self)!r} {self.unit}"

    __str__ = __repr__


def _checked(base: float) -> float:
    if not (is_finite(base) and base > 1.0):
        raise OptionError(
            f"Information: base {base}. The base of the logarithm is a number above 1: 2 for "
            "bits, math.e for nats, 10 for hartleys."
        )
    return float(base)


@strict
def self_information(probability: float, *, base: float = 2.0) -> Information:
    """How much an event of this probability tells when it happens.

        I = - log p

    A certain event tells nothing; one that cannot happen would tell inf.
    Errors: DataError for a probability outside 0 to 1.

    >>> self_information(0.25)
    2.0 bit
    """
    p = float(probability)
    if not 0.0 <= p <= 1.0:
        raise DataError(f"self_information: probability {p}. It lies between 0 and 1.")
    return Information.of_nats(math.inf if p == 0.0 else abs(math.log(p)), base=base)


@strict
def entropy(p: ArrayLike, *, base: float = 2.0) -> Information:
    """The mean self-information of a distribution: its uncertainty.

        H(p) = - sum over i of p_i log p_i

    0 where one outcome is certain; largest, log n, where all n are equally likely.
    Shapes: p (outcomes,). Errors: DataError unless p is not negative and sums to 1.

    >>> entropy([0.5, 0.5]), entropy([0.5, 0.25, 0.25])
    (1.0 bit, 1.5 bit)
    """
    p = distribution("entropy", "p", p)
    return Information.of_nats(_cross(p, p), base=base)


@strict
def cross_entropy(p: ArrayLike, q: ArrayLike, *, base: float = 2.0) -> Information:
    """The mean length of messages about p in a code made for q.

        H(p, q) = - sum over i of p_i log q_i = H(p) + KL(p || q)

    inf where q rules out what p allows. With p one-hot it is the loss of a classifier.
    Shapes: p, q (outcomes,). Errors: DataError unless each sums to 1; ShapeError where they
    differ in length.

    >>> round(cross_entropy([0.5, 0.5], [0.25, 0.75]), 4)
    1.2075
    """
    p, q = _two("cross_entropy", p, q)
    return Information.of_nats(_cross(p, q), base=base)


@strict
def kl_divergence(p: ArrayLike, q: ArrayLike, *, base: float = 2.0) -> Information:
    """The Kullback-Leibler divergence: what using q in the place of p costs.

        KL(p || q) = sum over i of p_i log(p_i / q_i) = H(p, q) - H(p)

    At least 0, and 0 exactly where p = q (Gibbs' inequality): not always above 0, as is
    sometimes said. Not symmetric, so no distance. inf where q rules out what p allows.
    Shapes: p, q (outcomes,). Errors: as cross_entropy.
    Source: Kullback and Leibler, "On information and sufficiency", 1951.

    >>> kl_divergence([1.0, 0.0], [0.5, 0.5]), kl_divergence([0.5, 0.5], [0.5, 0.5])
    (1.0 bit, 0.0 bit)
    """
    p, q = _two("kl_divergence", p, q)
    return Information.of_nats(_divergence(p, q), base=base)


@strict
def js_divergence(p: ArrayLike, q: ArrayLike, *, base: float = 2.0) -> Information:
    """The Jensen-Shannon divergence: symmetric, and never above log 2.

        JS(p, q) = KL(p || m) / 2 + KL(q || m) / 2,  m = (p + q) / 2

    It is log 2 = 1 bit = 0.693 nat wherever p and q share no outcome, however far apart they
    are: its gradient is 0 there. Its square root is a distance.
    Shapes: p, q (outcomes,). Errors: as cross_entropy.
    Source: Lin, "Divergence measures based on the Shannon entropy", 1991.

    >>> js_divergence([1, 0, 0], [0, 1, 0]), js_divergence([1, 0], [0, 1], base=math.e)
    (1.0 bit, 0.6931471805599453 nat)
    """
    p, q = _two("js_divergence", p, q)
    # Halved one by one, as p + q of numbers near the smallest float must not differ from both.
    middle = p / 2.0 + q / 2.0
    nats = (_divergence(p, middle) + _divergence(q, middle)) / 2.0
    return Information.of_nats(nats, base=base)


@strict
def mutual_information(joint: ArrayLike, *, base: float = 2.0) -> Information:
    """What knowing one of two quantities tells about the other.

        I(X; Y) = sum over x, y of p(x, y) log(p(x, y) / (p(x) p(y))) = H(X) - H(X | Y)

    0 exactly where they are independent. Counts of pairs become `joint` by division by their
    sum. Shapes: joint (outcomes of X, outcomes of Y). Errors: as entropy.

    >>> mutual_information([[0.5, 0.0], [0.0, 0.5]]), mutual_information([[0.25, 0.25]] * 2)
    (1.0 bit, 0.0 bit)
    """
    p = distribution("mutual_information", "joint", joint, axes=2)
    return Information.of_nats(nats_shared(p), base=base)


@strict
def information_gain(classes: ArrayLike, feature: ArrayLike, *, base: float = 2.0) -> Information:
    """How much of the entropy of the classes goes away once a feature is known.

        H(class) - sum over v of p(v) H(class | feature = v)

    The mutual information of two labellings of the same samples: what decision trees split by.
    Shapes: classes, feature (samples,), integers, booleans or text.
    Errors: ShapeError where they differ in length; DataError for none.
    Source: Quinlan, "Induction of decision trees", 1986.

    >>> information_gain(["yes", "yes", "no", "no"], ["sun", "sun", "rain", "rain"])
    1.0 bit
    """
    counts = contingency(*label_pair("information_gain", classes, feature))
    return Information.of_nats(nats_shared(counts / counts.sum()), base=base)


def contingency(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.int64]:
    """How many samples have the label of the row in a, and the label of the column in b."""
    first, rows = np.unique(a, return_inverse=True)
    second, columns = np.unique(b, return_inverse=True)
    cells = np.bincount(rows * len(second) + columns, minlength=len(first) * len(second))
    return cells.reshape(len(first), len(second)).astype(np.int64)


def nats_shared(joint: Floats) -> float:
    """The mutual information of a joint distribution, in nats."""
    independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    return _divergence(joint.ravel(), independent.ravel())


def _two(name: str, p: ArrayLike, q: ArrayLike) -> tuple[Floats, Floats]:
    first = distribution(name, "p", p)
    second = distribution(name, "q", q)
    alike(name, first, second)
    return first, second


def _cross(p: Floats, q: Floats) -> float:
    seen = p > 0.0
    with np.errstate(divide="ignore"):
        # + 0.0: the entropy of a certain outcome is 0, not -0.
        return float(-np.sum(p[seen] * np.log(q[seen]))) + 0.0


def _divergence(p: Floats, q: Floats) -> float:
    seen = p > 0.0
    with np.errstate(divide="ignore"):
        total = float(np.sum(p[seen] * np.log(p[seen] / q[seen])))
    # Rounding may leave a sum of -1e-17 where the divergence is 0.
    return max(total, 0.0)

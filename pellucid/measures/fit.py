"""Bias and variance: what the errors on training and validation set say, and what helps.

fit_diagnosis   bias and variance of two errors, with remedies
FitDiagnosis    what it found; its text is a small table
"""

from dataclasses import dataclass

from pellucid.errors import OptionError
from pellucid.measures.checks import floats
from pellucid.strict import strict

BIAS_REMEDIES = (
    "a bigger network",
    "longer training, another optimizer or learning rate",
    "another architecture",
    "less regularisation",
)
VARIANCE_REMEDIES = (
    "more data, or augmentation",
    "regularisation: L2, dropout",
    "early stopping",
    "a smaller network",
    "another architecture",
)


@strict
@dataclass(frozen=True)
class FitDiagnosis:
    """Errors as fractions: `bias` = train - optimal, `variance` = validation - train.

    Each is high where it exceeds `tolerance`.
    """

    train: float
    validation: float
    optimal: float
    tolerance: float

    @property
    def bias(self) -> float:
        """By how much the training error exceeds the best that is possible."""
        return self.train - self.optimal

    @property
    def variance(self) -> float:
        """By how much the validation error exceeds the training error."""
        return self.validation - self.train

    @property
    def has_high_bias(self) -> bool:
        """Whether the model does not even fit the samples that it was trained on."""
        return self.bias > self.tolerance

    @property
    def has_high_variance(self) -> bool:
        """Whether it fits them much better than new ones."""
        return self.variance > self.tolerance

    @property
    def verdict(self) -> str:
        """In words: underfitting, overfitting, both or neither."""
        words = {
            (False, False): "low bias, low variance: a good fit",
            (True, False): "high bias: it underfits",
            (False, True): "high variance: it overfits",
            (True, True): "high bias and high variance: it underfits, and overfits what it fits",
        }
        return words[self.has_high_bias, self.has_high_variance]

    @property
    def remedies(self) -> tuple[str, ...]:
        """What helps, bias first: only what fits its training set can generalise."""
        against = (
            (self.has_high_bias, BIAS_REMEDIES),
            (self.has_high_variance, VARIANCE_REMEDIES),
        )
        return tuple(dict.fromkeys(r for is_high, found in against if is_high for r in found))

    def __str__(self) -> str:
        rows = (
            ("optimal error", self.optimal, ""),
            ("training error", self.train, f"bias {self.bias:+.1%}"),
            ("validation error", self.validation, f"variance {self.variance:+.1%}"),
        )
        lines = [f"{name:<16} {error:>6.1%}  {gap}".rstrip() for name, error, gap in rows]
        lines.append(self.verdict)
        return "\n".join([*lines, *(f"  try: {remedy}" for remedy in self.remedies)])


@strict
def fit_diagnosis(
    train: float, validation: float, *, optimal: float = 0.0, tolerance: float = 0.02
) -> FitDiagnosis:
    """What the error on the training set and that on the validation set say of a model.

        bias = train - optimal,  variance = validation - train

    `optimal`: the lowest error that is possible, such as that of people; with blurred images it
    may be 0.15, and then 0.15 on the training set is no bias. `tolerance`: above it, a gap is
    high. Errors are those of the same measure, taken in inference mode. A remedy reduces what
    it is against and never forbids it: too much regularisation underfits.

    Shapes: two numbers -> FitDiagnosis.
    Units:  fractions, 0.01 for 1 %.
    Errors: OptionError for a number outside 0..1.
    Source: Geman, Bienenstock and Doursat 1992, "Neural networks and the bias/variance dilemma".

    >>> print(fit_diagnosis(0.01, 0.11))
    optimal error      0.0%
    training error     1.0%  bias +1.0%
    validation error  11.0%  variance +10.0%
    high variance: it overfits
      try: more data, or augmentation
      try: regularisation: L2, dropout
      try: early stopping
      try: a smaller network
      try: another architecture
    """
    given = {
        "train": train,
        "validation": validation,
        "optimal": optimal,
        "tolerance": tolerance,
    }
    for name, error in given.items():
        if not 0.0 <= float(floats("fit_diagnosis", name, error)) <= 1.0:
            raise OptionError(
                f"fit_diagnosis: {name} is {error}. Errors are fractions from 0 to 1: 5 % is 0.05."
            )
    return FitDiagnosis(**{name: float(error) for name, error in given.items()})

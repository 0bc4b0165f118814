"""What decides whether a claim holds: a number beside its bound.

Verdict     one claim, its number, the bound, and whether it holds
at_most     a claim that holds for small numbers
at_least    one that holds for large ones
sign        what holds and what does not, read before the words
"""

from dataclasses import dataclass
from typing import Any, SupportsFloat

from pellucid.languages import said

LEAST = "at least"
MOST = "at most"


@dataclass(frozen=True)
class Verdict:
    """A claim as a number that decides it, and the bound that it is held to.

    `claim` says what the number is, as a text that was `marked`. `sense`: "at most", "at least".
    A nan holds to no bound.
    """

    claim: str
    value: float
    bound: float
    sense: str

    @property
    def holds(self) -> bool:
        """Whether the number keeps to its bound."""
        if self.sense == MOST:
            return self.value <= self.bound
        return self.value >= self.bound

    def __str__(self) -> str:
        """The claim with its number, in the language chosen.

        >>> print(at_most("error of the last step", 0.25, 0.5))
        error of the last step: 0.25 (at most 0.5)
        """
        found = {"claim": said(self.claim), "value": f"{self.value:.4g}"}
        bound = f"{self.bound:.4g}"
        if self.sense == MOST:
            return said("{claim}: {value} (at most {bound})", **found, bound=bound)
        return said("{claim}: {value} (at least {bound})", **found, bound=bound)

    def as_dict(self) -> dict[str, Any]:
        """For a program."""
        found = {"claim": said(self.claim), "value": self.value, "bound": self.bound}
        return found | {"sense": self.sense, "holds": self.holds}


def sign(holds: bool) -> str:
    """A sign for what holds, or does not.

    >>> sign(True), sign(False)
    ('✓', '✗')
    """
    return "✓" if holds else "✗"


def at_most(claim: str, value: SupportsFloat, bound: float) -> Verdict:
    """The claim that a number is at most `bound`.

    >>> at_most("x", 2.0, 1.0).holds, at_most("x", float("nan"), 1.0).holds
    (False, False)
    """
    return Verdict(claim, float(value), float(bound), MOST)


def at_least(claim: str, value: SupportsFloat, bound: float) -> Verdict:
    """The claim that a number is at least `bound`.

    >>> at_least("x", 2.0, 1.0).holds
    True
    """
    return Verdict(claim, float(value), float(bound), LEAST)

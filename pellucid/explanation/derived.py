"""What a derivation is made of: what each use hands back, and numbers that are checked.

Derived     a gradient with its terms, checks and routes
Term        what one use hands back: in symbols, in shapes, in numbers
Check       one number of the gradient beside its central difference
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.explanation.routes import Routes
from pellucid.explanation.rule_text import RuleText
from pellucid.graph import Node, Value


@dataclass(frozen=True)
class Term:
    """What the use as input number `position` of a node hands back: `part`, of the value's shape.

    None where it is a record, whose parts stand at the uses after it. `rule`: how it comes about.
    `jacobian`: the local derivative as a matrix, None where it has many numbers.
    """

    node: Node
    position: int
    part: Any
    rule: RuleText
    jacobian: Any = None

    @property
    def size(self) -> float:
        """The Euclidean length of what is handed back."""
        return 0.0 if self.part is None else float(np.linalg.norm(np.float64(self.part)))


@dataclass(frozen=True)
class Check:
    """The number of the gradient at `place`, and the central difference in float64.

    At a `kink` the slopes at both sides differ: the gradient is between them, or one of them.
    """

    place: tuple[int, ...]
    value: float
    gradient: float
    difference: float
    kink: bool

    @property
    def error(self) -> float:
        """How far they are apart."""
        return abs(self.gradient - self.difference)


@dataclass(frozen=True)
class Derived:
    """`array` and `gradient` of a value, the terms of the sum, checks, and the largest routes."""

    value: Value
    array: Any
    gradient: Any
    terms: tuple[Term, ...]
    checks: tuple[Check, ...]
    routes: Routes

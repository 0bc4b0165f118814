"""Rules: what an optimizer does to gradients and weights beside its own formula.

    Penalty          l1, l2 and decay of a group of parameters
    Proximal         l1 and l2 by their proximal step, which reaches exact zeros
    MaxNorm          the weights into each unit no longer than a limit
    GradientNoise    normal noise on gradients, less with every update

A rule says with `to(path, parameter)` which parameters it is for, so a group with options of
its own is a rule of its own. `weights_only` takes those with two axes or more: not biases, and
not the scales and shifts of norms. An `Optimizer` says when each part of a rule is done.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from pellucid.errors import OptionError
from pellucid.optim.clipping import shrunk
from pellucid.optim.schedules import check
from pellucid.random import Generator
from pellucid.refusals import Strict
from pellucid.strict import strict
from pellucid.tensor import Tensor
from pellucid.variables import Variable

Selection = Callable[[str, Variable], bool]


@strict
def weights_only(path: str, parameter: Variable) -> bool:
    """True for parameters with two axes or more: not for biases, and not for norms."""
    return parameter.ndim >= 2


@strict
def every(path: str, parameter: Variable) -> bool:
    """True for all parameters."""
    return True


@strict
@dataclass(frozen=True)
class Step:
    """One update: its number, 1 for the first, and its learning rate, both single numbers.

    `weight_decay`: that of the parameter at hand, all that is asked for it together.
    """

    number: Tensor
    learning_rate: Tensor
    weight_decay: float = 0.0


@dataclass(frozen=True, eq=False)
class Rule(Strict):
    """The base: a subclass changes the gradient, the weight before the update, or after it."""

    _: KW_ONLY
    to: Selection = field(default=weights_only, repr=False)

    def gradient(self, w: Tensor, g: Tensor, step: Step) -> Tensor:
        """The gradient that the optimizer's formula is given."""
        return g

    def before(self, w: Tensor, step: Step) -> Tensor:
        """The weight that the optimizer's formula is given."""
        return w

    def after(self, w: Tensor, step: Step) -> Tensor:
        """The weight after the update, from what the optimizer's formula gave."""
        return w

    def accept(self, path: str, parameter: Variable) -> None:
        """Refuse a parameter that the rule has no meaning for."""

    def variables(self) -> dict[str, Variable]:
        """What an exact resume needs, by name."""
        return {}


@dataclass(frozen=True, eq=False)
class Penalty(Rule):
    """Gradients of penalties, and decay apart from the gradient.

        g <- g + l2 w + l1 sign(w);    w <- w - learning_rate weight_decay w

    The penalties are l2/2 sum(w^2) (ridge), half the squared Frobenius norm of a matrix, and
    l1 sum(|w|) (lasso); both together are the elastic net. The step for l1 is a subgradient:
    it goes to and fro around 0 and rarely hits it; `Proximal` does. l2 and decay are the same
    for plain descent alone (weight_decay = l2); with momentum or adaptive steps they differ.
    Those of all weights are options of the optimizer; `to` chooses others, as `every`. Where
    in its formula decay stands, an optimizer says itself: `Optimizer.decayed`.
    Errors: OptionError for a number below 0.

    >>> biases = Penalty(l2=0.01, to=lambda path, parameter: path.endswith("bias"))
    """

    _: KW_ONLY
    to: Selection = field(repr=False)
    l1: float = 0.0
    l2: float = 0.0
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        for option in ("l1", "l2", "weight_decay"):
            check(type(self).__name__, option, getattr(self, option), zero=True)

    def gradient(self, w: Tensor, g: Tensor, step: Step) -> Tensor:
        """The gradient of loss and penalties."""
        if self.l2:
            g = g + w * self.l2
        if self.l1:
            g = g + w.sign() * self.l1
        return g


@dataclass(frozen=True, eq=False)
class Proximal(Rule):
    """After the update, the proximal step of l1 sum(|w|) + l2/2 sum(w^2).

        w <- sign(w) max(|w| - learning_rate l1, 0) / (1 + learning_rate l2)

    Weights that the loss needs less than l1 become exactly 0. l1 alone is the soft threshold
    of the lasso, both are the elastic net. With `SGD` this is proximal gradient descent and
    ends at the penalized minimum; with other optimizers it is, as decay is, the same for
    every weight whatever its steps, and ends elsewhere.
    Errors: OptionError for a number below 0.
    Source: Parikh and Boyd 2014, Proximal algorithms, sections 4.2 and 6.5.2.
    """

    l1: float = 0.0
    l2: float = 0.0

    def __post_init__(self) -> None:
        for option in ("l1", "l2"):
            check(type(self).__name__, option, getattr(self, option), zero=True)

    def after(self, w: Tensor, step: Step) -> Tensor:
        """The weight, drawn towards 0 and no further."""
        if self.l1:
            threshold = step.learning_rate * self.l1
            # Less what lies within the threshold: exactly 0 there, and never -0.
            w = w - w.maximum(-threshold).minimum(threshold)
        return w / (step.learning_rate * self.l2 + 1.0) if self.l2 else w


@dataclass(frozen=True, eq=False)
class MaxNorm(Rule):
    """After the update, the weights into each unit scaled by min(1, limit / their norm).

    Euclidean norms over `axis`: without it over axis 0 of matrices (in_features, units), so
    that each column is one unit. For a convolution say axis=(1, 2, 3), and `to`.
    Errors: OptionError for a limit not above 0, and for a weight of other than two axes
    without `axis`, or that has not these axes.
    Source: Srivastava et al. 2014, section 5.1, with limits of 3 to 4.
    """

    limit: float = 3.0
    axis: int | tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        check(type(self).__name__, "limit", self.limit)

    def after(self, w: Tensor, step: Step) -> Tensor:
        """The weight with no norm above the limit."""
        axis = 0 if self.axis is None else self.axis
        return shrunk([w], self.limit, axis)[0]

    def accept(self, path: str, parameter: Variable) -> None:
        """Refuse a parameter whose units are not known."""
        axis = 0 if self.axis is None else self.axis
        axes = axis if isinstance(axis, tuple) else (axis,)
        fits = all(-parameter.ndim <= axis < parameter.ndim for axis in axes)
        if not fits or (self.axis is None and parameter.ndim != 2):
            raise OptionError(
                f"MaxNorm: {path!r} of shape {parameter.shape} with axis {self.axis}. The norm "
                "is over the axes that lead into one unit: give `axis`, and with `to` the "
                "parameters that have it."
            )


@dataclass(frozen=True, eq=False)
class GradientNoise(Rule):
    """Normal noise on the gradient, after clipping: variance / t^decay at update t, from 1.

    By default for all parameters. The numbers come from a counter that a resumed run goes on
    with, as those of dropout.
    Errors: OptionError for a variance not above 0 or a decay below 0.
    Source: Neelakantan et al. 2015 (arXiv 1511.06807), equation 1, decay 0.55.
    """

    _: KW_ONLY
    to: Selection = field(default=every, repr=False)
    variance: float = 0.01
    decay: float = 0.55
    rng: Generator = field(repr=False)

    def __post_init__(self) -> None:
        check(type(self).__name__, "variance", self.variance)
        check(type(self).__name__, "decay", self.decay, zero=True)
        object.__setattr__(self, "rng", self.rng.child())

    def gradient(self, w: Tensor, g: Tensor, step: Step) -> Tensor:
        """The gradient and its noise."""
        spread = (step.number.log() * (-0.5 * self.decay)).exp() * math.sqrt(self.variance)
        return g + self.rng.normal(0.0, 1.0, g.shape, g.dtype) * spread

    def variables(self) -> dict[str, Variable]:
        """The number of draws."""
        return {"draws": self.rng.draws}


def weight_decay_of(rules: Iterable[Rule]) -> float:
    """The decay of a parameter that has these rules."""
    penalties = [rule for rule in rules if isinstance(rule, Penalty)]
    return sum(penalty.weight_decay for penalty in penalties)


def rules_of(name: str, rules: Any, parameters: dict[str, Variable]) -> dict[str, list[Rule]]:
    """The rules of each parameter, in their order."""
    for rule in rules:
        if not isinstance(rule, Rule):
            raise OptionError(
                f"{name}: {rule!r} among the rules. Give a sequence of Penalty, Proximal, "
                "MaxNorm, GradientNoise, or other subclasses of Rule."
            )
    chosen = {p: [r for r in rules if r.to(p, w)] for p, w in parameters.items()}
    for path, its_rules in chosen.items():
        for rule in its_rules:
            rule.accept(path, parameters[path])
    return chosen

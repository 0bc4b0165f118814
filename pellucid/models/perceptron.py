"""The perceptron: one unit that says yes or no, its learning rule, and logic gates made of it.

Perceptron       the unit; `learn` applies Rosenblatt's rule
Learning         what learning did
and_gate, nand_gate, or_gate    perceptrons with weights set by hand
Xor              three of these, in two layers: what no single one can do
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pellucid.arrays import ArrayLike
from pellucid.creation import stack
from pellucid.errors import DataError, OptionError, ShapeError
from pellucid.functional import step
from pellucid.nn.module import Module
from pellucid.strict import strict
from pellucid.tensor import Tensor
from pellucid.variables import Parameter

Floats = NDArray[np.float64]


@strict
@dataclass(frozen=True)
class Learning:
    """What learning did: `mistakes` in each pass over the samples; the last is 0 at success.

    Printed, it says so in a sentence.
    """

    mistakes: tuple[int, ...]
    samples: int

    @property
    def converged(self) -> bool:
        """Whether every sample is right."""
        return self.mistakes[-1] == 0

    def __str__(self) -> str:
        passes = f"{len(self.mistakes):,} pass{'es' if len(self.mistakes) > 1 else ''}"
        if self.converged:
            return f"All {self.samples:,} samples are right after {passes}."
        return (
            f"Not converged in {passes}: {self.mistakes[-1]:,} mistakes on {self.samples:,} "
            "samples in the last. Either no straight border separates the classes, as in XOR, and "
            "then no number of passes is enough: use a network with a hidden layer. Or the "
            "classes nearly touch: allow more passes."
        )


class Perceptron(Module):
    """A weighted sum, and yes where it is above 0.

        y = 1 if x w + b > 0 else 0

    The border between yes and no is a line for two features, a plane for three; each answer is
    a half of the space. -b is the threshold that the weighted sum must pass. The step has
    derivative 0 everywhere, so this unit learns by `learn`, not by gradients.

    Shapes: x (features,) or (batch, features) -> y () or (batch,), of 0 and 1.
    Start:  w = 0, b = 0, in float64.
    Errors: ShapeError where a sample does not have `features` numbers.
    Source: Rosenblatt, "The perceptron", Psychological Review 65, 1958.

    >>> unit = Perceptron(2)
    >>> print(unit.learn([[0, 0], [1, 0], [0, 1], [1, 1]], [0, 1, 1, 1]))
    All 4 samples are right after 4 passes.
    """

    def __init__(self, features: int) -> None:
        if features < 1:
            raise OptionError(f"Perceptron: {features} features. At least 1.")
        self.weight = Parameter(np.zeros(features))
        self.bias = Parameter(np.zeros(()))

    @classmethod
    def by_hand(cls, weight: ArrayLike, bias: float) -> Self:
        """A perceptron with these weights and this bias."""
        given = np.asarray(weight, np.float64)
        if given.ndim != 1:
            raise ShapeError(f"Perceptron: weight of shape {given.shape}. One number per feature.")
        unit = cls(len(given))
        unit.weight.assign(given)
        unit.bias.assign(np.float64(bias))
        return unit

    def forward(self, x: Tensor) -> Tensor:
        """1 where the weighted sum passes the threshold, else 0."""
        if x.shape[-1:] != self.weight.shape:
            raise ShapeError(
                f"x of shape {x.shape}. Its last axis must be the {self.weight.shape[0]} features."
            )
        return step((x.astype(self.weight.dtype) * self.weight).sum(axis=-1) + self.bias)

    def learn(
        self, x: ArrayLike, target: ArrayLike, *, learning_rate: float = 1.0, passes: int = 100
    ) -> Learning:
        """Show the samples one by one, and move the border after each mistake.

            w <- w + learning_rate (t - y) x,  b <- b + learning_rate (t - y)

        Goes on from the present weights until a pass has no mistake, or `passes` are over. If
        some border separates the classes, it is found after at most (R / margin)^2 mistakes
        from w = 0, b = 0, with R the length of the longest (x, 1); if none does, the rule
        never settles.

        Shapes: x (samples, features), target (samples,) of 0 and 1.
        Errors: ShapeError, DataError for samples that do not fit; OptionError for a learning
        rate not above 0, or fewer than 1 pass.
        Source: Rosenblatt 1958; the bound: Novikoff, "On convergence proofs on perceptrons",
        1962.
        """
        if not (np.isfinite(learning_rate) and learning_rate > 0.0):
            raise OptionError(f"Perceptron.learn: learning_rate {learning_rate}. Above 0.")
        if passes < 1:
            raise OptionError(f"Perceptron.learn: {passes} passes. At least 1.")
        samples, answers = _checked(x, target, self.weight.shape[0])
        w = self.weight.numpy()
        b = float(self.bias.item())
        mistakes: list[int] = []
        while len(mistakes) < passes and 0 not in mistakes[-1:]:
            w, b, wrong = _pass(samples, answers, w, b, learning_rate)
            mistakes.append(wrong)
        self.weight.assign(w)
        self.bias.assign(np.float64(b))
        return Learning(tuple(mistakes), len(samples))

    def describe(self) -> str:
        """Its size."""
        return str(self.weight.shape[0])


def _pass(
    x: Floats,
    t: Floats,
    w: Floats,
    b: float,
    rate: float,
) -> tuple[Floats, float, int]:
    """One pass over all samples: the weights after it, and the number of mistakes."""
    wrong = 0
    for sample, answer in zip(x, t, strict=True):
        error = answer - float(sample @ w + b > 0.0)
        if error:
            w = w + rate * error * sample
            b = b + rate * error
            wrong = wrong + 1
    return w, b, wrong


def _checked(x: ArrayLike, target: ArrayLike, features: int) -> tuple[Floats, Floats]:
    samples = np.asarray(x, np.float64)
    answers = np.asarray(target, np.float64)
    if samples.ndim != 2 or samples.shape[1] != features or answers.shape != samples.shape[:1]:
        raise ShapeError(
            f"Perceptron.learn: x of shape {samples.shape}, target of shape {answers.shape}. "
            f"x is (samples, {features}), with one target per sample."
        )
    if not len(samples):
        raise DataError("Perceptron.learn: no samples. Give at least one.")
    if not np.isfinite(samples).all():
        raise DataError("Perceptron.learn: x holds numbers that are not finite.")
    wrong = np.flatnonzero((answers != 0.0) & (answers != 1.0))
    if len(wrong):
        raise DataError(
            f"Perceptron.learn: target {answers[wrong[0]]:g} at sample {wrong[0]}. A target is "
            "1 for yes or 0 for no."
        )
    return samples, answers


@strict
def and_gate() -> Perceptron:
    """1 where both inputs are 1.

    >>> and_gate()(np.array([[0, 0], [1, 0], [0, 1], [1, 1]])).tolist()
    [0.0, 0.0, 0.0, 1.0]
    """
    return Perceptron.by_hand([0.5, 0.5], -0.7)


@strict
def nand_gate() -> Perceptron:
    """0 where both inputs are 1: every other gate, and so every computer, can be made of these.

    >>> nand_gate()(np.array([[0, 0], [1, 0], [0, 1], [1, 1]])).tolist()
    [1.0, 1.0, 1.0, 0.0]
    """
    return Perceptron.by_hand([-0.5, -0.5], 0.7)


@strict
def or_gate() -> Perceptron:
    """1 where at least one input is 1.

    >>> or_gate()(np.array([[0, 0], [1, 0], [0, 1], [1, 1]])).tolist()
    [0.0, 1.0, 1.0, 1.0]
    """
    return Perceptron.by_hand([0.5, 0.5], -0.2)


class Xor(Module):
    """1 where exactly one input is 1, from gates in two layers.

        y = AND(NAND(x), OR(x))

    No single perceptron does it: no line has (0, 1) and (1, 0) on one side, (0, 0) and (1, 1)
    on the other. The parity of n inputs takes n - 1 of these in a tree of depth log2 n: it is
    the depth that is O(log n), the gates are O(n). With one hidden layer it takes n threshold
    units, the k-th of which tells whether k inputs are 1, and 2^(n-1) of AND and OR alone.
    Shapes: x (2,) or (batch, 2) -> y () or (batch,).
    Source: Minsky and Papert, Perceptrons, 1969.

    >>> Xor()(np.array([[0, 0], [1, 0], [0, 1], [1, 1]])).tolist()
    [0.0, 1.0, 1.0, 0.0]
    """

    def __init__(self) -> None:
        self.nand = nand_gate()
        self.any = or_gate()
        self.both = and_gate()

    def forward(self, x: Tensor) -> Tensor:
        """The last gate, of the first two."""
        return self.both(stack([self.nand(x), self.any(x)], axis=-1))  # type: ignore[no-any-return]

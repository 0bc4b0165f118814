"""Several perceptrons side by side, one for each class, and the loss whose descent is their rule.

PerceptronClassifier           scores for each class
PerceptronClassifierOptions    its form: nothing to choose
perceptron_loss                how far the best score lies above that of the right class
"""

import math
from dataclasses import dataclass

from pellucid import nn
from pellucid.functional.activations import TensorLike, as_floats
from pellucid.functional.reduction import Reduction, Weights, by_class, reduce
from pellucid.functional.targets import class_target
from pellucid.models.catalogue import ModelKind
from pellucid.nn.init import Zeros
from pellucid.nn.module import Module
from pellucid.refusals import Strict
from pellucid.strict import strict
from pellucid.tensor import Tensor


@dataclass(frozen=True)
class PerceptronClassifierOptions(Strict):
    """Nothing to choose: features and classes say all."""


@strict
def perceptron_loss(
    scores: TensorLike,
    target: TensorLike,
    *,
    ignore_index: int | None = None,
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """How far the best score lies above that of the right class: 0 where the class is right.

        loss = max over c of s_c - s_t

    Its gradient is 1 at the class that was chosen, -1 at the right one, and 0 where these are
    the same: a step of descent with one sample is the perceptron's rule. Where several scores
    are largest, they share the 1. Options as for the losses in `pellucid.functional.losses`.

    Shapes: scores (..., classes), target (...) of class numbers, or (..., classes) one-hot
    -> (), or (...) for reduction "none". Errors: as cross_entropy.
    Source: Collins, "Discriminative training methods for hidden Markov models", 2002.

    >>> perceptron_loss([[2.0, 0.5], [1.0, 3.0]], [1, 1], reduction="none").tolist()
    [1.5, 0.0]
    """
    name = "perceptron_loss"
    s = as_floats(name, scores)
    wanted = class_target(name, s, target, ignore_index)
    s = wanted.counted(s)
    losses = s.max(axis=-1) - wanted.expected(wanted.choose(s, 0.0))
    weights = by_class(name, None, wanted, weights, losses.dtype)
    return reduce(name, losses, weights, reduction, wanted.kept)


class PerceptronClassifier(Module):
    """One weighted sum per class; the class of the largest is the answer.

        scores = x W + b

    What makes it a perceptron is how it learns: by `perceptron_loss`. With two classes the
    difference of its two columns is the weight of a `Perceptron`. The scores are no logits:
    softmax of them means little.

    Shapes: x (batch, features) or (batch, ...), which is flattened -> scores (batch, classes).
    Start:  W = 0, b = 0.
    Errors: ShapeError where a sample does not have `features` numbers.
    Source: Duda and Hart, Pattern Classification and Scene Analysis, 1973, section 5.12.
    """

    kind = ModelKind(
        "perceptron",
        "One perceptron per class, learning by the perceptron's rule.",
        PerceptronClassifierOptions,
        lambda form, _, __: PerceptronClassifier(form.features, form.classes),
        loss=perceptron_loss,
    )

    def __init__(self, features: int, classes: int) -> None:
        self.linear = nn.Linear(features, classes, initializer=Zeros())

    def forward(self, x: Tensor) -> Tensor:
        """Scores."""
        flat = x if x.ndim == 2 else x.reshape(x.shape[0], math.prod(x.shape[1:]))
        return self.linear(flat)  # type: ignore[no-any-return]

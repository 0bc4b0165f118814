"""Losses: one number that says how far predictions are from targets; lower is better.

    cross_entropy                               one class of several, from logits
    cross_entropy_from_probabilities            ... from probabilities
    binary_cross_entropy                        yes or no, from logits
    binary_cross_entropy_from_probabilities     ... from probabilities

Losses of numbers (squares, sizes, counts, quantiles, densities) are in `losses_of_numbers`,
further ones of classes (hinges, focal, divergence) in `losses_of_classes`, those of embeddings
in `losses_of_pairs`, and that of sequences without known alignment in `alignment`.

Logits are scores before softmax or sigmoid; use these forms to train, as they neither
overflow nor take the logarithm of a rounded 0. No loss broadcasts predictions against
targets: their shapes must fit. All take two options:

    reduction   "mean" (the default), "sum", or "none": one loss per sample
    weights     one number per sample, or per row of the first axis. The mean is then the
                weighted one, sum(w l) / sum(w); a weight of 0 leaves a sample out, and where
                all are 0, loss and gradients are 0

and those of classes a third, those that take ids of classes a fourth:

    class_weights   one number per class, for yes-or-no losses that of no and that of yes. A
                    sample counts with the weight of its class, sum of t c for soft targets,
                    times its own weight; the mean is the weighted one, as above
    ignore_index    an id, which may be none of the classes, such as -100: samples with it, as
                    those that fill up a sequence, count neither in the sum nor in what it is
                    divided by, whatever is predicted for them. Their losses are 0, and so is
                    that of a batch of nothing else

The gradient is that of the very number returned: with "mean", cross-entropy gives
(softmax - target) / batch. Logarithms are natural ones, so losses are in nats; measures with
`base=` are in `pellucid.measures`.
"""

from pellucid.errors import OptionError
from pellucid.functional.activations import TensorLike, as_floats
from pellucid.functional.reduction import (
    ClassWeights,
    Reduction,
    Weights,
    by_answer,
    by_class,
    recorded_by_name,
    reduce,
    yes_above,
)
from pellucid.functional.targets import answer_pair, check_unit, class_target, nothing_of
from pellucid.strict import strict
from pellucid.tensor import Tensor


@recorded_by_name
@strict
def cross_entropy(  # noqa: PLR0913 (options, each by name)
    logits: TensorLike,
    target: TensorLike,
    *,
    label_smoothing: float = 0.0,
    class_weights: ClassWeights = None,
    ignore_index: int | None = None,
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """- sum of t log softmax(logits) over the classes, the last axis.

    `target` is class ids (integers, without the class axis), or one-hot or soft targets (with
    it). With `label_smoothing` e, t becomes (1 - e) t + e / classes; class weights go by the
    target before that, where PyTorch weighs each class of the smoothed one. Smoothing brings no
    label back that is ignored.

    Shapes: logits (..., classes), target (...) or (..., classes) -> (), or (...) for "none".
    Errors: ShapeError where they do not fit; PositionError for an id outside the classes;
    OptionError for `ignore_index` with a target of numbers, which has no ids.
    Source: Szegedy et al. 2015 (arXiv 1512.00567), section 7, for the smoothing.

    >>> cross_entropy([[2.0, 0.0], [0.0, 0.0]], [0, 1], reduction="none")
    tensor([0.12692805, 0.6931472 ], float32)
    """
    name = "cross_entropy"
    x = as_floats(name, logits)
    wanted = class_target(name, x, target, ignore_index)
    x = wanted.counted(x)
    if not 0.0 <= label_smoothing <= 1.0:
        raise OptionError(f"{name}: label_smoothing {label_smoothing}. It lies between 0 and 1.")
    shifted = x - x.max(axis=-1, keepdims=True).stop_gradient()
    total = shifted.exp().sum(axis=-1).log()
    # Ids sum to 1 over the classes, so that the total need not be taken from every class.
    log_p = shifted if wanted.ids else shifted - total.expand_dims(-1)
    chosen = wanted.expected(wanted.choose(log_p, 0.0))
    if label_smoothing:
        chosen = chosen * (1.0 - label_smoothing) + log_p.mean(axis=-1) * label_smoothing
    losses = total - chosen if wanted.ids else -chosen
    weights = by_class(name, class_weights, wanted, weights, losses.dtype)
    return reduce(name, losses, weights, reduction, wanted.kept)


@recorded_by_name
@strict
def cross_entropy_from_probabilities(  # noqa: PLR0913 (options, each by name)
    probabilities: TensorLike,
    target: TensorLike,
    *,
    delta: float = 0.0,
    class_weights: ClassWeights = None,
    ignore_index: int | None = None,
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """- sum of t log(p + delta) over the classes, the last axis; 0 log 0 counts as 0.

    Exact by default, so a target that was given probability 0 costs inf. Textbooks add
    `delta=1e-7`, which caps the loss at -log 1e-7 = 16.1 and biases it a little.

    Shapes: probabilities (..., classes), target (...) of ids or (..., classes) -> (), or (...)
    for "none". Errors: as cross_entropy.

    >>> round(cross_entropy_from_probabilities([0.1, 0.6, 0.3], 1).item(), 6)
    0.510826
    """
    name = "cross_entropy_from_probabilities"
    p = as_floats(name, probabilities)
    wanted = class_target(name, p, target, ignore_index)
    p = wanted.counted(p)
    losses = -wanted.expected(wanted.choose(p + delta, 1.0, lambda p: p > 0.0).log())
    weights = by_class(name, class_weights, wanted, weights, losses.dtype)
    return reduce(name, losses, weights, reduction, wanted.kept)


@yes_above(0.0)
@recorded_by_name
@strict
def binary_cross_entropy(
    logits: TensorLike,
    target: TensorLike,
    *,
    class_weights: ClassWeights = None,
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """-[t log s + (1 - t) log(1 - s)] with s = sigmoid(logits), from the logits themselves.

        loss = log(1 + e^z) - t z = ([z > 0] - t) z + log(1 + e^-|z|)

    Shapes: logits and target the same (...), or logits (..., 1) and class ids (...) -> (), or
    (...) for "none".
    Errors: ShapeError where the shapes differ; DataError for a known target outside 0 to 1.

    >>> binary_cross_entropy([0.0, 100.0], [1.0, 0.0], reduction="none")
    tensor([  0.6931472, 100.       ], float32)
    """
    name = "binary_cross_entropy"
    z, t = answer_pair(name, logits, target)
    check_unit(name, t)
    positive = z > 0.0
    # Where the answer is certain and right, the first term is 0, and the second keeps its digits.
    losses = (positive.astype(z.dtype) - t) * z + positive.where(-z, z).exp().log1p()
    weights = by_answer(name, class_weights, t, weights)
    return reduce(name, losses, weights, reduction)


@yes_above(0.5)
@recorded_by_name
@strict
def binary_cross_entropy_from_probabilities(
    probabilities: TensorLike,
    target: TensorLike,
    *,
    delta: float = 0.0,
    class_weights: ClassWeights = None,
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """-[t log(p + delta) + (1 - t) log(1 - p + delta)]; 0 log 0 counts as 0.

    Exact by default, so being certain and wrong costs inf; `delta=1e-7` caps that.
    Shapes: probabilities and target the same (...), or probabilities (..., 1) and class ids
    (...) -> (), or (...) for "none".
    Errors: ShapeError where the shapes differ; DataError for a known target outside 0 to 1.

    >>> binary_cross_entropy_from_probabilities([0.5, 0.5], [1.0, 0.0], reduction="none")
    tensor([0.6931472, 0.6931472], float32)
    """
    name = "binary_cross_entropy_from_probabilities"
    p, t = answer_pair(name, probabilities, target)
    check_unit(name, t)
    yes = nothing_of(t, p + delta > 0.0).where(1.0, p + delta).log() * t
    no = nothing_of(1.0 - t, p - delta < 1.0).where(0.0, delta - p).log1p() * (1.0 - t)
    losses = -(yes + no)
    weights = by_answer(name, class_weights, t, weights)
    return reduce(name, losses, weights, reduction)

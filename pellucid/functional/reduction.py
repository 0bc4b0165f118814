"""From the losses of all samples to one number: weights, and how they are reduced.

recorded_by_name    a loss whose operations are recorded under its name
of_embeddings       a loss of places in a space; takes_embeddings, whether a loss is one
yes_above           a loss of yes or no, and from which score on it is yes; threshold_of a loss
by_class            weights of samples, from weights of their classes
by_answer           ... of no and of yes
told                an error of such a loss, with where its outputs come from
reduce              the losses of all samples, weighted, as one number
spread              weights with the axes of the losses
weighed             inside, what means of losses are divided by is kept
"""

import functools
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Literal, ParamSpec, TypeVar

from pellucid.creation import stack
from pellucid.errors import OptionError, ShapeError, closest
from pellucid.functional.activations import TensorLike
from pellucid.functional.targets import ClassTarget, as_numbers, is_finite, nothing_of
from pellucid.primitives.base import DType
from pellucid.recordings import depth
from pellucid.scopes import scope
from pellucid.tensor import Tensor, tensor

Reduction = Literal["mean", "sum", "none"]
REDUCTIONS = ("mean", "sum", "none")
Weights = TensorLike | None
ClassWeights = TensorLike | Sequence[float] | None

P = ParamSpec("P")
Loss = TypeVar("Loss", bound=Callable[..., Any])


class _Weighed(threading.local):
    divisors: list[Tensor | float] | None = None


_weighed = _Weighed()


@contextmanager
def weighed() -> Iterator[list[Tensor | float]]:
    """What each mean of losses that is taken inside is divided by: their count, or weight."""
    found: list[Tensor | float] = []
    outer = _weighed.divisors
    _weighed.divisors = found
    try:
        yield found
    finally:
        _weighed.divisors = outer


def recorded_by_name(loss: Callable[P, Tensor]) -> Callable[P, Tensor]:
    """The loss, with its operations recorded under its name, as those of a layer are."""

    @functools.wraps(loss)
    def recorded(*arguments: P.args, **options: P.kwargs) -> Tensor:
        with scope(loss.__name__):
            try:
                return loss(*arguments, **options)
            except ShapeError as error:
                given: list[Any] = [*arguments, *options.values()]  # outputs and targets come first
                if len(given) > 1:
                    told(error, recorded, given[0], given[1])
                raise

    return recorded


def told(
    error: ShapeError, loss: Callable[..., Any], outputs: TensorLike, targets: TensorLike
) -> ShapeError:
    """The error, with where outputs that do not fit come from, and what mends it, if it is known.

    Inside a model nothing is added: what leaves the model is told with all of it.
    """
    if not error.is_told and depth() == 0:
        # Whatever goes wrong in explaining an error must not hide it.
        with suppress(Exception):
            from pellucid.misfits import explain_outside  # on use: what fits pays nothing

            y, t = (x if isinstance(x, Tensor) else tensor(x) for x in (outputs, targets))
            explain_outside(error, loss, y, t)
    return error


def yes_above(threshold: float) -> Callable[[Loss], Loss]:
    """A loss of one score a sample, whose class is 1 where the score is above the threshold."""

    def marked(loss: Loss) -> Loss:
        vars(loss)["threshold"] = threshold
        return loss

    return marked


def of_embeddings(loss: Loss) -> Loss:
    """A loss of places in a space, not of scores: of whatever number of outputs."""
    vars(loss)["embeds"] = True
    return loss


def takes_embeddings(loss: Callable[..., Tensor]) -> bool:
    """Whether outputs are places in a space, also for a loss with options."""
    return getattr(_itself(loss), "embeds", False)


def _itself(loss: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The loss without options."""
    while isinstance(loss, functools.partial):
        loss = loss.func
    return loss


def threshold_of(loss: Callable[..., Tensor]) -> float | None:
    """The threshold of a loss of yes or no, also with options; None where it says none.

    >>> from functools import partial
    >>> from pellucid.functional import binary_cross_entropy, cross_entropy
    >>> threshold_of(partial(binary_cross_entropy, class_weights=[1, 2]))
    0.0
    >>> threshold_of(cross_entropy)
    """
    found: float | None = getattr(_itself(loss), "threshold", None)
    return found


def by_class(
    name: str, of_class: ClassWeights, target: ClassTarget, weights: Weights, dtype: DType
) -> Weights:
    """Weights of samples: sum of t times the weight of the class, times their own weights.

    Samples to be ignored have none.
    """
    found = [] if of_class is None else [_of_classes(name, of_class, target, dtype)]
    if target.kept is not None:
        found.append(target.kept.astype(dtype))
    if not found:
        return weights
    of_sample = found[0] if len(found) == 1 else found[0] * found[1]
    if weights is None:
        return of_sample
    return of_sample * spread(name, weights, of_sample)


def _of_classes(
    name: str,
    of_class: ClassWeights,
    target: ClassTarget,
    dtype: DType,
) -> Tensor:
    wanted = of_class if isinstance(of_class, Tensor) else tensor(of_class)
    classes = target.t.shape[-1:]
    if wanted.shape != classes:
        raise ShapeError(
            f"{name}: class_weights of shape {wanted.shape} for {classes[0]} classes. Give one "
            f"weight per class: shape {classes}."
        )
    spread = wanted.astype(dtype).broadcast_to(target.t.shape)
    return target.expected(target.choose(spread, 0.0))


def by_answer(name: str, of_answer: ClassWeights, t: Tensor, weights: Weights) -> Weights:
    """Weights of samples from those of no and of yes, for a target from 0 (no) to 1 (yes)."""
    if of_answer is None:
        return weights
    both = ClassTarget(stack([1.0 - t, t], axis=-1), ids=False)
    return by_class(name, of_answer, both, weights, t.dtype)


def reduce(
    name: str, losses: Tensor, weights: Weights, reduction: str, kept: Tensor | None = None
) -> Tensor:
    """The losses of all samples, weighted, as the reduction says; 0 for those not `kept`."""
    if reduction not in REDUCTIONS:
        raise OptionError(f"{name}: reduction {reduction!r}. {closest(reduction, REDUCTIONS)}")
    if weights is None:
        if reduction == "none":
            return losses
        if reduction == "sum":
            return losses.sum()
        if _weighed.divisors is not None:
            _weighed.divisors.append(float(losses.size))
        return losses.mean()
    w = spread(name, weights, losses)
    # A sample that is ignored or has a weight of 0 may have a loss of inf or nan.
    losses = losses if kept is None else kept.where(losses, 0.0)
    weighted = w * nothing_of(w, is_finite(losses)).where(0.0, losses)
    if reduction == "none":
        return weighted
    return weighted.sum() if reduction == "sum" else _weighted_mean(weighted, w)


def _weighted_mean(weighted: Tensor, w: Tensor) -> Tensor:
    """sum(w l) / sum(w); 0, with gradients of 0, where all weights are 0: nothing was asked."""
    copies = weighted.size / max(w.size, 1)
    nothing = w.abs().sum() == 0.0
    total = nothing.where(1.0, w.sum() * copies)
    if _weighed.divisors is not None:
        _weighed.divisors.append(nothing.where(0.0, total))
    return nothing.where(0.0, weighted.sum() / total)


def spread(name: str, weights: TensorLike, losses: Tensor) -> Tensor:
    """Weights with the axes of the losses: one per loss, or one per row."""
    w = as_numbers(losses, weights)
    if w.shape == losses.shape:
        return w
    if w.shape != losses.shape[:1]:
        raise ShapeError(
            f"{name}: weights of shape {w.shape} for losses of shape {losses.shape}. Give "
            f"one weight per loss, or one per row: shape {losses.shape[:1]}."
        )
    return w.reshape(*w.shape, *(1,) * (losses.ndim - 1))

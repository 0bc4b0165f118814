"""Batches that are mixed: which data and losses they suit, and their targets.

check_mixing    refuse a mixture that would have no meaning
mixed           inputs of a model, and the loss of what it makes of them
"""

from collections.abc import Callable

from pellucid.augment.mixing import Mixing, Shares
from pellucid.class_ids import one_hot
from pellucid.data import Dataset
from pellucid.errors import OptionError
from pellucid.functional.reduction import threshold_of
from pellucid.primitives.base import FLOATS
from pellucid.tensor import Tensor
from pellucid.train.measurements.judging import name_of
from pellucid.train.measurements.terms import terms_of

# What each of these asks of a target has no meaning between two of them.
OF_IDS = ("batch_hard_triplet", "ctc_loss", "hinge_loss", "multiclass_hinge", "perceptron_loss")


def check_mixing(mixing: Mixing, data: Dataset, loss: Callable[..., Tensor]) -> None:
    """Raise OptionError for samples or a loss that cannot be mixed."""
    kind = type(mixing).__name__
    why = ""
    if data.vocabulary:
        why = f"{data.name!r} has ids as features, and between two ids there is none"
    elif data.further:
        why = f"{data.name!r} has several inputs, and what is between two of them is not known"
    elif terms_of(loss)[0].name:
        why = f"{data.name!r} has several targets, and which of them are mixed is not said"
    elif name_of(loss) in OF_IDS:
        why = f"{name_of(loss)} takes one class for each sample, and a mixture has parts of two"
    if why:
        raise OptionError(
            f"Trainer: mixing={kind}(...), but {why}. Leave mixing out; it suits samples of "
            "numbers, and losses such as cross_entropy, which take probabilities of classes."
        )


def mixed(
    mixing: Mixing, loss: Callable[..., Tensor], inputs: tuple[Tensor, ...]
) -> tuple[tuple[Tensor, ...], Callable[..., Tensor]]:
    """The mixed inputs of a model, and the loss of its outputs, whose targets are mixed alike."""
    x, shares = mixing.mix(inputs[0])

    def mixed_loss(outputs: Tensor, targets: Tensor, **weights: Tensor) -> Tensor:
        wanted = _targets(shares, loss, outputs, targets)
        return loss(outputs, wanted, **{name: shares.of(w) for name, w in weights.items()})

    return (x,), mixed_loss


def _targets(
    shares: Shares, loss: Callable[..., Tensor], outputs: Tensor, targets: Tensor
) -> Tensor:
    """Mixed targets: numbers as they are, ids as a number for each class, no and yes as 0 and 1."""
    if targets.dtype in FLOATS:
        return shares.of(targets)
    if threshold_of(loss) is not None:
        return shares.of(targets.astype(outputs.dtype)).reshape(outputs.shape)
    return shares.of(one_hot(targets, outputs.shape[-1], dtype=outputs.dtype))

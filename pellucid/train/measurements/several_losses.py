"""The loss of a model with several outputs: a weighted sum of one for each.

Losses    L = sum over the outputs of weight * loss(output, target)
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from pellucid.data import Dataset
from pellucid.errors import OptionError, closest, some
from pellucid.refusals import Strict, shown
from pellucid.tensor import Tensor
from pellucid.train.measurements.judging import name_of
from pellucid.train.measurements.terms import LossTerm, named_outputs, terms_of, total


class Losses(Strict):
    """A loss for each output of a model, by name, and their weighted sum.

        L = sum over the outputs of weights[name] * losses[name](output, target)

    The model gives its outputs as a dict by these names, or as a tuple in their order; the data
    have a target for each, `from_arrays(x, {"kind": kinds, "box": boxes})`. `weights`: 1 for
    those left out; 0 measures a loss without training on it. Each is also measured by itself, as
    `kind_loss`. Weights of samples count in every one.

    Errors: OptionError for no losses, names that are no words, what is no loss, and weights that
    are negative, not finite, all 0, or of no loss.

    >>> from pellucid.functional import cross_entropy, mean_squared_error
    >>> Losses({"kind": cross_entropy, "box": mean_squared_error}, weights={"box": 0.5})
    Losses(kind=cross_entropy, box=0.5 * mean_squared_error)
    """

    def __init__(
        self,
        losses: Mapping[str, Callable[..., Tensor]],
        weights: Mapping[str, float] | None = None,
    ) -> None:
        _check_losses(losses)
        weights = {} if weights is None else weights
        _check_weights(losses, weights)
        self.terms = tuple(
            LossTerm(n, loss, float(weights.get(n, 1.0))) for n, loss in losses.items()
        )

    def __call__(self, outputs: Any, targets: Mapping[str, Any], **weights: Any) -> Tensor:
        """The sum. Errors: ShapeError for other outputs than there are losses for."""
        named = named_outputs(self, outputs)
        found: Tensor = total(self.terms, [t.of(named, targets, weights) for t in self.terms])
        return found

    def __repr__(self) -> str:
        parts = []
        for term in self.terms:
            factor = "" if term.weight == 1.0 else f"{term.weight:g} * "
            parts.append(f"{term.name}={factor}{name_of(term.loss)}")
        return f"Losses({', '.join(parts)})"


def _check_losses(losses: Any) -> None:
    named = isinstance(losses, Mapping) and bool(losses)
    if not named or not all(isinstance(n, str) and n.isidentifier() for n in losses):
        raise OptionError(
            f"Losses: losses are {shown(losses)}. They are losses by the names of the outputs: "
            '{"kind": cross_entropy, "box": mean_squared_error}.'
        )
    for name, loss in losses.items():
        if isinstance(loss, type) or not callable(loss):
            raise OptionError(
                f"Losses: the loss of {name!r} is {shown(loss)}. It is a function of outputs and "
                "targets, such as pellucid.functional.cross_entropy."
            )


def _check_weights(losses: Mapping[str, Any], weights: Any) -> None:
    if not isinstance(weights, Mapping):
        raise OptionError(
            f"Losses: weights are {shown(weights)}. They are numbers by the names of the outputs: "
            f"{{{next(iter(losses))!r}: 0.5}}."
        )
    for name, weight in weights.items():
        if name not in losses:
            raise OptionError(f"Losses: a weight for {name!r}. {closest(str(name), losses)}")
        sound = isinstance(weight, int | float) and math.isfinite(weight) and weight >= 0
        if not sound or isinstance(weight, bool):
            raise OptionError(
                f"Losses: the weight of {name!r} is {shown(weight)}. Weights are finite and not "
                "negative; 0 measures a loss without training on it."
            )
    if all(weights.get(name, 1.0) == 0 for name in losses):
        raise OptionError("Losses: all weights are 0. At least one loss must count.")


def check_targets_of(loss: Any, data: Dataset) -> None:
    """Raise OptionError unless there is one loss for each target of the data, by its name."""
    losses = [term.name for term in terms_of(loss)]
    targets = list(data.by_target(data.target_arrays)) if data.target_name else []
    if targets and losses == [""]:
        raise OptionError(
            f"Trainer: {data.name!r} has {len(targets)} targets, {some(targets)}, and there is one "
            f"loss. Give one for each: train.Losses({{{targets[0]!r}: ...}})."
        )
    if losses != [""] and not targets:
        raise OptionError(
            f"Trainer: losses for {some(losses)}; {data.name!r} has one target without a name. "
            f"Give it a target for each: from_arrays(x, {{{losses[0]!r}: ...}})."
        )
    if losses != [""] and set(losses) != set(targets):
        raise OptionError(
            f"Trainer: {len(losses)} losses, for {some(losses)}; {data.name!r} has "
            f"{len(targets)} targets, {some(targets)}. Each target needs one loss, by its name: a "
            "weight of 0 measures it alone, and from_arrays takes as many targets as are learned."
        )

"""The losses that are trained on: one, or a weighted sum with one for each output of a model.

LossTerm        a loss of one output, and its weight in the sum
LossOfOutput    that such a loss is measured, by its own name
terms_of        the terms of a loss: one for what is no sum
total           their weighted sum; by_column, the losses by their names
named_outputs   outputs of a model by the names of the losses
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pellucid.errors import ShapeError
from pellucid.refusals import Strict
from pellucid.tensor import Tensor

ALONE = ""  # the name of the output of a model that has no other


@dataclass(frozen=True)
class LossTerm(Strict):
    """The loss of one output, by its name, and what it counts in the sum."""

    name: str
    loss: Callable[..., Tensor]
    weight: float = 1.0

    @property
    def column(self) -> str:
        """What it is called where it is measured."""
        return f"{self.name}_loss" if self.name else "loss"

    def of(self, outputs: Any, targets: Any, weights: Mapping[str, Tensor]) -> Tensor:
        """The loss, without its weight in the sum; of several outputs and targets by name."""
        if self.name == ALONE:
            return self.loss(outputs, targets, **weights)
        return self.loss(outputs[self.name], targets[self.name], **weights)

    def weighted(self, loss: Any) -> Any:
        """A value of the loss as it counts in the sum."""
        return loss if self.weight == 1.0 else loss * self.weight


@dataclass(frozen=True)
class LossOfOutput(Strict):
    """The loss of one of several outputs, as a measure beside their sum."""

    output: str
    higher_is_better: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """As of the term."""
        return f"{self.output}_loss"


def terms_of(loss: Any) -> tuple[LossTerm, ...]:
    """The terms of a loss."""
    found: tuple[LossTerm, ...] = getattr(loss, "terms", ()) or (LossTerm(ALONE, loss),)
    return found


def total(terms: tuple[LossTerm, ...], losses: Any) -> Any:
    """The sum of the losses of terms, weighted; those of weight 0 have no part in it."""
    pairs = zip(terms, losses, strict=True)
    found = [term.weighted(loss) for term, loss in pairs if term.weight]
    result = found[0]
    for each in found[1:]:
        result = result + each
    return result


def by_column(terms: tuple[LossTerm, ...], losses: Any) -> dict[str, Any]:
    """The losses by their names, where they are several."""
    if len(terms) == 1 and not terms[0].name:
        return {}
    return {term.column: loss for term, loss in zip(terms, losses, strict=True)}


def named_outputs(loss: Any, outputs: Any) -> Any:
    """The outputs by the names of the losses, in their order; one alone as it is.

    Errors: ShapeError where there are not as many outputs, or they have other names.
    """
    names = [term.name for term in terms_of(loss)]
    if names == [ALONE]:
        if isinstance(outputs, tuple | list | dict):
            raise ShapeError(
                f"Trainer: the model gave {_counted(outputs)}, and there is one loss. Give a loss "
                'for each: train.Losses({"kind": cross_entropy, "box": mean_squared_error}).'
            )
        return outputs
    if isinstance(outputs, Mapping) and set(outputs) == set(names):
        return {name: outputs[name] for name in names}
    if isinstance(outputs, tuple | list) and len(outputs) == len(names):
        return dict(zip(names, outputs, strict=True))
    raise ShapeError(
        f"Trainer: the model gave {_counted(outputs)}; there are {len(names)} losses, for "
        f"{', '.join(names)}. It must give one output for each: a dict by these names, or a tuple "
        "in this order."
    )


def _counted(outputs: Any) -> str:
    if isinstance(outputs, Mapping):
        return f"{len(outputs)} outputs, {', '.join(map(str, outputs))}"
    if isinstance(outputs, tuple | list):
        return f"{len(outputs)} outputs in a {type(outputs).__name__}"
    return "one output"

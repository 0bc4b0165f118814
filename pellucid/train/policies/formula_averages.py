"""Averages that belong to an optimizer's formula: what is measured, kept and saved is they.

averages_of         those of an optimizer, or those that the options ask for
FormulaAverages     an optimizer's own, which its updates move
"""

from collections.abc import Mapping
from typing import Any

from pellucid.errors import OptionError
from pellucid.state import copies
from pellucid.tensor import holding
from pellucid.train.policies.averaging import Averages, Averaging
from pellucid.variables import Variable, assign_all


def averages_of(model: Any, optimizer: Any, rule: Averaging | None) -> Averages | None:
    """The averages that a model is measured with, where there are some.

    Errors: OptionError where both optimizer and options have them.
    """
    own: Mapping[str, Variable] = getattr(optimizer, "averages", dict)()
    if not own:
        return None if rule is None else rule.of(model, optimizer)
    if rule is not None:
        raise OptionError(
            f"Trainer: average is {rule}, with {type(optimizer).__name__}, whose formula has an "
            "average of its own, which is what is measured and kept: leave average out."
        )
    return FormulaAverages(model, optimizer, own)


class FormulaAverages(Averages):
    """The averages of an optimizer's formula, for the parameters of a model that it has.

    Buffers, as the running statistics of batch norm, are those of the last update.
    """

    def __init__(self, model: Any, optimizer: Any, own: Mapping[str, Variable]) -> None:
        by_parameter = {w: own[path] for path, w in optimizer.parameters.items() if path in own}
        variables = model.variables()
        self._steps = optimizer.steps
        self._of = {path: w for path, w in variables.items() if w in by_parameter}
        self._averages = {path: by_parameter[w] for path, w in self._of.items()}

    def variables(self) -> dict[str, Variable]:
        """The averages by the model's paths; what else a resume needs is the optimizer's."""
        return dict(self._averages)

    def begin(self) -> None:
        """Be the weights as they are, where no update was made yet."""
        if not self._steps.present():
            now = copies(self._of)
            assign_all({self._averages[path]: holding(array) for path, array in now.items()})

    def follow(self) -> None:
        """Nothing: the update has moved them."""

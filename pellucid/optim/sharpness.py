"""Descent on the worst loss nearby, around any optimizer.

SAM     the gradient at the end of a short way uphill, for the update at its start
"""

from collections.abc import Callable, Mapping
from typing import Any

from pellucid.errors import OptionError
from pellucid.optim.clipping import Gradients, dot, widest
from pellucid.optim.optimized import Missed, constant
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.schedules import check
from pellucid.refusals import Strict, shown
from pellucid.scopes import scope
from pellucid.state import State
from pellucid.strict import strict
from pellucid.tensor import Tensor
from pellucid.variables import Variable, assign_all


class SAM(Strict):
    """An optimizer that is given the gradients at the worst weights nearby.

        e = rho g / |g|,    g: the gradient at w, |g|: its norm over all parameters together
        w: the optimizer's update of w, with the gradient at w + e

    `SAM(Adam(model.parameters()), rho=0.05)` stands where the optimizer stood. A step computes
    the loss and its gradients twice; clipping, penalties, decay and rules are the optimizer's, of
    the second gradients. Where g is 0, e is. It needs to compute the loss again, and so takes a
    function in the place of a loss: `sam.minimize_by(lambda: loss(model(x), t))`; a `Trainer`
    does. The loss that is written down is that at w. What the loss moves beside weights, as the
    statistics of batch norm and the counts of draws, is moved by both.
    Errors: OptionError for what is no optimizer, a rho not above 0, and for `minimize`.
    Source: Foret et al. 2020 (arXiv 2010.01412), algorithm 1, with p = 2.
    """

    @strict
    def __init__(self, optimizer: Optimizer, rho: float = 0.05) -> None:
        if not isinstance(optimizer, Optimizer):
            raise OptionError(
                f"SAM: optimizer is {shown(optimizer)}. It is made first: "
                "SAM(pellucid.optim.Adam(model.parameters()))."
            )
        if optimizer.averages():
            raise OptionError(
                f"SAM: {type(optimizer).__name__}, whose parameters are no weights that a model is "
                "used with: the worst weights near them say nothing. Use another optimizer."
            )
        check("SAM", "rho", rho)
        self.optimizer = optimizer
        self.rho = rho

    def __repr__(self) -> str:
        return f"SAM({self.optimizer!r}, rho={self.rho})"

    @strict
    def minimize_by(self, compute: Callable[[], Tensor]) -> None:
        """One update of every parameter, from what computes the loss."""
        self.update_by(lambda: self.gradients(compute()))

    @strict
    def update_by(self, find: Callable[[], Gradients]) -> None:
        """The same from what finds the gradients at the weights as they are."""
        parameters = self.optimizer.parameters
        uphill = find()
        before = {path: constant(parameters[path].read()) for path in uphill}
        with scope("way uphill", absolute=True):
            factor = _share(uphill, self.rho)
            worst = {p: w + uphill[p] * factor.astype(w.dtype) for p, w in before.items()}
        _assign(parameters, worst)
        try:
            there = find()
        finally:
            _assign(parameters, before)
        self.optimizer.apply(there)

    @strict
    def minimize(self, loss: Tensor) -> None:
        """An error: a loss that is computed already cannot be computed at other weights."""
        raise OptionError(
            "SAM: minimize(loss). It needs the loss at two places: give what computes it, "
            "sam.minimize_by(lambda: loss_of(model(x), targets))."
        )

    # ---- what the optimizer has -----------------------------------------------------------

    @property
    def parameters(self) -> dict[str, Variable]:
        """Those of the optimizer, by path."""
        return self.optimizer.parameters

    @property
    def learning_rate(self) -> Any:
        """That of the optimizer."""
        return self.optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.optimizer.learning_rate = value

    @property
    def steps(self) -> Variable:
        """How many updates were made."""
        return self.optimizer.steps

    @property
    def slots(self) -> Mapping[str, Mapping[str, Variable]]:
        """The optimizer's states of parameters."""
        return self.optimizer.slots

    @property
    def missed(self) -> Missed:
        """What the optimizer knows of updates that frozen parameters missed."""
        return self.optimizer.missed

    @property
    def groups(self) -> Any:
        """The groups of the optimizer."""
        return self.optimizer.groups

    def rates(self) -> dict[str, Any]:
        """All learning rates of the optimizer, by name."""
        return self.optimizer.rates()

    @strict
    def gradients(self, loss: Tensor) -> Gradients:
        """The gradients of a loss, as the optimizer finds them."""
        return self.optimizer.gradients(loss)

    @strict
    def apply(self, gradients: Mapping[str, Tensor]) -> None:
        """One update of the optimizer with gradients of your own, as it makes it."""
        self.optimizer.apply(gradients)

    def variables(self) -> dict[str, Variable]:
        """What an exact resume needs, by name: the optimizer's."""
        return self.optimizer.variables()

    def state_dict(self) -> State:
        """Copies of all arrays that an exact resume needs, by name."""
        return self.optimizer.state_dict()

    @strict
    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take the arrays of such a state. Errors: as `Optimizer.load_state_dict`."""
        self.optimizer.load_state_dict(state)


def _share(gradients: Gradients, rho: float) -> Tensor:
    """rho / the norm of all gradients together; 0 where it is 0."""
    norm = dot(gradients, gradients, widest(gradients.values())).sqrt()
    is_flat = norm == 0.0
    return is_flat.where(0.0, rho / is_flat.where(1.0, norm))


def _assign(parameters: Mapping[str, Variable], values: Gradients) -> None:
    assign_all({parameters[path]: value for path, value in values.items()})

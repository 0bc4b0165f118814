"""What all optimizers share: the loop over parameters, clipping, rules, state.

Optimizer    the base: a subclass defines `start` and `update`
"""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, fields
from typing import Any

import numpy as np

from pellucid.autodiff import gradients
from pellucid.errors import GradientError, OptionError
from pellucid.optim.clipping import Clipping, Gradients, widest
from pellucid.optim.optimized import (
    RATE,
    Missed,
    assign_rate,
    checked,
    checked_loss,
    constant,
    follow,
    kept_rate,
    rate_before,
    thawed,
)
from pellucid.optim.rules import Penalty, Rule, Step, rules_of, weight_decay_of, weights_only
from pellucid.optim.schedules import Schedule, check
from pellucid.optim.untrained_variables import hold, tell_unheld
from pellucid.origins import has_origin
from pellucid.primitives.base import DType
from pellucid.recordings import is_recording
from pellucid.refusals import Strict, refuse_setting
from pellucid.scopes import scope
from pellucid.state import State, copies, restore
from pellucid.tensor import Tensor, ones_like
from pellucid.variables import Buffer, Variable, assign_all

Slots = dict[str, Tensor]
Updated = tuple[Tensor, Slots]  # a parameter, and the slots beside it


@dataclass(eq=False)
class Optimizer(Strict):
    """Changes parameters so that a loss falls.

    `parameters` are named variables, as `model.parameters()` gives them. `learning_rate` is a
    number, then kept as a variable that may be assigned at any time, or a `Schedule`. One
    update does, in this order:

        1.  g = gradient of the loss
        2.  g = clip(g), where `clip` is given: penalties are not clipped
        3.  g = g + l2 w + l1 sign(w): the gradients of l2/2 sum(w^2) and of l1 sum(|w|);
            then what each of `rules` does to gradients, in their order
        4.  w = w - learning_rate weight_decay w: decay, apart from the gradient; then what
            the rules do to weights before the update
        5.  w, state = update(w, g, state, step), the optimizer's own formula
        6.  what the rules do to weights after it, as soft thresholds and limits of norms

    `l1`, `l2` and `weight_decay` are for all weights, which are the parameters with two axes or
    more; for others, as biases, `rules=Penalty(l2=0.01, to=...)` follows them; `groups` are
    parameters with rates, decay and penalties of their own: see `Group`. l2 and decay are the
    same for plain descent alone. Both penalties are convex, the loss of a network is not, with
    or without them. Up to a constant they are minus the logarithm of a normal and of a Laplace
    prior of the weights. They reduce overfitting; too much of them underfits: at the limit all
    weights are 0. A parameter that the loss does not depend on stays as it is, rules or not; so
    does one that is frozen, with its state, and its updates are counted without those it missed.
    `optimizer.learning_rate = 0.1` reaches compiled steps as well; other options are constants
    of these, and refuse to be changed: make another optimizer.

    A subclass gives two pure functions: `start(w)`, its state for one parameter, and
    `update(w, g, state, step)`, the new parameter and the new state. It overrides `decayed` where
    decay has another place than 4., `begun` and `rate_of` where formulas differ by parameter.
    """

    parameters: dict[str, Variable] = field(repr=False)
    learning_rate: Any
    _: KW_ONLY
    l1: float = 0.0
    l2: float = 0.0
    weight_decay: float = 0.0
    clip: Clipping | None = None
    rules: Sequence[Rule] = ()
    groups: Sequence[Any] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        name = type(self).__name__
        self.parameters = checked(name, self.parameters)
        hold(self.parameters.values())
        self.rules = (self.rules,) if isinstance(self.rules, Rule) else tuple(self.rules)
        for option in ("l1", "l2", "weight_decay"):
            check(name, option, getattr(self, option), zero=True)
        self._check()
        self._make_groups(name)
        self._rules = rules_of(name, (*self._penalties(), *self.rules), self.parameters)
        self.learning_rate = kept_rate(name, self.learning_rate, self._rate_dtype())
        self.steps = Buffer(np.zeros((), np.int32), name="steps")
        self.missed = Missed(self.parameters)
        self.slots = {
            path: {
                key: Buffer(value, name=f"{path}:{key}")
                for key, value in self.begun(path, constant(parameter.read())).items()
            }
            for path, parameter in self.parameters.items()
        }

    def _make_groups(self, name: str) -> None:
        """Hold the groups, and know that of each parameter."""
        if self.groups != ():
            from pellucid.optim.groups import held_groups  # on use: most have none

            dtype = self._rate_dtype()
            self.groups = held_groups(name, self.groups, self.parameters, dtype)
        self._group_of = {path: group for group in self.groups for path in group.of}

    def _penalties(self) -> list[Penalty]:
        """Those that the options say, of all weights and of groups."""
        given = {"l1": self.l1, "l2": self.l2, "weight_decay": self.weight_decay}
        plain = Penalty(**given, to=lambda p, w: weights_only(p, w) and p not in self._group_of)
        return [plain, *(group.penalty(given) for group in self.groups)]

    def __setattr__(self, name: str, value: Any) -> None:
        """Keep a value; once all is made, a learning rate is assigned, other options refused.

        Errors: OptionError, as compiled steps have taken the options for constants.
        """
        if "slots" not in self.__dict__:  # which is made last
            super().__setattr__(name, value)
        elif name == "learning_rate" and not isinstance(self.learning_rate, Schedule):
            assign_rate(type(self).__name__, self.learning_rate, value)
        elif name in {"steps", "slots", *(f.name for f in fields(self))}:
            raise OptionError(
                f"{type(self).__name__}: {name} is set to {value!r} after it was made. Compiled "
                "steps would not follow: make another optimizer, and give it the state of this "
                "one with load_state_dict(old.state_dict()). Only a learning rate that is a "
                "number can be changed."
            )
        else:
            refuse_setting(self, name)
            super().__setattr__(name, value)

    # ---- what a subclass gives -----------------------------------------------------------

    def start(self, w: Tensor) -> Slots:
        """The state of one parameter before the first update."""
        return {}

    def update(self, w: Tensor, g: Tensor, state: Slots, step: Step) -> Updated:
        """The parameter and its state after one update."""
        raise NotImplementedError(f"{type(self).__name__} must define update")

    def begun(self, path: str, w: Tensor) -> Slots:
        """The state of the parameter of a path before the first update."""
        return self.start(w)

    def rate_of(self, path: str, rate: Tensor) -> Tensor:
        """The learning rate of the parameter of a path."""
        return rate

    def decayed(self, w: Tensor, step: Step) -> Tensor:
        """The weight that `update` is given, after decay."""
        decay = step.weight_decay
        return w * (1.0 - step.learning_rate * decay) if decay else w

    def averages(self) -> dict[str, Variable]:
        """What a model is used with in place of its parameters, by path; none, but by some."""
        return {}

    def _check(self) -> None:
        """Refuse options outside their range."""

    # ---- the loop ------------------------------------------------------------------------

    def minimize(self, loss: Tensor) -> None:
        """One update of every parameter towards a smaller loss."""
        self.apply(self.gradients(loss))

    def minimize_by(self, compute: Callable[[], Tensor]) -> None:
        """The same from what computes the loss, which some optimizers ask for more than once."""
        self.minimize(compute())

    def gradients(self, loss: Tensor) -> Gradients:
        """The gradient of the loss by every parameter that it depends on, by path.

        Errors: GradientError where the loss is not a single number, or depends on none of
        the parameters.
        """
        y = checked_loss(loss)
        trained = thawed(self.parameters)
        wanted = [p.read() for p in trained.values()]
        found = gradients(y, wanted, ones_like(y)) if has_origin(y) else [None] * len(wanted)
        pairs = zip(trained, found, strict=True)
        known = {path: constant(g) for path, g in pairs if g is not None}
        tell_unheld(type(self).__name__, y, first=not self.steps.present())
        if not known:
            raise GradientError(
                "minimize: the loss depends on none of the parameters. Compute it again after "
                "each update, from the model that this optimizer was made for."
            )
        return known

    def apply(self, gradients: Mapping[str, Tensor]) -> None:
        """One update with gradients of your own, by path; where it fails, nothing has changed."""
        unknown = [path for path in gradients if path not in self.parameters]
        if unknown:
            raise OptionError(f"apply: gradients for {unknown}, which are not its parameters.")
        for part in (*self.rates().values(), self.clip, *self.rules):
            follow(part)
        trained = thawed(self.parameters)
        gradients = {path: g for path, g in gradients.items() if path in trained}
        counts = [v for rule in self.rules for v in rule.variables().values()]
        drawn = {} if is_recording() else {v: v.held() for v in counts}
        try:
            assign_all(self._all_updated(gradients, trained))
        except BaseException:
            assign_all(drawn)
            raise

    def _all_updated(
        self, gradients: Mapping[str, Tensor], trained: Container[str]
    ) -> dict[Variable, Tensor]:
        """The new values of all that an update of what is `trained` changes, but for draws."""
        with scope("", absolute=True):
            held = {path: self._held(path) for path in gradients}
            count = constant(self.steps.value) + 1
            rates = self._rates_before(self.steps.value)
            missed = self.missed.after(trained)
        with scope("clip", absolute=True):
            clipped = dict(gradients) if self.clip is None else self.clip(gradients)
        new = {self.steps: count} | missed
        for path, g in clipped.items():
            with scope(f"update of {path}", absolute=True):
                number = self.missed.number(path, count, missed)
                step = self._step_of(path, number.astype(g.dtype), rates)
                new[self.parameters[path]], state = self._updated(path, g, held[path], step)
            new |= {self.slots[path][key]: value for key, value in state.items()}
        return new

    def _rates_before(self, count: Tensor) -> dict[Any, Tensor]:
        """The learning rate after this many updates, by group; None is that of the others."""
        dtype = self._rate_dtype()
        rate = rate_before(self.learning_rate, count, dtype)
        return {None: rate} | {g: g.rate_before(rate, count, dtype) for g in self.groups}

    def _rate_dtype(self) -> DType:
        return widest(self.parameters.values())

    def _held(self, path: str) -> Updated:
        """One parameter and its state, read where no layer's name gets into theirs."""
        slots = {key: constant(slot.value) for key, slot in self.slots[path].items()}
        return constant(self.parameters[path].read()), slots

    def _step_of(self, path: str, count: Tensor, rates: Mapping[Any, Tensor]) -> Step:
        rate = rates[self._group_of.get(path)].astype(count.dtype)
        return Step(count, self.rate_of(path, rate), weight_decay_of(self._rules[path]))

    def _updated(self, path: str, g: Tensor, held: tuple[Tensor, Slots], step: Step) -> Updated:
        w, state = held
        rules = self._rules[path]
        for rule in rules:
            g = rule.gradient(w, g, step)
        w = self.decayed(w, step)
        for rule in rules:
            w = rule.before(w, step)
        w, state = self.update(w, g, state, step)
        for rule in rules:
            w = rule.after(w, step)
        return w, state

    # ---- state ---------------------------------------------------------------------------

    def rates(self) -> dict[str, Any]:
        """All learning rates by name, that of the optimizer first: variables, or schedules."""
        own = [g.learning_rate for g in self.groups]
        named = {f"groups.{i}:{RATE}": rate for i, rate in enumerate(own) if rate is not None}
        return {RATE: self.learning_rate} | named

    def variables(self) -> dict[str, Variable]:
        """What an exact resume needs, by name: step count, learning rate, slots, draws."""
        found: dict[str, Variable] = {"steps": self.steps}
        found |= {k: v for k, v in self.rates().items() if isinstance(v, Variable)}
        found |= self.missed.variables()
        for slots in self.slots.values():
            found.update({slot.name: slot for slot in slots.values()})
        for i, rule in enumerate(self.rules):
            found.update({f"rules.{i}:{name}": v for name, v in rule.variables().items()})
        return found

    def state_dict(self) -> State:
        """Copies of all arrays that an exact resume needs, by name."""
        return copies(self.variables())

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take the arrays of a state that an optimizer of the same form gave.

        Errors: StateError listing everything that does not fit; then nothing was loaded.
        """
        state = self.missed.completed(state)
        restore(f"{type(self).__name__}.load_state_dict", self.variables(), state, strict=True)

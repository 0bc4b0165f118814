"""Steps from an estimate of the curvature, for small problems that are taken whole.

LBFGS       the inverse Hessian from the last steps and what they did to the gradient
"""

import functools
import operator
from collections.abc import Callable, Container, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

from pellucid.creation import concat, zeros, zeros_like
from pellucid.errors import OptionError
from pellucid.optim.clipping import Gradients, dot
from pellucid.optim.optimized import constant, follow, rate_before
from pellucid.optim.optimizer import Optimizer, Slots
from pellucid.optim.rules import weights_only
from pellucid.optim.schedules import check
from pellucid.primitives.base import DType
from pellucid.random import at_work
from pellucid.scopes import scope
from pellucid.strict import strict
from pellucid.tensor import Tensor
from pellucid.variables import Variable, assign_all

ENOUGH = 1e-4  # of the fall that the slope promises must a step bring (Armijo)
DRAWS = (
    "LBFGS: the loss draws random numbers, as dropout and noise do, so that it is another function "
    "each time it is asked, and no length brings a fall that is one. Leave them out, or use "
    "another optimizer."
)
LEAST_CURVATURE = 1e-10  # s y / s s of a pair that is remembered, so that H stays positive


@dataclass(eq=False)
class LBFGS(Optimizer):
    """d = -H g;  w <- w + a d, with an H that the last steps tell of.

        s = w_t - w_(t-1);    y = g_t - g_(t-1)
        H: the two loops over the last `memory` pairs, from (s y / y y) I
        a: the first of learning_rate, learning_rate / 2, ... that brings a fall,
           loss(w + a d) <= loss(w) + 0.0001 a g d;    0 where none of `trials` does

    All products are over all parameters together. Before there is a pair H is the identity, times
    min(1, 1 / sum |g|). A pair without curvature is not remembered, and none is once a parameter
    comes back that the loss did not depend on, or that was frozen.

    The loss must be the same function each time it is asked: pairs of gradients of two
    mini-batches tell of their difference and not of curvature, so that a `Trainer` refuses
    batches smaller than its data, or with other samples at each; a loss that draws random numbers,
    as by dropout, is refused. An update computes the loss 1 + `trials` times, compiled or not.
    `minimize(loss)` and `apply(gradients)` cannot, and take a = learning_rate: so does PyTorch
    2.13, LBFGS(lr=1, max_iter=1).
    Shapes: s and y (memory, *w.shape), g and d as w.
    Errors: OptionError for l1, weight_decay, clip, rules and groups: what they change is not the
    gradient of a loss that falls. l2 is, and is part of the loss that is searched. From an update,
    for a loss that draws.
    Source: Liu and Nocedal 1989; Nocedal and Wright 2006, algorithms 7.4 and 3.1.
    """

    learning_rate: Any = 1.0
    _: KW_ONLY
    memory: int = 10
    trials: int = 10

    takes_all = True

    def _check(self) -> None:
        for option in ("memory", "trials"):
            check("LBFGS", option, getattr(self, option), least=1)
        for option in ("l1", "weight_decay", "clip", "rules", "groups"):
            given = getattr(self, option)
            if given:
                raise OptionError(
                    f"LBFGS: {option} {given!r}. It minimizes one smooth function by its values "
                    "and gradients, and this is in neither: add a penalty to the loss, or l2=."
                )

    def begun(self, path: str, w: Tensor) -> Slots:
        """The state of the parameter of a path before the first update."""
        pairs = zeros((self.memory, *w.shape), dtype=w.dtype)
        last = {"g": zeros_like(w), "d": zeros_like(w), "at": zeros((), dtype="int32")}
        return {"s": pairs, "y": pairs * 1.0} | last

    @strict
    def minimize_by(self, compute: Callable[[], Tensor]) -> None:
        """One update of every parameter, of a length at which the loss falls."""
        follow(self.learning_rate)
        drawn = at_work.drawn
        loss = compute() + self._penalty()
        if at_work.drawn > drawn:
            raise OptionError(DRAWS)
        gradients = self.gradients(loss)
        with scope("direction", absolute=True):
            pairs, direction = self._directed(gradients)
        length = self._length(constant(loss), gradients, direction, compute)
        assign_all(self._moved(gradients, pairs, direction, length))

    def _all_updated(
        self, gradients: Mapping[str, Tensor], trained: Container[str]
    ) -> dict[Variable, Tensor]:
        """The new values of all that an update of whole length changes."""
        known = {path: g + self._slope(path) for path, g in gradients.items()}
        pairs, direction = self._directed(known)
        return self._moved(known, pairs, direction, self._rate())

    # ---- the loss, and its penalty ---------------------------------------------------------

    def _penalized(self) -> dict[str, Variable]:
        chosen = self.parameters.items() if self.l2 else ()
        return {path: w for path, w in chosen if weights_only(path, w)}

    def _penalty(self) -> Any:
        """l2 / 2 times the sum of all squared weights."""
        parts = [(w * w).sum() * (0.5 * self.l2) for w in self._penalized().values()]
        return sum(parts, 0.0)

    def _slope(self, path: str) -> Any:
        """The gradient of the penalty by one parameter."""
        w = self._penalized().get(path)
        return 0.0 if w is None else constant(w.read()) * self.l2

    # ---- the direction ---------------------------------------------------------------------

    def _directed(self, gradients: Gradients) -> tuple[dict[str, Slots], Gradients]:
        """The pairs with that of the last update, and the way down."""
        slots = {path: self._held(path)[1] for path in gradients}
        s = {path: held["d"] for path, held in slots.items()}
        y = {path: g - slots[path]["g"] for path, g in gradients.items()}
        dtype = self._rate_dtype()
        steps = constant(self.steps.value)
        follows = [held["at"] == steps for held in slots.values()]
        is_next = functools.reduce(operator.and_, follows)
        is_curved = dot(s, y, dtype) > LEAST_CURVATURE * dot(s, s, dtype)

        def remembered(pairs: Tensor, newest: Tensor) -> Tensor:
            known = is_curved.where(_pushed(pairs, newest), pairs)
            return is_next.where(known, 0.0)

        pairs = {
            path: {
                "s": remembered(held["s"], s[path]),
                "y": remembered(held["y"], y[path]),
            }
            for path, held in slots.items()
        }
        return pairs, self._two_loops(gradients, pairs)

    def _two_loops(self, gradients: Gradients, pairs: dict[str, Slots]) -> Gradients:
        """-H g, by Nocedal's two loops: from the newest pair back, and forth again."""
        dtype = self._rate_dtype()
        q = {path: -g for path, g in gradients.items()}
        told = [_pair(pairs, i, dtype) for i in range(self.memory)]
        shares = []
        for s, y, inverse in reversed(told):
            share = inverse * dot(s, q, dtype)
            q = _added(q, y, -share)
            shares.append(share)
        r = _added({}, q, self._first_scale(gradients, told[-1]))
        for (s, y, inverse), share in zip(told, reversed(shares), strict=True):
            r = _added(r, s, share - inverse * dot(y, r, dtype))
        return r

    def _first_scale(self, gradients: Gradients, newest: tuple[Any, Any, Tensor]) -> Tensor:
        """s y / y y of the newest pair; min(1, 1 / sum |g|) where there is none."""
        s, y, _ = newest
        dtype = self._rate_dtype()
        squares = dot(y, y, dtype)
        is_there = squares > 0.0
        sizes = [g.abs().sum().astype(dtype) for g in gradients.values()]
        size = functools.reduce(operator.add, sizes)
        curved = dot(s, y, dtype) / is_there.where(squares, 1.0)
        return is_there.where(curved, 1.0 / size.maximum(1.0))

    # ---- the length ------------------------------------------------------------------------

    def _rate(self) -> Tensor:
        """The learning rate of the update."""
        return rate_before(self.learning_rate, self.steps.value, self._rate_dtype())

    def _length(
        self,
        loss: Tensor,
        gradients: Gradients,
        direction: Gradients,
        compute: Callable[[], Tensor],
    ) -> Tensor:
        """The longest length tried at which the loss falls enough; 0 where there is none."""
        before = {path: constant(self.parameters[path].read()) for path in direction}
        slope = dot(gradients, direction, self._rate_dtype())
        tried = [self._rate() * 0.5**i for i in range(self.trials)]
        chosen = tried[0] * 0.0  # none
        try:
            for length in reversed(tried):
                self._assign(_added(before, direction, length))
                found = constant(compute() + self._penalty())
                promised = ENOUGH * length * slope
                falls = found <= loss + promised.astype(loss.dtype)
                chosen = falls.where(length, chosen)
        finally:
            self._assign(before)
        return chosen

    def _assign(self, values: Gradients) -> None:
        assign_all({self.parameters[path]: value for path, value in values.items()})

    def _moved(
        self, gradients: Gradients, pairs: dict[str, Slots], direction: Gradients, length: Tensor
    ) -> dict[Variable, Tensor]:
        """The new values of all that an update changes."""
        steps = constant(self.steps.value) + 1
        new: dict[Variable, Tensor] = {self.steps: steps}
        for path, g in gradients.items():
            w = self.parameters[path]
            slots = self.slots[path]
            d = direction[path] * length.astype(g.dtype)
            new[w] = constant(w.read()) + d
            new[slots["g"]] = g
            new[slots["d"]] = d
            new[slots["at"]] = steps
            new[slots["s"]] = pairs[path]["s"]
            new[slots["y"]] = pairs[path]["y"]
        return new


def _added(a: Gradients, b: Gradients, factor: Tensor) -> Gradients:
    """a + factor b; factor b where a has nothing."""
    scaled = {path: each * factor.astype(each.dtype) for path, each in b.items()}
    return {path: a[path] + each if path in a else each for path, each in scaled.items()}


def _pushed(pairs: Tensor, newest: Tensor) -> Tensor:
    """The newest behind all but the oldest."""
    return concat([pairs[1:], newest.expand_dims(0)])


def _pair(pairs: dict[str, Slots], i: int, dtype: DType) -> tuple[Gradients, Gradients, Tensor]:
    """One pair, and 1 / its product; 0 for one that is not there."""
    s = {path: each["s"][i] for path, each in pairs.items()}
    y = {path: each["y"][i] for path, each in pairs.items()}
    product = dot(s, y, dtype)
    is_there = product > 0.0
    return s, y, is_there.where(1.0 / is_there.where(product, 1.0), 0.0)

"""Groups: parameters that an optimizer treats by options of their own.

    Group              a rate or schedule, penalties and decay of their own
    layerwise_rates    groups whose rates fall from the output towards the input
    held_groups        the groups of an optimizer, checked

What a group says nothing of is as the optimizer has it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any

from pellucid.errors import OptionError, some
from pellucid.optim.optimized import RATE, assign_rate, kept_rate, rate_before
from pellucid.optim.rules import Penalty, weights_only
from pellucid.optim.schedules import Schedule, check
from pellucid.primitives.base import DType
from pellucid.refusals import KINDS, Kind, Strict, require, shown
from pellucid.strict import strict
from pellucid.tensor import Tensor
from pellucid.variables import Variable

PENALTIES = ("l1", "l2", "weight_decay")


@dataclass(eq=False)
class Group(Strict):
    """Parameters of an optimizer that have options of their own.

    `of`: a module, variables by name, or a function of path and parameter that chooses them, as
    that of a `Rule`. `learning_rate`: a number or a schedule, which counts the optimizer's
    updates; or instead of it `factor`, times the optimizer's rate, whatever that is at the time.
    `l1`, `l2` and `weight_decay` take the place of the optimizer's, here too for weights with two
    axes or more. Decay is times the group's own rate. Clipping by the global norm is over all
    gradients, whatever their groups.

        optimizer = AdamW(model.parameters(), 0.001, groups=[
            Group(model.body, learning_rate=CosineDecay(0.0001, steps=1000)),
            Group(lambda path, w: path.endswith("bias"), factor=2.0),
        ])

    `optimizer.groups[0].learning_rate = 0.01` reaches compiled steps, as that of the optimizer.
    PyTorch's optimizers take groups in the place of parameters, each with all of its options.

    Errors: OptionError for a group without an option, with both a rate and a factor, or with a
        number out of range; from the optimizer for one that has none of its parameters, or
        parameters that it was not given, or that another group has too.
    """

    of: Any = field(repr=False)
    learning_rate: Any = None
    _: KW_ONLY
    factor: float | None = None
    l1: float | None = None
    l2: float | None = None
    weight_decay: float | None = None

    def __post_init__(self) -> None:
        given = [n for n in (RATE, "factor", *PENALTIES) if getattr(self, n) is not None]
        if not given:
            raise OptionError(
                "Group: no option. Say what these parameters have of their own: Group(model.body, "
                "learning_rate=0.0001), or factor, l1, l2, weight_decay."
            )
        if RATE in given and "factor" in given:
            raise OptionError(
                f"Group: both a learning rate, {self.learning_rate}, and a factor, {self.factor}, "
                "of the optimizer's. Give one of them."
            )
        for name in given:
            if name != RATE:
                check("Group", name, getattr(self, name), zero=name in PENALTIES)
            elif not isinstance(self.learning_rate, Schedule | Variable):
                check("Group", RATE, self.learning_rate, zero=True)
        self.__dict__["is_made"] = True

    def __setattr__(self, name: str, value: Any) -> None:
        """Keep a value; once all is made, a learning rate is assigned, other options refused."""
        if not self.__dict__.get("is_made", False):
            super().__setattr__(name, value)
        elif name == RATE and isinstance(self.learning_rate, Variable):
            assign_rate("Group", self.learning_rate, value)
        else:
            raise OptionError(
                f"Group: {name} is set to {value!r} after it was made. Make another optimizer "
                "with another group; only a learning rate of an optimizer's group that is a "
                "number can be changed: optimizer.groups[0].learning_rate = 0.01."
            )

    @strict
    def penalty(self, others: Mapping[str, float]) -> Penalty:
        """The penalties of its weights; `others`: what it says nothing of."""
        own = {name: getattr(self, name) for name in others}
        given = {name: others[name] if own[name] is None else own[name] for name in others}
        return Penalty(**given, to=lambda path, w: path in self.of and weights_only(path, w))

    @strict
    def rate_before(self, rate: Tensor, count: Tensor, dtype: DType) -> Tensor:
        """Its learning rate after so many updates; `rate`: that of the optimizer."""
        if self.learning_rate is not None:
            return rate_before(self.learning_rate, count, dtype)
        return rate if self.factor is None else rate * self.factor


KINDS[Group] = Kind("It is a group: pellucid.optim.Group(model.body, factor=0.1)")


@strict
def layerwise_rates(
    model: Any, factor: float, *, layers: Sequence[Any] | None = None
) -> tuple[Group, ...]:
    """Groups by depth: the last layer has the optimizer's rate, each one before it less.

        rate of layer k of n = rate factor^(n - k),    k = 1 .. n

    The layers are the modules directly inside the model that have parameters, in the order of
    assignment, where one that is a sequence of layers, as `Sequential`, counts as its own; a
    model made of one such module counts as that. `layers` says others, from input to output.
    Parameters that stand in no layer, as an embedding of positions that the model itself has, go
    with the first one. Those that stand in two count in the first.

        Adam(model.parameters(), 0.001, groups=layerwise_rates(model, 0.8))

    Errors: OptionError for a factor outside 0 to 1, or fewer than two layers.
    Source: Howard and Ruder 2018 (arXiv 1801.06146), section 3.2, with 1 / 2.6; for transformers
    Clark et al. 2020 (arXiv 2003.10555), appendix B, with 0.8.
    """
    if not 0.0 < factor < 1.0:
        raise OptionError(
            f"layerwise_rates: factor {factor}. It lies between 0 and 1, ends not included: 1 "
            "would be the same rate for all layers."
        )
    found = [layer.parameters() for layer in (_layers(model) if layers is None else layers)]
    found = [parameters for parameters in found if parameters]
    if len(found) < 2:
        raise OptionError(
            f"layerwise_rates: {len(found)} layers with parameters in {type(model).__name__}. At "
            "least two can differ: say them with layers=[model.first, model.second]."
        )
    chosen = _apart(model.parameters(), found)
    depths = range(len(found) - 1, 0, -1)
    return tuple(
        Group(parameters, factor=factor**depth)
        for parameters, depth in zip(chosen[:-1], depths, strict=True)
        if parameters
    )


def _layers(model: Any) -> list[Any]:
    """The layers of a model, from input to output."""
    children = [child for child in model.children().values() if child.parameters()]
    if len(children) == 1 and not model.own_variables():
        return _layers(children[0])
    return [layer for child in children for layer in _sequence(child)]


def _sequence(module: Any) -> Iterable[Any]:
    """A module, or what it is a sequence of."""
    if not hasattr(type(module), "__iter__"):
        return [module]
    return [layer for part in module for layer in _sequence(part)]


def _apart(
    everything: Mapping[str, Variable], layers: Sequence[Mapping[str, Variable]]
) -> list[dict[str, Variable]]:
    """All parameters of a model, each in one layer."""
    place = {id(w): i for i, layer in reversed(list(enumerate(layers))) for w in layer.values()}
    found: list[dict[str, Variable]] = [{} for _ in layers]
    for path, parameter in everything.items():
        found[place.get(id(parameter), 0)][path] = parameter
    return found


def held_groups(
    owner: str, groups: Any, parameters: Mapping[str, Variable], dtype: DType
) -> tuple[Group, ...]:
    """Groups of an optimizer: `of` holds their parameters, and rates are variables.

    Errors: OptionError for what is no group, or a parameter that is not in just one.
    """
    if not isinstance(groups, list | tuple):
        raise OptionError(f"{owner}: groups is {shown(groups)}. It is a list: groups=[Group(...)].")
    found: list[Group] = []
    places: dict[str, int] = {}
    for i, group in enumerate(groups):
        require(owner, f"groups[{i}]", group, Group)
        chosen = _chosen(f"{owner}: groups[{i}]", group.of, parameters)
        for path in chosen:
            if path in places:
                raise OptionError(
                    f"{owner}: {path!r} is in groups[{places[path]}] and in groups[{i}]. Each "
                    "parameter has one learning rate: leave it out of one of them."
                )
            places[path] = i
        rate = group.learning_rate
        if rate is not None:
            rate = kept_rate("Group", rate, dtype, f"groups.{i}:{RATE}")
        found.append(replace(group, of=chosen, learning_rate=rate))
    return tuple(found)


def _chosen(where: str, of: Any, parameters: Mapping[str, Variable]) -> dict[str, Variable]:
    """The parameters of a group, by their paths in the optimizer."""
    choose = of if callable(of) and not hasattr(of, "parameters") else _among(where, of, parameters)
    found = {path: w for path, w in parameters.items() if choose(path, w)}
    if not found:
        raise OptionError(
            f"{where} has none of the parameters. There are: {some(list(parameters))}."
        )
    return found


def _among(
    where: str, of: Any, parameters: Mapping[str, Variable]
) -> Callable[[str, Variable], bool]:
    """Chooses the variables of a module or a dict."""
    named = of.parameters() if hasattr(of, "parameters") else of
    if not isinstance(named, Mapping) or not all(isinstance(w, Variable) for w in named.values()):
        raise OptionError(
            f"{where} is of {shown(of)}. Give a module, variables by name, or a function of path "
            "and parameter: Group(model.body, factor=0.1)."
        )
    held = {id(w) for w in parameters.values()}
    strange = [path for path, w in named.items() if id(w) not in held]
    if strange:
        raise OptionError(
            f"{where} has {some(strange)}, which the optimizer was not given: it would not be "
            "trained. Give the optimizer all parameters, and each group some of them."
        )
    own = {id(w) for w in named.values()}
    return lambda path, w: id(w) in own

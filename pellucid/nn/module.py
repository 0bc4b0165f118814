"""Modules: layers and models, as trees of named variables with a forward function.

Module      the base: assign variables and other modules as attributes, define `forward`
"""

import textwrap
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, Self, final

from pellucid.errors import CallError, DTypeError, GraphError, OptionError, ShapeError
from pellucid.nn.attributes import Attributes, kept, members, refuse_unseen
from pellucid.nn.base import ATTRIBUTES, MODES, Place, in_mode, joined, switch
from pellucid.nn.calls import (
    form,
    in_order,
    locate,
    note,
    refuse_misfit,
    refuse_missing,
    refuse_nothing,
    taken,
)
from pellucid.nn.saving import Savable
from pellucid.random import Generator, check_seed
from pellucid.recordings import USUAL, entered, is_recording, setting, watch
from pellucid.refusals import KINDS, Kind, check_arguments, copied, look_again
from pellucid.scopes import scope
from pellucid.strict import strict
from pellucid.variables import Variable

if TYPE_CHECKING:
    from pellucid.nn.predictor import Predictor
    from pellucid.nn.summary import Summary


@partial(strict, but="__call__")
class Module(Savable):
    """A layer or a model.

    A subclass makes its variables and inner modules in `__init__` and computes in `forward`:

        class TwoLayers(Module):
            def __init__(self):
                self.hidden = Linear(784, 50)
                self.out = Linear(50, 10)

            def forward(self, x):
                return self.out(relu(self.hidden(x)))

    Every attribute that is a `Variable`, a `Module`, or a list of these, or of such lists,
    belongs to the model, in the order of assignment; its path is the attribute's name behind
    the path of its module, as in `hidden.weight`. What stands in several places counts once. A
    list is kept as a tuple, so that nothing is added to it unseen; where dicts, sets or lists
    filled later hold layers, that is an error. A module starts in training mode. Compiled
    functions follow a change of attributes: they are captured again.
    """

    forward: Callable[..., Any]

    def __new__(cls, *arguments: Any, **options: Any) -> Self:
        # Here, so that subclasses need not remember to call super().__init__().
        check_arguments(cls, arguments, options)
        self = super().__new__(cls)
        self.__dict__.update(
            _name="",
            _place=Place(),
            _training=True,
            _written=set(),
        )
        return self

    __reduce_ex__ = copied

    def __init_subclass__(cls) -> None:
        """Refuse variables and modules that all objects of a class would share, unseen.

        Wrong calls of methods are answered; those of `forward` by calling the module.
        """
        super().__init_subclass__()
        if cls.__module__.startswith("pellucid."):
            strict(cls, but="forward")
        if "__call__" in vars(cls):
            raise OptionError(
                f"{cls.__name__}.__call__: what a module computes stands in `forward`, which "
                "calling it calls. Name it forward."
            )
        for name, value in vars(cls).items():
            if members(name, value):
                raise OptionError(
                    f"{cls.__name__}.{name}: a {type(value).__name__} of the class itself. All "
                    "its objects would share it, and none would hold it: assign it to self in "
                    "__init__."
                )

    @final
    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """The value of `forward`; its operations are recorded under this module's path.

        Inputs are tensors or arrays, or None, or tuples of these. Arrays and tables of float64,
        NumPy's default, are converted where all of the module is float32; a tensor's dtype was
        chosen, and stays. Errors: those of the operations, with the path and form of the
        innermost module in front; CallError for inputs that `forward` does not take, GraphError
        where it returns nothing.
        """
        if named:
            inputs = in_order(self, inputs, named)
        tensors = tuple(taken(self, x) for x in inputs)
        if is_recording():
            watch(self, lambda: Attributes(self), ATTRIBUTES)
        with entered(self, scope(self._name) if self._name else nullcontext()):
            try:
                output = self.forward(*tensors)
            except (ShapeError, DTypeError, CallError) as error:
                locate(error, self, tensors)
                raise
            except (TypeError, AttributeError, GraphError) as error:
                refuse_misfit(self, tensors, error)
                raise
            if output is None:
                refuse_nothing(self)
            note(self, tensors, output)
        return output

    # ---- what belongs to it --------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        """Keep a value; variables and modules learn their name."""
        value = kept(value)
        if isinstance(self.__dict__.get(name), Variable) and not isinstance(value, Variable):
            raise OptionError(
                f"{type(self).__name__}.{name}: a {type(value).__name__} in the place of a "
                f"variable. Use .{name}.assign(...) to change its value."
            )
        refuse_unseen(type(self).__name__, name, value)
        for part, member in members(name, value):
            if isinstance(member, Variable):
                member.belong(part, self._place)
                continue
            member._place.move(part, self._place)
            if not member._name:
                member.__dict__["_name"] = part
        if is_recording():
            self._written.add(name)
        self.__dict__[name] = value
        ATTRIBUTES.tell()

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        ATTRIBUTES.tell()

    def __getattr__(self, name: str) -> Any:
        if name == "forward":
            refuse_missing(self)
        return look_again(self, name)

    def children(self) -> dict[str, "Module"]:
        """The modules directly inside, by name."""
        return {name: member for name, member in self._held() if isinstance(member, Module)}

    def modules(self) -> dict[str, "Module"]:
        """The module itself, under the path "", and all inside it, outer ones first, each once."""
        found: dict[str, Module] = {}
        seen: set[int] = set()
        waiting: list[tuple[str, Module]] = [("", self)]
        while waiting:
            path, module = waiting.pop()
            if id(module) in seen:
                continue
            seen.add(id(module))
            found[path] = module
            inner = module.children().items()
            waiting.extend((joined(path, name), child) for name, child in reversed(inner))
        return found

    def own_variables(self) -> dict[str, Variable]:
        """The variables that are attributes of this module itself, by name."""
        return {name: member for name, member in self._held() if isinstance(member, Variable)}

    def _held(self) -> Iterator[tuple[str, Any]]:
        """What belongs to it directly, by name; an error where something does not, unseen."""
        for name, value in self.__dict__.items():
            refuse_unseen(type(self).__name__, name, value, since=True)
            yield from members(name, value)

    # ---- random numbers ------------------------------------------------------------------

    def seeded(self, seed: int) -> Self:
        """Have layers without `rng` take their numbers from this seed and their paths here.

        Starting values are drawn anew, but for those that were changed since they were drawn,
        and all in a model that compiled steps have trained; masks begin again. Without it, the
        seed is that of the `Trainer`, or 0. The module itself is returned.
        """
        from pellucid.nn.streams import tell_seed

        check_seed(f"{type(self).__name__}.seeded", seed)
        tell_seed(self, seed)
        return self

    def stream(self, purpose: int, rng: Generator | None = None) -> Generator:
        """The random numbers of a layer: a child of `rng`, or by seed and path of the model."""
        if rng is not None:
            return rng.child(purpose)
        from pellucid.nn.streams import Stream

        return Stream(self._place, purpose)

    # ---- mode ----------------------------------------------------------------------------

    @property
    def training(self) -> bool:
        """Whether it is in training mode; a compiled function follows a change of mode."""
        return bool(setting(self._is_training, MODES))

    def _is_training(self) -> bool:
        return bool(self._training)

    def train(self) -> Self:
        """Put the whole tree in training mode; the module itself is returned."""
        return self._set_mode(True)

    def inference(self) -> Self:
        """Put the whole tree in inference mode: no dropout, stored statistics."""
        return self._set_mode(False)

    def _set_mode(self, training: bool) -> Self:
        switch((module, training) for module in self.modules().values())
        return self

    def mode(self, *, training: bool) -> AbstractContextManager[None]:
        """The given mode inside a `with` block; every module has its own back after it."""
        return in_mode(list(self.modules().values()), training=training)

    def freeze(self) -> Self:
        """Have training leave all parameters inside as they are; the module itself is returned.

        Optimizers give them no update, no decay and no momentum. A `BatchNorm` that is frozen
        keeps its running statistics, and normalises by them as in inference. Dropout goes on.
        """
        return self._set_frozen(True)

    def thaw(self) -> Self:
        """Have training change all parameters inside again; the module itself is returned."""
        return self._set_frozen(False)

    def _set_frozen(self, frozen: bool) -> Self:
        for parameter in self.parameters().values():
            parameter.frozen = frozen
        return self

    def predictor(self, executor: str | None = None, precision: str = USUAL) -> "Predictor":
        """Its outputs for batches of any size, compiled; see `pellucid.nn.predictor`."""
        from pellucid.nn.predictor import Predictor

        return Predictor(self, executor, precision)

    # ---- what it looks like --------------------------------------------------------------

    def summary(self, *input_shape: tuple[int, ...], dtype: Any = None) -> "Summary":
        """Each layer with output shape, parameters, work; no data are needed.

        `input_shape`: of each input, its batch included; `dtype`, of all or of each, too, where it
        is not that of the parameters. Errors: those of `forward` for it.
        """
        from pellucid.nn.summary import summarize

        return summarize(self, input_shape, dtype=dtype)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from pellucid.nn.summary import overview

        return overview(self)

    def __repr__(self) -> str:
        lines = [f"{name}: {child!r}" for name, child in self.children().items()]
        if not lines:
            return form(self)
        return f"{form(self)[:-1]}\n{textwrap.indent(chr(10).join(lines), '  ')}\n)"


KINDS[Module] = Kind("It is a Module: pellucid.nn.ReLU(), or a Sequential of several")

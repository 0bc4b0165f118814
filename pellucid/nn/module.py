"""Modules: layers and models, as trees of named variables with a forward function.

Module      the base: assign variables and other modules as attributes, define `forward`
in_mode     the given mode for some of them
"""

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Self, final

from pellucid.columns import plain
from pellucid.errors import DTypeError, OptionError, PellucidError, ShapeError
from pellucid.nn.attributes import Attributes, Branch, kept, members, refuse_unseen
from pellucid.nn.calls import in_order, note, refuse_misfit, refuse_missing, refuse_nothing
from pellucid.primitives.base import FLOAT32, FLOAT64
from pellucid.recordings import Changes, entered, is_recording, setting, watch
from pellucid.refusals import check_arguments, look_again
from pellucid.scopes import current_scope, scope
from pellucid.state import Loaded, State, copies, restore
from pellucid.tensor import Tensor, tensor
from pellucid.variables import Variable

if TYPE_CHECKING:
    from pellucid.nn.predictor import Predictor
    from pellucid.nn.summary import Summary


MODES, ATTRIBUTES = Changes(), Changes()  # of all modules


class Module(Branch):
    """A layer or a model.

    A subclass makes its variables and inner modules in `__init__` and computes in `forward`:

        class TwoLayers(Module):
            def __init__(self, rng):
                self.hidden = Linear(784, 50, rng=rng)
                self.out = Linear(50, 10, rng=rng)

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
        self.__dict__.update(_name="", _training=True, _written=set())
        return self

    def __init_subclass__(cls) -> None:
        """Refuse variables and modules that all objects of a class would share, unseen."""
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
        tensors = tuple(_input(self, x) for x in inputs)
        if is_recording():
            watch(self, lambda: Attributes(self), ATTRIBUTES)
        with entered(self, scope(self._name) if self._name else nullcontext()):
            try:
                output = self.forward(*tensors)
            except (ShapeError, DTypeError) as error:
                _locate(error, self)
                raise
            except TypeError as error:
                refuse_misfit(self, inputs, error)
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
                member.name = part
            elif not member._name:
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
            waiting.extend((_join(path, name), child) for name, child in reversed(inner))
        return found

    def variables(self) -> dict[str, Variable]:
        """All variables by path, each once, in the order of assignment."""
        found: dict[str, Variable] = {}
        seen: set[int] = set()
        for path, module in self.modules().items():
            for name, variable in module.own_variables().items():
                if id(variable) not in seen:
                    seen.add(id(variable))
                    found[_join(path, name)] = variable
        return found

    def own_variables(self) -> dict[str, Variable]:
        """The variables that are attributes of this module itself, by name."""
        return {name: member for name, member in self._held() if isinstance(member, Variable)}

    def _held(self) -> Iterator[tuple[str, Any]]:
        """What belongs to it directly, by name; an error where something does not, unseen."""
        for name, value in self.__dict__.items():
            refuse_unseen(type(self).__name__, name, value, since=True)
            yield from members(name, value)

    def parameters(self) -> dict[str, Variable]:
        """The variables that training changes, by path."""
        return {path: v for path, v in self.variables().items() if v.trainable}

    def buffers(self) -> dict[str, Variable]:
        """The variables that belong to the state but are not trained, by path."""
        return {path: v for path, v in self.variables().items() if not v.trainable}

    # ---- state ---------------------------------------------------------------------------

    def state_dict(self) -> State:
        """Copies of all arrays, parameters and buffers, by path."""
        return copies(self.variables())

    def load_state_dict(self, state: Mapping[str, Any], *, strict: bool = True) -> Loaded:
        """Take the arrays of a state that a module of the same form gave.

        With `strict=False`, names that only one side knows are left alone. What comes back
        tells which were loaded, left and missing. Errors: StateError listing everything
        missing, unexpected, or of another shape or dtype, or where no name is the same; then
        nothing was loaded.
        """
        where = f"{type(self).__name__}.load_state_dict"
        return restore(where, self.variables(), state, strict=strict)

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
        _switch((module, training) for module in self.modules().values())
        return self

    def mode(self, *, training: bool) -> AbstractContextManager[None]:
        """The given mode inside a `with` block; every module has its own back after it."""
        return in_mode(list(self.modules().values()), training=training)

    def predictor(self, executor: str | None = None) -> "Predictor":
        """Its outputs for batches of any size, compiled; see `pellucid.nn.predictor`."""
        from pellucid.nn.predictor import Predictor

        return Predictor(self, executor)

    # ---- what it looks like --------------------------------------------------------------

    def summary(self, input_shape: tuple[int, ...], *, dtype: Any = None) -> "Summary":
        """Each layer with output shape, parameters, work; `input_shape` includes the batch."""
        from pellucid.nn.summary import summarize

        return summarize(self, input_shape, dtype=dtype)

    def describe(self) -> str:
        """What stands in the brackets of its form, such as "784, 50"."""
        return ""

    def __repr__(self) -> str:
        lines = [f"{name}: {child!r}" for name, child in self.children().items()]
        if not lines:
            return _form(self)
        return f"{_form(self)[:-1]}\n{textwrap.indent(chr(10).join(lines), '  ')}\n)"


@contextmanager
def in_mode(modules: Sequence[Module], *, training: bool) -> Iterator[None]:
    """The given mode for these modules inside a `with` block."""
    before = [(module, module._training) for module in modules if module._training != training]
    try:
        _switch([(module, training) for module, _ in before])
        yield
    finally:
        _switch(before)


def _switch(modes: Iterable[tuple[Module, bool]]) -> None:
    """Put modules in modes."""
    for module, training in modes:
        module.__dict__["_training"] = training
    MODES.tell()


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _form(module: Module) -> str:
    return f"{type(module).__name__}({module.describe()})"


def _input(module: Module, x: Any) -> Any:
    """An input of forward: arrays become tensors, what is none of these is refused."""
    if x is None or isinstance(x, Tensor):
        return x
    if isinstance(x, tuple):
        return tuple(_input(module, part) for part in x)
    if hasattr(x, "__array__"):
        return tensor(as_computed(module, x))
    raise OptionError(
        f"{_form(module)}: called with {type(x).__name__}. Layers take tensors and NumPy "
        "arrays: use tensor(...) or numpy.asarray(...) first."
    )


def as_computed(module: Module, x: Any) -> Any:
    """The data as an array: float64, which NumPy makes unasked, as float32 where the module is."""
    array = plain(x)
    if array.dtype == FLOAT64:
        dtypes = {variable.dtype for variable in module.variables().values()}
        if FLOAT32 in dtypes and FLOAT64 not in dtypes:
            return array.astype(FLOAT32)
    return array


def _locate(error: PellucidError, module: Module) -> None:
    """Put the path and form of the innermost module in front of an error's message, once."""
    if error.layer is None:
        error.layer = current_scope()
        where = f"{error.layer}: " if error.layer else ""
        error.args = (f"{where}{_form(module)}: {error}",)

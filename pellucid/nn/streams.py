"""Random numbers of layers without `rng`: from the model's seed and the layer's path in it.

Stream      the generator of a layer, as for the masks of dropout
Undrawn     a parameter whose starting values are drawn when they are first asked for
tell_seed   have all of a model begin with a seed; seed_run, for a run

Seed and path count as they are at the first draw, so that what was seen never changes by
itself. No generator is shared, and nothing depends on the order in which layers were made.
"""

import copy
import threading
import weakref
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import numpy as np

from pellucid.capacity import active_sizes
from pellucid.errors import GraphError
from pellucid.nn.base import ATTRIBUTES, BaseModule, Place, joined
from pellucid.primitives.base import DType, Shape, known_dtype
from pellucid.random import Generator
from pellucid.recordings import is_inside, setting, unrecorded
from pellucid.tensor import Tensor, holding
from pellucid.variables import Source, Variable


def derived(seed: int, path: str) -> int:
    """The seed of one layer: 64 bits of the keyed hash BLAKE2b (RFC 7693) of its path.

    >>> derived(0, "hidden.weight") == derived(0, "output.weight")
    False
    """
    key = int(seed).to_bytes(8, "little")
    digest = blake2b(path.encode(), key=key, digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _refuse_inside(what: str) -> None:
    if is_inside():
        raise GraphError(
            f"{what} of a layer without rng, made while a module is called or a function captured: "
            "it would be made anew at every call, with the same numbers. Make layers before, in a "
            "module's __init__ as self.layer = ..., and use them in `forward`."
        )


class Stream(Generator):
    """A generator by seed and path of a module: decided at its first draw, and by `tell_seed`."""

    def __init__(self, place: Place, purpose: int) -> None:
        _refuse_inside("a generator")
        super().__init__(0, purpose)
        place.streams += 1
        self._place = place
        self._number = place.streams
        self._decided: tuple[int, str] | None = None

    def key(self) -> Tensor:
        """The two words that its numbers come from; compiled functions follow a change."""
        setting(self._origin, ATTRIBUTES)
        return super().key()

    def child(self, purpose: int | None = None) -> Generator:
        """An independent generator; each call gives another one."""
        self._origin()
        return super().child(purpose)

    def restart(self) -> None:
        """Decide anew, by the place as it is told now, and begin with the first draw."""
        self._decided = None
        self.draws.assign(self.draws.fresh(np.zeros((), self.draws.dtype)))

    def _origin(self) -> tuple[int, str]:
        """Seed and path."""
        if self._decided is None:
            seed, path = self._place.where()
            self._decided = seed, path if self._number == 1 else f"{path}~{self._number}"
            self.take_seed(derived(*self._decided))
        return self._decided


class Start:
    """How a parameter starts: `draw(rng)`, and what it gave: the first array, of which origin.

    The origin is the seed and the parameter's path.
    """

    def __init__(
        self,
        draw: Callable[[Generator], Tensor],
        shape: Shape,
        dtype: DType,
    ) -> None:
        self.draw = draw
        self.shape = shape
        self.dtype = dtype
        self.place = Place()
        self.first: weakref.ref[Any] | None = None
        self.origin: tuple[int, str] | None = None
        self.lock = threading.RLock()

    def is_kept_by(self, variable: Variable) -> bool:
        """Whether the variable holds what was drawn: nobody has changed it since."""
        return self.first is not None and self.first() is variable.present()

    def copied(self, variable: Variable, copied: Variable) -> "Start":
        """The start of a copy of the variable."""
        start = Start(self.draw, self.shape, self.dtype)
        if self.is_kept_by(variable):
            start.first = weakref.ref(copied.present())
            start.origin = self.origin
        return start

    def drawn(self, origin: tuple[int, str]) -> Any:
        """The values of an origin, row by row."""
        self.origin = origin
        with unrecorded():
            return np.asarray(self.draw(Generator(derived(*origin))).array, order="C")

    def like(self, variable: Variable) -> tuple[Any, ...] | None:
        """What variables share that start alike; None for one that was changed since."""
        variable.present()  # so that it is drawn
        return (*self.origin, self.shape) if self.origin and self.is_kept_by(variable) else None


class Undrawn(Variable):
    """A parameter whose starting values are drawn when they are first asked for.

    Until then it has a shape and a dtype, and may be assigned to; then it is a plain variable,
    as looking up attributes takes longer where there is a `__getattr__`.
    """

    __slots__ = ()

    def __init__(
        self,
        draw: Callable[[Generator], Tensor],
        shape: Shape,
        dtype: Any,
    ) -> None:
        _refuse_inside("a parameter")
        # Not as other variables: the slot of the array stays empty, and __getattr__ fills it.
        self.name, self.trainable, self.is_table = "parameter", True, False
        self._tensor, self._source, self.guard = None, Source(self), None
        self._owned = self._frozen = False
        self.start = Start(draw, tuple(shape), known_dtype("parameter", dtype))
        sizes = active_sizes()
        if sizes is not None:
            self._array = sizes.stand_in(self.shape, self.dtype)

    def __getattr__(self, name: str) -> Any:
        if name != "_array":
            raise AttributeError(f"Variable has no attribute {name!r}")
        start = self.start
        with start.lock:
            if start.first is None:
                seed, path = start.place.where()
                array = start.drawn((seed, joined(path, self.name)))
                start.first = weakref.ref(array)
                self._owned = self.guard is None
                self._array = array
                self.settle()
        return self._array

    def settle(self) -> None:
        """Make it a plain variable from now on."""
        self.__class__ = Variable  # type: ignore[assignment]

    @property
    def shape(self) -> Shape:
        """The sizes of all axes."""
        shape: Shape = self.start.shape
        return shape

    @property
    def dtype(self) -> DType:
        """The dtype of every element."""
        dtype: DType = self.start.dtype
        return dtype

    def belong(self, name: str, place: Place) -> None:
        """Take the name that it has in a module, and that module's place."""
        super().belong(name, place)
        self.start.place = place

    def __deepcopy__(self, memo: dict[int, Any]) -> Variable:
        """Another, not drawn either, in the copy of its place."""
        copied = Undrawn(self.start.draw, self.shape, self.dtype)
        copied.is_table = self.is_table
        copied._frozen = self._frozen
        copied.belong(self.name, copy.deepcopy(self.start.place, memo))
        return copied


def _restart(variable: Variable, seed: int, path: str) -> None:
    """Draw anew what holds the very values that it started with."""
    start = variable.start
    origin = (seed, joined(path, variable.name))
    if start is not None and start.is_kept_by(variable) and start.origin != origin:
        variable.assign(holding(start.drawn(origin)))
        start.first = weakref.ref(variable.present())


def tell_seed(model: BaseModule, seed: int, *, by_run: bool = False) -> None:
    """Have everything in a model without `rng` begin with a seed and its path in the model.

    A run leaves alone what its user told a seed. Starting values that were changed stay, and so
    do all where a program trains the model: what it does not train, such as a random
    projection, belongs to what it has learned.
    """
    modules = model.modules()
    is_trained = any(parameter.guard is not None for parameter in model.parameters().values())
    for path, module in modules.items():
        if by_run and module._place.is_said:
            continue
        module._place.told = (seed, path)
        module._place.by_run = by_run
        for value in vars(module).values():
            if isinstance(value, Stream):
                value.restart()
        for variable in () if is_trained else module.own_variables().values():
            _restart(variable, seed, path)
    ATTRIBUTES.tell()


def seed_run(model: Any, seed: int) -> None:
    """Tell a run's seed to a model whose user told it none."""
    if isinstance(model, BaseModule) and not model._place.is_said:
        tell_seed(model, seed, by_run=True)

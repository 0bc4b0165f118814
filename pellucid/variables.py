"""Variables: the only mutable things.

Variable    a named cell that holds a tensor; `assign` replaces it
Parameter   a variable that training changes: operations on it are recorded
Buffer      a variable that is state, but not trained
Source      where the history of what is computed from a variable ends
assign_all  give several variables new values, all or none
lent        the same for a while
FREEZING    tells when a variable is frozen or thawed
"""

import weakref
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import repeat
from typing import Any, NoReturn

import numpy as np

from pellucid.arrays import is_frozen
from pellucid.capacity import active_sizes
from pellucid.errors import (
    CallError,
    DTypeError,
    GradientError,
    GraphError,
    ShapeError,
)
from pellucid.graph import is_symbolic
from pellucid.guards import Guard, put, unchanged
from pellucid.memory import own
from pellucid.origins import Origin
from pellucid.primitives.base import FLOATS, DType
from pellucid.recordings import Changes, active
from pellucid.strict import strict
from pellucid.tensor import Tensor, holding, tensor

FREEZING = Changes()  # tells when a variable is frozen or thawed


class Source(Origin):
    """Where the values of a trainable variable come from; `owner()` is the variable."""

    __slots__ = ("owner",)

    def __init__(self, owner: "Variable") -> None:
        super().__init__(None, ())
        self.owner = weakref.ref(owner)


class Variable(Tensor):
    """A named cell that holds a tensor, and stands for it in every operation.

    `assign` replaces the tensor; shape and dtype stay. Tensors read before keep their value:
    an executor that updates in place first takes a copy where the present one was handed
    out. Compiled functions that update it take turns, on whichever threads, and who reads it
    sees whole steps. Variables are told apart by identity.
    """

    __slots__ = (
        *("_array", "_frozen", "_owned", "_source", "_tensor"),
        *("guard", "is_table", "name", "start", "trainable"),
    )

    @strict
    def __init__(self, data: Any, *, name: str = "variable", trainable: bool = False) -> None:
        self.name = name
        self.trainable = trainable
        self._tensor: Tensor | None = None
        # As old as the variable: whatever is computed from it, and may be asked of it, is younger.
        self._source = Source(self)
        self.guard: Guard | None = None
        self.start: Any = None  # of a layer's parameter that was not drawn when it was made
        self._frozen = False
        self.is_table = False  # whether rows are looked up in it, as in the weight of an embedding
        sizes = active_sizes()
        if sizes is not None:
            self._owned, self._array = False, sizes.stand_in(*_kind_of(data))
            return
        if isinstance(data, Tensor) and is_symbolic(data.read()):
            raise GraphError(
                f"{name}: a variable made inside a function that is being captured, from numbers "
                "that are known only when it runs: it would be made anew at every call. Make "
                "layers and parameters before, in a module's __init__ as self.layer = ..., and use "
                "them in `forward`."
            )
        self._owned = not is_frozen(data)
        self._array = data if is_frozen(data) else np.asarray(tensor(data).array, order="C")

    def settle(self) -> None:
        """Note that it has values: nothing else is to give it some."""

    def belong(self, name: str, _place: Any) -> None:
        """Take the name that it has in a module, which stands in a place."""
        self.name = name

    def read(self) -> Tensor:
        """The tensor it holds now; a symbol while a function is captured."""
        if active.recording is not None:
            return active.recording.read(self)
        return self._tensor if self._tensor is not None else self.held()

    def held(self) -> Tensor:
        """The tensor it holds, also while a function is captured."""
        while self.guard is not None:
            guard = self.guard.root
            if guard.is_inside:  # by a program that has yet to write over its array
                return self._handed_out(own(self._array))
            guard.wait()
            with guard.lock:
                if guard.into is None:
                    if self._tensor is None:
                        self._tensor = self._handed_out(self._array)
                    return self._tensor
        while self._tensor is None or self._tensor.array is not self._array:
            self._tensor = self._handed_out(self._array)  # assigned meanwhile: once more
        return self._tensor

    def _handed_out(self, array: Any) -> Tensor:
        return holding(array, self._source if self.trainable else None)

    @property
    def frozen(self) -> bool:
        """Whether optimizers leave it as it is; it may be set, and compiled steps follow."""
        return self._frozen

    @frozen.setter
    def frozen(self, value: bool) -> None:
        if value != self._frozen:
            self._frozen = bool(value)
            FREEZING.tell()

    @property
    def value(self) -> Tensor:
        """The tensor it holds now."""
        return self.read()

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of all axes."""
        shape: tuple[int, ...] = self._array.shape
        return shape

    @property
    def dtype(self) -> DType:
        """The dtype of every element."""
        dtype: DType = self._array.dtype
        return dtype

    @property
    def array(self) -> Any:
        """The array it holds now."""
        return self.read().array

    @property
    def origin(self) -> Origin | None:  # type: ignore[override]
        """The origin of the tensor it holds now."""
        return self.read().origin

    @property
    def grad(self) -> Tensor | None:
        """The gradient that `backward()` gave the present value; None after `assign`."""
        return self.read().grad

    @grad.setter
    def grad(self, value: Any) -> None:
        raise GradientError(
            f"{self.name}.grad = ...: gradients are what backward() gives, and each call replaces "
            "those of the last. Leave it out."
        )

    @strict
    def assign(self, value: Any) -> None:
        """Hold another tensor of the same shape and dtype.

        Errors: ShapeError, DTypeError where they differ; nothing is broadcast or converted.
        GraphError in a rule in Python of a compiled function that updates the variable.
        """
        assign_all({self: value})

    def fitting(self, value: Any) -> Tensor:
        """A value as a tensor that can be assigned. Errors: as `assign`."""
        new = self.operand(value)
        if new.shape != self.shape:
            raise ShapeError(
                f"assign: shape {new.shape} to variable {self.name!r} of shape {self.shape}. "
                "The shape of a variable is fixed."
            )
        if new.dtype != self.dtype:
            raise DTypeError(
                f"assign: {new.dtype} to variable {self.name!r} of {self.dtype}. "
                f"The dtype of a variable is fixed: use astype({str(self.dtype)!r})."
            )
        return new

    def present(self) -> Any:
        """Its array, for reading only while nobody updates it."""
        return self._array

    def put_under(self, guard: Guard) -> None:
        """Have programs update it in place from now on, and whoever reads it ask the guard.

        Who reads it already did not ask: the first update is made in a copy.
        """
        self._owned = False
        self.guard = guard

    def writable(self, taken: Collection[int]) -> Any:
        """Its array, to be updated in place: nobody else holds it from now on.

        The guard's lock must be held. `taken`: the ids of arrays that somebody reads.
        """
        if self._tensor is not None or not self._owned or (taken and id(self._array) in taken):
            self._array, self._tensor = own(self._array), None
            self._owned = True
        return self._array

    def _not_in_place(self, _other: Any) -> NoReturn:
        """The name would come to mean an ordinary tensor, and the variable stay as it is."""
        raise CallError(
            f"variable {self.name!r}: `w += x`, `w -= x` and their like do not change a variable. "
            "Write w.assign(w + x); or, where another tensor is meant, y = w + x."
        )

    __iadd__ = __isub__ = __imul__ = __itruediv__ = _not_in_place
    __ipow__ = __imatmul__ = __ifloordiv__ = __imod__ = _not_in_place

    def __reduce__(self) -> Any:
        """What `copy` and `pickle` keep: the numbers, the name, whether it is trained."""
        numbers = np.array(self.held().array)
        return _made_again, (numbers, self.name, self.trainable, self.is_table, self._frozen)

    def __deepcopy__(self, _memo: dict[int, Any]) -> "Variable":
        marks = self.trainable, self.is_table, self._frozen
        copied = _made_again(self.held().array, self.name, *marks)
        if self.start is not None:
            copied.start = self.start.copied(self, copied)
        return copied

    def _title(self) -> str:
        return f"{'parameter' if self.trainable else 'variable'} {self.name!r}"

    def __repr__(self) -> str:
        return f"{self._title()}: {self.read()!r}"


def assign_all(values: Mapping[Variable, Any]) -> None:
    """Give several variables new values, all or, with the errors of `assign`, none."""
    new = {variable: variable.fitting(value) for variable, value in values.items()}
    if active.recording is not None:
        for variable, value in new.items():
            active.recording.write(variable, value)
    if active.recording is not None or active_sizes() is not None:
        return
    # Executors read memory row by row; a tensor may be a transposed view.
    known = [value.known("assign") for value in new.values()]
    arrays = [array if array.flags.c_contiguous else own(array) for array in known]
    with unchanged(new, assigning=True):
        put(tuple(new), {"_array": arrays, "_tensor": repeat(None), "_owned": repeat(False)})
    for variable in new:
        variable.settle()


@contextmanager
def lent(values: Mapping[Variable, Any]) -> Iterator[None]:
    """Inside, variables hold these values, and afterwards what they held. Nothing is copied."""
    before = {variable: variable.held() for variable in values}
    try:
        assign_all(values)
        yield
    finally:
        assign_all(before)


def _kind_of(data: Any) -> tuple[tuple[int, ...], DType]:
    """The shape and dtype that a variable with such data has."""
    known = data if isinstance(data, Tensor | np.ndarray) else tensor(data)
    return known.shape, known.dtype


def _made_again(
    array: Any, name: str, trainable: bool, is_table: bool = False, frozen: bool = False
) -> Variable:
    made = Variable(array, name=name, trainable=trainable)
    made.is_table, made._frozen = is_table, frozen
    return made


@strict
def Parameter(data: Any, *, name: str = "parameter") -> Variable:  # noqa: N802 (makes a kind)
    """A variable that training changes: operations on it are recorded for differentiation."""
    made = Variable(data, name=name, trainable=True)
    if made.dtype not in FLOATS:
        raise DTypeError(f"Parameter: {made.dtype}. Only floats can be trained: pass floats.")
    return made


@strict
def Buffer(data: Any, *, name: str = "buffer") -> Variable:  # noqa: N802 (makes a kind)
    """A variable that belongs to the state of a model, but is not trained."""
    return Variable(data, name=name)

"""Variables: the only mutable things, and what happens to them while a function is captured.

Variable    a named cell that holds a tensor; `assign` replaces it
Parameter   a variable that training changes: operations on it are recorded
Buffer      a variable that is state, but not trained
Recording   the variables that a captured function reads and writes
setting     a value that decides what is captured; watch: what an object has
Changes     tells when such values may have changed
"""

import threading
from collections.abc import Callable, Iterator
from collections.abc import Set as AnySet
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

import numpy as np

from pellucid.arrays import is_frozen
from pellucid.capacity import active_sizes
from pellucid.errors import DTypeError, ShapeError
from pellucid.graph import Origin, Value
from pellucid.memory import own
from pellucid.primitives.base import FLOATS, DType
from pellucid.scopes import current_scope
from pellucid.tensor import Tensor, tensor
from pellucid.written import legal_name


class Changes:
    """Tells compiled functions when to look again at what they depend on: at every `tell()`."""

    def __init__(self) -> None:
        self.count = 0

    def tell(self) -> None:
        """Something has changed."""
        self.count += 1


class Setting(NamedTuple):
    """How a value is read that decides what is captured, what it was, and who tells changes."""

    read: Callable[[], Any]
    value: Any
    changes: Changes | None


class Recording:
    """What a function does to variables and reads of settings while it is captured."""

    def __init__(self) -> None:
        self.reads: dict[Variable, Tensor] = {}
        self.writes: dict[Variable, Tensor] = {}
        self.settings: list[Setting] = []
        self.watched: dict[Any, tuple[Callable[[], Any], Changes]] = {}
        self.outermost: list[Any] = []  # objects called by the function itself, not by others
        self.depth = 0

    def read(self, variable: "Variable") -> Tensor:
        """The variable's present value within the captured function."""
        if variable in self.writes:
            return self.writes[variable]
        if variable not in self.reads:
            path = legal_name(f"{current_scope()}.{variable.name}".strip("."))
            symbol = Value(path, variable.shape, variable.dtype)
            self.reads[variable] = Tensor(symbol, Origin(None, ()))
        return self.reads[variable]

    def write(self, variable: "Variable", value: Tensor) -> None:
        """Give the variable another value within the captured function."""
        self.read(variable)
        self.writes[variable] = value

    def unheld(self, held: "AnySet[Variable]") -> list[str]:
        """Trainable variables that were read, and that nobody holds or writes: names, shapes."""
        return [
            f"{symbol.array.name} {variable.shape}"
            for variable, symbol in self.reads.items()
            if variable.trainable and variable not in held and variable not in self.writes
        ]


class _Active(threading.local):
    recording: Recording | None = None


_active = _Active()


class Tracing(Recording):
    """The same for a function that runs as it stands: reads give what variables hold."""

    def read(self, variable: "Variable") -> Tensor:
        """The variable's present value, with its history where the function has changed it."""
        if variable in self.writes:
            return self.writes[variable]
        if variable not in self.reads:
            self.reads[variable] = variable.held()
        return self.reads[variable]

    def carry_out(self) -> None:
        """Give the variables what was written."""
        for variable, value in self.writes.items():
            variable.assign(value)


@contextmanager
def recording(record: Recording | None = None) -> Iterator[Recording]:
    """Collect reads and writes of variables inside, instead of carrying them out."""
    inner = Recording() if record is None else record
    outer, _active.recording = _active.recording, inner
    try:
        yield inner
    finally:
        _active.recording = outer


def is_recording() -> bool:
    """Whether a function is being captured on this thread."""
    return _active.recording is not None


def active_recording() -> Recording | None:
    """What the function that is being captured on this thread has read and written so far."""
    record = _active.recording
    return None if isinstance(record, Tracing) else record


def setting(read: Callable[[], Any], changes: Changes | None = None) -> Any:
    """A Python value that decides what is captured, such as a mode.

    A compiled function looks it up again at every call, and is captured again where it
    has changed. Where `changes` are told, it looks only after one.
    """
    value = read()
    if _active.recording is not None:
        _active.recording.settings.append(Setting(read, value, changes))
    return value


@contextmanager
def entered(owner: Any, place: AbstractContextManager[Any]) -> Iterator[None]:
    """Inside, and in a place, an object is called; a capture keeps those that none else calls."""
    record = _active.recording
    if record is None:
        raise AssertionError("nothing is being captured")
    if not record.depth:
        record.outermost.append(owner)
    record.depth += 1
    try:
        with place:
            yield
    finally:
        record.depth -= 1


def watch(owner: Any, read: Callable[[], Any], changes: Changes) -> None:
    """The same for what an owner has at the end of a capture; its functions may write it."""
    if _active.recording is not None:
        _active.recording.watched[owner] = read, changes


class Variable(Tensor):
    """A named cell that holds a tensor, and stands for it in every operation.

    `assign` replaces the tensor; shape and dtype stay. Tensors read before keep their value:
    an executor that updates in place first takes a copy where the present one was handed
    out. Variables are told apart by identity.
    """

    __slots__ = ("_array", "_owned", "_source", "_tensor", "name", "trainable")

    def __init__(self, data: Any, *, name: str = "variable", trainable: bool = False) -> None:
        self.name = name
        self.trainable = trainable
        self._tensor: Tensor | None = None
        # As old as the variable: whatever is computed from it, and may be asked of it, is younger.
        self._source = Origin(None, ())
        sizes = active_sizes()
        if sizes is not None:
            self._owned, self._array = False, sizes.stand_in(*_kind_of(data))
            return
        self._owned = not is_frozen(data)
        self._array = data if is_frozen(data) else np.asarray(tensor(data).array, order="C")

    def read(self) -> Tensor:
        """The tensor it holds now; a symbol while a function is captured."""
        if _active.recording is not None:
            return _active.recording.read(self)
        return self.held()

    def held(self) -> Tensor:
        """The tensor it holds, also while a function is captured."""
        if self._tensor is None:
            self._tensor = Tensor(self._array, self._source if self.trainable else None)
        return self._tensor

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
    def grad(self) -> Tensor | None:  # type: ignore[override]
        """The gradient that `backward()` gave the present value; None after `assign`."""
        return self.read().grad

    def assign(self, value: Any) -> None:
        """Hold another tensor of the same shape and dtype.

        Errors: ShapeError, DTypeError where they differ; nothing is broadcast or converted.
        """
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
        if _active.recording is not None:
            _active.recording.write(self, new)
        elif active_sizes() is None:
            # Executors read memory row by row; a tensor may be a transposed view.
            array = new.known("assign")
            self._array = array if array.flags.c_contiguous else own(array)
            self._tensor, self._owned = None, False

    def present(self) -> Any:
        """Its array, for reading only."""
        return self._array

    def writable(self) -> Any:
        """Its array, to be updated in place: nobody else holds it from now on."""
        if self._tensor is not None or not self._owned:
            self._array, self._tensor = own(self._array), None
            self._owned = True
        return self._array

    def __reduce__(self) -> Any:
        """What `copy` and `pickle` keep: the numbers, the name, whether it is trained."""
        return _made_again, (np.array(self._array), self.name, self.trainable)

    def __deepcopy__(self, _memo: dict[int, Any]) -> "Variable":
        return Variable(self._array, name=self.name, trainable=self.trainable)

    def __repr__(self) -> str:
        kind = "parameter" if self.trainable else "variable"
        return f"{kind} {self.name!r}: {self.read()!r}"


def _kind_of(data: Any) -> tuple[tuple[int, ...], DType]:
    """The shape and dtype that a variable with such data has."""
    known = data if isinstance(data, Tensor | np.ndarray) else tensor(data)
    return known.shape, known.dtype


def _made_again(array: Any, name: str, trainable: bool) -> Variable:
    return Variable(array, name=name, trainable=trainable)


def Parameter(data: Any, *, name: str = "parameter") -> Variable:  # noqa: N802 (makes a kind)
    """A variable that training changes: operations on it are recorded for differentiation."""
    made = Variable(data, name=name, trainable=True)
    if made.dtype not in FLOATS:
        raise DTypeError(f"Parameter: {made.dtype}. Only floats can be trained: pass floats.")
    return made


def Buffer(data: Any, *, name: str = "buffer") -> Variable:  # noqa: N802 (makes a kind)
    """A variable that belongs to the state of a model, but is not trained."""
    return Variable(data, name=name)

"""What happens to variables while a function is captured.

Recording   the variables that a captured function reads and writes
Tracing     the same for a function that runs as it stands
recording   have reads and writes recorded; is_recording, active_recording, active
setting     a value that decides what is captured; watch: what an object has
Changes     tells when such values may have changed
USUAL       the precision where none is asked for
entered     an object is called inside; called: those that were, from outside; depth: how many
"""

import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AnySet
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

from pellucid.graph import Value
from pellucid.origins import Origin
from pellucid.scopes import current_scope
from pellucid.tensor import Tensor, holding
from pellucid.written import legal_name

USUAL = "float32"  # the precision of products, where no other is asked for


class Changes:
    """Tells compiled functions when to look again at what they depend on: at every `tell()`."""

    def __init__(self) -> None:
        self.count = 0

    def tell(self) -> None:
        """Something has changed."""
        self.count += 1


class ReadSetting(NamedTuple):
    """How a value is read that decides what is captured, what it was, and who tells changes."""

    read: Callable[[], Any]
    value: Any
    changes: Changes | None


class Calls:
    """Objects that are called by a function itself, not by one another."""

    def __init__(self) -> None:
        self.outermost: weakref.WeakSet[Any] = weakref.WeakSet()
        self.depth = 0


class Recording(Calls):
    """What a function does to variables and reads of settings while it is captured.

    `precision`: the one that its products will be computed in.
    """

    def __init__(self, precision: str = USUAL) -> None:
        super().__init__()
        self.precision = precision
        self.reads: dict[Any, Tensor] = {}
        self.writes: dict[Any, Tensor] = {}
        self.settings: list[ReadSetting] = []
        self.watched: dict[Any, tuple[Callable[[], Any], Changes]] = {}

    def read(self, variable: Any) -> Tensor:
        """The variable's present value within the captured function."""
        if variable in self.writes:
            return self.writes[variable]
        if variable not in self.reads:
            path = legal_name(f"{current_scope()}.{variable.name}".strip("."))
            symbol = Value(path, variable.shape, variable.dtype)
            self.reads[variable] = holding(symbol, Origin(None, ()))
        return self.reads[variable]

    def write(self, variable: Any, value: Tensor) -> None:
        """Give the variable another value within the captured function."""
        self.read(variable)
        self.writes[variable] = value

    def unheld(self, held: AnySet[Any]) -> list[str]:
        """Trainable variables that were read, and that nobody holds or writes: names, shapes."""
        return [
            f"{symbol.array.name} {variable.shape}"
            for variable, symbol in self.reads.items()
            if variable.trainable and variable not in held and variable not in self.writes
        ]


class _Active(threading.local):
    recording: Recording | None = None

    def __init__(self) -> None:
        self.eager = Calls()  # as long as there is no recording


active = _Active()


class Tracing(Recording):
    """A recording of a function that runs as it stands: reads give what variables hold."""

    def read(self, variable: Any) -> Tensor:
        """The variable's present value, with its history where the function has changed it."""
        if variable in self.writes:
            return self.writes[variable]
        if variable not in self.reads:
            self.reads[variable] = variable.held()
        return self.reads[variable]


@contextmanager
def recording(record: Recording | None = None) -> Iterator[Recording]:
    """Collect reads and writes of variables inside, instead of carrying them out."""
    inner = Recording() if record is None else record
    outer = active.recording
    active.recording = inner
    try:
        yield inner
    finally:
        active.recording = outer


@contextmanager
def unrecorded() -> Iterator[None]:
    """What happens inside is carried out, also while a function is captured."""
    outer = active.recording
    active.recording = None
    try:
        yield
    finally:
        active.recording = outer


def is_recording() -> bool:
    """Whether a function is being captured on this thread."""
    return active.recording is not None


def active_recording() -> Recording | None:
    """What the function that is being captured on this thread has read and written so far."""
    record = active.recording
    return None if isinstance(record, Tracing) else record


def setting(read: Callable[[], Any], changes: Changes | None = None) -> Any:
    """A Python value that decides what is captured, such as a mode.

    A compiled function looks it up again at every call, and is captured again where it
    has changed. Where `changes` are told, it looks only after one.
    """
    value = read()
    if active.recording is not None:
        active.recording.settings.append(ReadSetting(read, value, changes))
    return value


@contextmanager
def entered(owner: Any, place: AbstractContextManager[Any]) -> Iterator[None]:
    """Inside, and in a place, an object is called; those that none else calls are kept."""
    calls = active.eager if active.recording is None else active.recording
    if not calls.depth:
        calls.outermost.add(owner)
    calls.depth += 1
    try:
        with place:
            yield
    finally:
        calls.depth -= 1


def is_inside() -> bool:
    """Whether a function is being captured, or a module called, on this thread."""
    return active.recording is not None or active.eager.depth > 0


def depth() -> int:
    """How many modules are being called, one inside another."""
    return (active.eager if active.recording is None else active.recording).depth


def called() -> Iterable[Any]:
    """The objects that the function being captured, or this thread, has called itself."""
    calls = active.eager if active.recording is None else active.recording
    return tuple(calls.outermost)


def watch(owner: Any, read: Callable[[], Any], changes: Changes) -> None:
    """Depend on what an owner has at the end of a capture; the function captured may change it."""
    if active.recording is not None:
        active.recording.watched[owner] = read, changes

"""What happens between layers: the calls of modules, as they are made.

Call        what one module was called with, and gave
calls       collect the calls of all modules made inside
note        add one, where they are collected
in_order    inputs that are given by name, in the order of `forward`
refuse_misfit, refuse_missing, refuse_nothing
            inputs that `forward` does not take, no `forward`, no output
taken       an input as `forward` takes it; as_computed, as an array of the module's dtype
form        a module with what stands in its brackets; locate, an error with it
"""

import inspect
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import CallError, GraphError, OptionError, PellucidError
from pellucid.nn.base import BaseModule
from pellucid.primitives.base import FLOAT32, FLOAT64
from pellucid.recordings import depth
from pellucid.scopes import current_scope
from pellucid.strict import strict
from pellucid.tensor import Tensor, tensor


@strict
@dataclass(frozen=True)
class Call:
    """One call of a module: its path, the module, its inputs and its output."""

    path: str
    module: BaseModule
    inputs: tuple[Any, ...]
    output: Any


class _Watch(threading.local):
    calls: list[Call] | None = None


_watch = _Watch()


@contextmanager
@strict
def calls() -> Iterator[list[Call]]:
    """The calls of all modules made inside, in the order in which they ended.

    For looking at what happens between layers: shapes, or the spread of activations.
    """
    outer = _watch.calls
    _watch.calls = []
    try:
        yield _watch.calls
    finally:
        _watch.calls = outer


def note(module: BaseModule, inputs: tuple[Any, ...], output: Any) -> None:
    """Add a call, where calls are collected."""
    if _watch.calls is not None:
        _watch.calls.append(Call(current_scope(), module, inputs, output))


def in_order(module: BaseModule, inputs: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """All inputs by place, those left out with their defaults. Errors: CallError."""
    try:
        bound = inspect.signature(module.forward).bind(*inputs, **named)
    except TypeError as error:
        raise CallError(f"{type(module).__name__}: {error}. {_takes(module)}") from None
    bound.apply_defaults()
    if bound.kwargs:
        raise CallError(
            f"{type(module).__name__}: {', '.join(bound.kwargs)} can only be given by name. Inputs "
            "of a module have places: drop the `*` before them in its `forward`."
        )
    return bound.args


def refuse_misfit(module: BaseModule, inputs: tuple[Any, ...], error: Exception) -> None:
    """Raise CallError where the call of `forward` itself failed, and not something inside it.

    Or where a layer failed that was given a pair, as recurrent layers give, and takes an array.
    """
    is_pair = bool(inputs) and isinstance(inputs[0], tuple)
    if (
        is_pair
        and (module.takes or not module.children())
        and type(module).__module__.startswith("pellucid.")
    ):
        raised = CallError(f"{form(module)}: called with a pair. It takes one array.")
        raised.layer = current_scope()
        locate(raised, module, inputs)
        raise raised from None
    trace = error.__traceback__
    if isinstance(error, TypeError) and trace is not None and trace.tb_next is None:
        count = f"{len(inputs)} input{'' if len(inputs) == 1 else 's'}"
        raise CallError(f"{type(module).__name__}: called with {count}. {_takes(module)}") from None


def refuse_missing(module: BaseModule) -> None:
    """Raise AttributeError for a module that defines no `forward`, or under another name."""
    name = type(module).__name__
    call = " Keras's `call` is `forward` here." if "call" in dir(type(module)) else ""
    raise AttributeError(
        f"{name} defines no `forward`, which is what calling a module computes.{call} Write "
        "def forward(self, x): ... return y",
        name="forward",
    )


def refuse_nothing(module: BaseModule) -> None:
    """Raise GraphError for a `forward` that has returned None."""
    name = type(module).__name__
    raise GraphError(
        f"{name}: its forward returned None. What a module computes is what forward returns: is a "
        "`return` missing?"
    )


def _takes(module: BaseModule) -> str:
    parameters = inspect.signature(module.forward).parameters
    return f"Its forward takes {', '.join(map(str, parameters)) or 'none'}."


def form(module: BaseModule) -> str:
    """The layer in one line, such as "Linear(784, 50)"."""
    return f"{type(module).__name__}({module.describe()})"


def taken(module: BaseModule, x: Any) -> Any:
    """An input of forward: arrays become tensors, what is none of these is refused."""
    if x is None or isinstance(x, Tensor):
        return x
    if isinstance(x, tuple):
        return tuple(taken(module, part) for part in x)
    if hasattr(x, "__array__"):
        return tensor(as_computed(module, x))
    raise OptionError(
        f"{form(module)}: called with {type(x).__name__}. Layers take tensors and NumPy "
        "arrays: use tensor(...) or numpy.asarray(...) first."
    )


def as_computed(module: BaseModule, x: Any) -> Any:
    """The data as an array: float64, which NumPy makes unasked, as float32 where the module is."""
    if type(x) is not np.ndarray or x.dtype == object:
        from pellucid.columns import plain  # on use: most programs give arrays of numbers

        x = plain(x)
    if x.dtype == FLOAT64:
        dtypes = {variable.dtype for variable in module.variables().values()}
        if FLOAT32 in dtypes and FLOAT64 not in dtypes:
            return x.astype(FLOAT32)
    return x


def locate(error: PellucidError, module: BaseModule, inputs: tuple[Any, ...]) -> None:
    """Put the path and form of the innermost module in front of an error's message, once.

    When it leaves the outermost one, it tells where what does not fit comes from, and what mends
    it, if that is known.
    """
    path = current_scope()
    if error.layer is None and isinstance(error, CallError):
        return
    if error.layer is None:
        error.layer = path
        where = f"{path}: " if path else ""
        error.args = (f"{where}{form(module)}: {error}",)
    error.trail = (*error.trail, (path, module, inputs))
    if depth() == 1:
        # Whatever goes wrong in explaining an error must not hide it.
        with suppress(Exception):
            from pellucid.misfits import explain  # on use: what fits pays nothing

            explain(error)

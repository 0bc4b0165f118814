"""What happens between layers: the calls of modules, as they are made.

Call        what one module was called with, and gave
calls       collect the calls of all modules made inside
note        add one, where they are collected
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pellucid.scopes import current_scope

if TYPE_CHECKING:
    from pellucid.nn.module import Module


@dataclass(frozen=True)
class Call:
    """One call of a module: its path, the module, its inputs and its output."""

    path: str
    module: "Module"
    inputs: tuple[Any, ...]
    output: Any


class _Watch(threading.local):
    calls: list[Call] | None = None


_watch = _Watch()


@contextmanager
def calls() -> Iterator[list[Call]]:
    """The calls of all modules made inside, in the order in which they ended.

    For looking at what happens between layers: shapes, or the spread of activations.
    """
    outer, _watch.calls = _watch.calls, []
    try:
        yield _watch.calls
    finally:
        _watch.calls = outer


def note(module: "Module", inputs: tuple[Any, ...], output: Any) -> None:
    """Add a call, where calls are collected."""
    if _watch.calls is not None:
        _watch.calls.append(Call(current_scope(), module, inputs, output))

"""The layer that operations belong to: it stands at the nodes of a graph, and in errors.

scope           names the layer that the operations inside belong to
current_scope   its path
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pellucid.errors import OptionError
from pellucid.strict import strict


class _Layer(threading.local):
    path = ""


_layer = _Layer()


def current_scope() -> str:
    """The path of the layer whose operations are recorded now."""
    return _layer.path


@contextmanager
@strict
def scope(name: str, *, absolute: bool = False) -> Iterator[None]:
    """Name the operations inside after a layer; scopes nest, joined by dots.

    Errors: OptionError for a name of several lines, as a graph prints one line per node.
    """
    if not name.isprintable():
        raise OptionError(f"scope: {name!r}. A name is one line of printable characters.")
    outer = _layer.path
    _layer.path = name if absolute or not outer else f"{outer}.{name}"
    try:
        yield
    finally:
        _layer.path = outer

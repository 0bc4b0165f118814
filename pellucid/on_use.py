"""Names of a package that are loaded when they are first asked for.

    on_use      what looks such names up, and what lists them

A package whose parts are not all needed by every program imports the others, for readers and
for type checkers, under `if TYPE_CHECKING:`, and names their modules here: so each name stands
where it is imported from, and a start pays for what it uses alone (PEP 562).
"""

import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any


def on_use(
    package: str, names: Iterable[str], modules: tuple[str, ...]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a package: each of `names` from the first module with it."""
    known = frozenset(names)
    own = vars(sys.modules[package])

    def look_up(name: str) -> Any:
        if name in known:
            for module in modules:
                found = vars(import_module(f"{package}.{module}"))
                if name in found:
                    own[name] = found[name]
                    return found[name]
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return look_up, lambda: sorted({*own, *known})

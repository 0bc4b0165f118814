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

from pellucid.errors import nearest


def on_use(
    package: str,
    names: Iterable[str],
    modules: tuple[str, ...] = (),
    packages: tuple[str, ...] = (),
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a package: each of `names` from the first module with it.

    `packages` inside it are imported as they are. Any other name is an error with what is
    written here instead, where that is known.
    """
    known = frozenset(names)
    own = vars(sys.modules[package])

    def look_up(name: str) -> Any:
        if name in packages:
            return import_module(f"{package}.{name}")
        if name in known:
            for module in modules:
                found = vars(import_module(f"{package}.{module}"))
                if name in found:
                    own[name] = found[name]
                    return found[name]
        # `from package import name` asks here, and would hide what is said.
        is_import = sys._getframe(1).f_code.co_name == "_handle_fromlist"
        raise _missing(package, name, {*own, *known}, is_import=is_import)

    return look_up, lambda: sorted({*own, *known, *packages})


def _missing(package: str, name: str, known: Iterable[str], *, is_import: bool) -> Exception:
    """What is raised for a name that a package does not have."""
    text = f"module {package!r} has no attribute {name!r}"
    if name.startswith("_") or (is_import and _is_module(f"{package}.{name}")):
        return AttributeError(text, name=name)
    from pellucid import foreign  # on use: a program that runs needs none of it

    near = nearest(name, [each for each in known if not each.startswith("_")])
    remedy = foreign.name(package, name)
    said = f", {remedy}" if remedy else f". Did you mean {near!r}?" if near else ""
    if said and is_import:
        return ImportError(f"{text}{said}", name=package)
    return AttributeError(f"{text}{said}", name=name)


def _is_module(path: str) -> bool:
    from importlib.util import find_spec

    return find_spec(path) is not None

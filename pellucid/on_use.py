"""Names of a package that are loaded when they are first asked for.

    on_use      what looks such names up, and what lists them

A package whose parts are not all needed by every program imports the others, for readers and
for type checkers, under `if TYPE_CHECKING:`. These lines are the only list: they are read again
when a name is first asked for, so that a start pays for what it uses alone (PEP 562).
"""

import re
import sys
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from typing import Any

from pellucid.errors import nearest

IMPORT = re.compile(r"^ +from (?P<module>[\w.]+) import (?P<names>\([^)]*\)|.+)$", re.MULTILINE)
NAME = re.compile(r"(\w+) *(?=[,)\n]|$)")  # the last word of `X`, and of `X as Y`
AS_ITSELF = re.compile(r"\b(\w+) as \1\b")
CONSTANT = re.compile(r"^([A-Z]\w*)\b[^(\n]* = ", re.MULTILINE)


def on_use(package: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a package: each name from the module it is imported from.

    Any other name is an error with what is written here instead, where that is known. `__all__`,
    where the package does not write it out, is what it imports as itself, and its constants.
    """
    own = vars(sys.modules[package])

    @cache
    def source() -> str:
        return str(own["__loader__"].get_data(own["__file__"]), "utf-8")

    @cache
    def later() -> dict[str, str]:
        return _imported_later(source())

    def listed() -> Iterable[str]:
        if "__all__" in own:
            return frozenset(own["__all__"])
        return _public(source()) if AS_ITSELF.search(source()) else own

    def look_up(name: str) -> Any:
        if name in later():
            own[name] = _loaded(later()[name], name)
            return own[name]
        if name == "__all__" and AS_ITSELF.search(source()):
            return listed()
        # `from package import name` asks here, and would hide what is said.
        is_import = sys._getframe(1).f_code.co_name == "_handle_fromlist"
        raise _missing(package, name, {*listed(), *later()}, is_import=is_import)

    return look_up, lambda: sorted({*own, *later()})


def _imported_later(source: str) -> dict[str, str]:
    """The names that a package imports for type checkers alone, each with its module."""
    _, _, block = source.partition("\nif TYPE_CHECKING:")
    imports = IMPORT.finditer(block)
    return {name: found["module"] for found in imports for name in NAME.findall(found["names"])}


def _public(source: str) -> list[str]:
    """What a package imports as itself, which says that users may too, and its constants."""
    return sorted({*AS_ITSELF.findall(source), *CONSTANT.findall(source)})


def _loaded(module: str, name: str) -> Any:
    loaded = import_module(module)
    return vars(loaded)[name] if name in vars(loaded) else import_module(f"{module}.{name}")


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

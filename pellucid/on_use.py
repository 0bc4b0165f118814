"""Names of a package that are loaded when they are first asked for.

    on_use      what looks such names up, and what lists them
    Kinds       the classes of a package by their words, those of one room loaded on use

A package whose parts are not all needed by every program imports the others, for readers and
for type checkers, under `if TYPE_CHECKING:`. These lines are the only list: they are read again
when a name is first asked for, so that a start pays for what it uses alone (PEP 562).
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property
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
        return _source(own)

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


class Kinds(Mapping[str, Any]):
    """The subclasses of `base` that a package imports, by their names in small letters.

    Those that it imports on use are the classes from its `room`, where there are no others:
    their words are known without loading them.
    """

    def __init__(self, package: str, base: type, room: str) -> None:
        self._own = vars(sys.modules[package])
        self._base = base
        self._room = f"{package}.{room}."

    @cached_property
    def _names(self) -> dict[str, str]:
        names = [name for name, kind in self._own.items() if self._fits(kind)]
        later = _imported_later(_source(self._own)).items()
        names += [name for name, module in later if module.startswith(self._room)]
        return {name.lower(): name for name in names}

    def _fits(self, kind: Any) -> bool:
        return isinstance(kind, type) and issubclass(kind, self._base) and kind is not self._base

    def __getitem__(self, word: str) -> Any:
        name = self._names[word]
        return getattr(sys.modules[self._own["__name__"]], name)

    def __contains__(self, word: object) -> bool:
        return word in self._names  # which loads nothing

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _source(own: Mapping[str, Any]) -> str:
    """The text of the module that has these names."""
    return str(own["__loader__"].get_data(own["__file__"]), "utf-8")


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


def _missing(
    package: str,
    name: str,
    known: Iterable[str],
    *,
    is_import: bool,
) -> Exception:
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

"""The reference of all public names, from signatures and docstrings.

pages       each page by its file
"""

import importlib
import inspect
import types
from collections.abc import Iterator
from functools import cache
from typing import Any

from contents import API
from docstrings import plain, rendered
from sphinx.util.inspect import stringify_signature

HOME = "pellucid"


@cache
def public(module: str) -> dict[str, Any]:
    """What a module offers by name, loaded where it is loaded on use."""
    found = importlib.import_module(module)
    listed = getattr(found, "__all__", None)
    if listed is None:
        own = vars(found).items()
        listed = [n for n, thing in own if n[0] != "_" and _from(thing, module)]
    things = {name: getattr(found, name) for name in sorted(listed) if name[0] != "_"}
    return {n: thing for n, thing in things.items() if not isinstance(thing, types.ModuleType)}


def _from(thing: Any, module: str) -> bool:
    kinds = (type, types.FunctionType)
    return isinstance(thing, kinds) and thing.__module__ == module


def pages() -> dict[str, str]:
    """The pages of the reference, and the one that lists them."""
    return {"api/index.rst": overview()} | {f"api/{m}.rst": page(m) for m in API}


def overview() -> str:
    """The page that lists the modules."""
    rows = [f"- :doc:`{module} <{module}>`: {plain(first_line(module))}" for module in API]
    tree = ["", ".. toctree::", "   :hidden:", "", *(f"   {module}" for module in API), ""]
    head = [*title("API reference"), "All public names, with signatures, formulas and errors.", ""]
    return "\n".join([*head, *rows, *tree])


def first_line(module: str) -> str:
    """What a module is for."""
    text = inspect.getdoc(importlib.import_module(module)) or ""
    return text.partition("\n")[0]


def title(text: str, sign: str = "=") -> list[str]:
    """A heading."""
    return [text, sign * (2 * len(text)), ""]


def page(module: str) -> str:
    """All names of a module, in sections by what makes them: the room that they stand in."""
    lines = [*title(module), f".. py:module:: {module}", ""]
    lines += rendered(inspect.getdoc(importlib.import_module(module)) or "")
    for heading, things in sections(module).items():
        lines += title(heading, "-")
        for name, thing in things.items():
            lines += [*described(name, thing, module), ""]
    return "\n".join(lines)


def sections(module: str) -> dict[str, dict[str, Any]]:
    """The names by the file that defines them, under that file's first line."""
    found: dict[str, dict[str, Any]] = {}
    for name, thing in public(module).items():
        home = getattr(thing, "__module__", None) or ""
        is_ours = home.startswith(HOME) and callable(thing)
        heading = heading_of(home) if is_ours else "Values"
        found.setdefault(heading, {})[name] = thing
    return dict(sorted(found.items(), key=lambda item: item[0] == "Values"))


def heading_of(home: str) -> str:
    """The first words of a file."""
    text = first_line(home).rstrip(".")
    return text.partition(":")[0].partition(";")[0].replace("`", "")


def described(name: str, thing: Any, module: str) -> Iterator[str]:
    """One name with what it says of itself."""
    if inspect.isclass(thing):
        yield from entry("class", f"{name}{signature(thing)}", thing)
        for member, kind, value in members(thing):
            sign = signature(value, is_method=True) if kind != "property" else ""
            text = entry(kind, f"{member}{sign}", value)
            yield from (f"   {line}" if line else "" for line in text)
    elif (
        callable(thing) and not isinstance(thing, types.GenericAlias) and hasattr(thing, "__name__")
    ):
        yield from entry("function", f"{name}{signature(thing)}", thing)
    else:
        yield from (f".. py:data:: {name}", f"   :value: {short(thing)}", "")


def entry(kind: str, head: str, thing: Any) -> Iterator[str]:
    """A directive with a docstring as its text."""
    yield from (f".. py:{kind}:: {head}", "")
    yield from (f"   {line}" if line else "" for line in rendered(inspect.getdoc(thing) or ""))


def members(owner: type) -> Iterator[tuple[str, str, Any]]:
    """The public methods and properties that a class defines, or takes from what has no page."""
    for name, value in sorted(_own(owner).items()):
        if isinstance(value, property):
            yield name, "property", value
        elif isinstance(value, classmethod | staticmethod):
            yield name, "method", value.__func__
        elif isinstance(value, types.FunctionType):
            yield name, "method", value


def _own(owner: type) -> dict[str, Any]:
    bases = owner.__mro__[1:]
    elsewhere = {name for kind in bases if kind in _classes() for name in dir(kind)}
    found: dict[str, Any] = {}
    for kind in owner.__mro__:
        if kind.__module__.startswith(HOME):
            found = {n: v for n, v in vars(kind).items() if n[0] != "_" and v.__doc__} | found
    own = vars(owner)
    return {n: v for n, v in found.items() if n in own or n not in elsewhere}


@cache
def _classes() -> frozenset[type]:
    """The classes that have their own entry."""
    things = (thing for module in API for thing in public(module).values())
    return frozenset(thing for thing in things if inspect.isclass(thing))


def signature(thing: Any, *, is_method: bool = False) -> str:
    """The signature, with types as short as they are written."""
    if inspect.isclass(thing) and thing.__init__ is object.__init__:
        return "()"
    try:
        found = inspect.signature(thing)
    except (TypeError, ValueError):
        return "()"
    parameters = list(found.parameters.values())
    if is_method and parameters and parameters[0].name in ("self", "cls"):
        parameters = parameters[1:]
    shown = found.replace(parameters=parameters)
    if inspect.isclass(thing):
        shown = shown.replace(return_annotation=inspect.Signature.empty)
    return str(stringify_signature(shown, unqualified_typehints=True, short_literals=True))


def short(thing: Any) -> str:
    """A value, or what kind of one it is where it is long."""
    text = repr(thing)
    return text if len(text) <= 72 and "\n" not in text and " at 0x" not in text else "..."

"""What a function reads by name from around it, which is a part of what it computes.

surroundings    whether those names still mean what they meant, as settings of a capture
"""

import dis
from collections.abc import Callable, Iterator, Sequence
from operator import is_, itemgetter
from types import BuiltinFunctionType, CodeType, ModuleType
from typing import Any

from pellucid.recordings import ReadSetting

PLAIN = frozenset({bool, int, float, complex, str, bytes, type(None)})
# What a name of a module is not expected to lose to something else.
FIXED = (ModuleType, type, BuiltinFunctionType)
MISSING = object()


def surroundings(function: Callable[..., Any]) -> list[ReadSetting]:
    """Settings that tell whether a name the function reads has another meaning now.

    Global names are looked up for whatever they mean, those of an enclosing function for numbers
    and texts alone: these are what is assigned there a second time. Names that the function
    assigns itself are its own affair.
    """
    code = getattr(function, "__code__", None)
    if not isinstance(code, CodeType):
        return []
    read, written = _names(code)
    space: dict[str, Any] = getattr(function, "__globals__", {})
    names = tuple(
        name
        for name in sorted(read["LOAD_GLOBAL"] - written)
        if name in space and not isinstance(space[name], FIXED)
    )
    closure = zip(code.co_freevars, getattr(function, "__closure__", None) or (), strict=True)
    cells = [
        cell
        for name, cell in closure
        if name in read["LOAD_DEREF"] - written and type(_content(cell)) in PLAIN
    ]
    found = [_of_space(space, names)] if names else []
    return found + ([_of_cells(cells)] if cells else [])


def _of_space(space: dict[str, Any], names: Sequence[str]) -> ReadSetting:
    """Whether global names mean what they do now, asked at every call."""
    meant = itemgetter(*names, names[0])  # of one name alone it would give no tuple
    kept = meant(space)

    def holds() -> bool:
        try:
            now = meant(space)
        except KeyError:  # deleted
            return False
        return _alike(now, kept)

    return ReadSetting(holds, True, None)


def _of_cells(cells: Sequence[Any]) -> ReadSetting:
    kept = [_content(cell) for cell in cells]
    return ReadSetting(lambda: _alike([_content(cell) for cell in cells], kept), True, None)


def _alike(now: Sequence[Any], kept: Sequence[Any]) -> bool:
    """Whether all are the same objects, or equal ones of one kind: numbers computed again.

    1.0 is not 1, which has another dtype, and -0.0 not 0.0.
    """
    return all(map(is_, now, kept)) or all(map(_is_same, now, kept))


def _is_same(a: Any, b: Any) -> bool:
    if a is b or type(a) is not type(b):
        return a is b
    if type(a) in PLAIN:
        return bool(a == b) and repr(a) == repr(b)
    try:
        return bool(a == b) and repr(a) == repr(b)
    except Exception:  # not to be compared, as arrays are not with one answer
        return False


def _names(code: CodeType) -> tuple[dict[str, set[str]], set[str]]:
    """Names that code and the functions in it read, by the way they do, and those it assigns."""
    read: dict[str, set[str]] = {"LOAD_GLOBAL": set(), "LOAD_DEREF": set()}
    written: set[str] = set()
    for part in _parts(code):
        for step in dis.get_instructions(part):
            if step.opname in read:
                read[step.opname].add(step.argval)
            elif step.opname in {"STORE_GLOBAL", "STORE_DEREF"}:
                written.add(step.argval)
    return read, written


def _parts(code: CodeType) -> Iterator[CodeType]:
    parts = [code]
    while parts:
        part = parts.pop()
        yield part
        parts += [inner for inner in part.co_consts if isinstance(inner, CodeType)]


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # nothing was assigned yet
        return MISSING

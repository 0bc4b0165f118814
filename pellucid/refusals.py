"""What is said of attributes and options that are not there: ours, for another library's word.

no_attribute       the error for an attribute
look_again         raises it for an object, as the last thing that looking up a name does
check_arguments    refuses arguments that a constructor does not take
Strict             a base whose attributes and constructors are answered so
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from pellucid.errors import CallError, closest, nearest

TAKES_MORE = 0x04  # of a code object: *arguments
TAKES_NAMED = 0x08  # **options


def no_attribute(
    where: str, word: str, owners: tuple[str, ...], known: Iterable[str] = ()
) -> AttributeError:
    """The error for an attribute that is not there; `owners`: by whose words it is looked up."""
    text = f"{where} has no attribute {word!r}"
    if not word.startswith("_"):
        from pellucid import foreign  # on use: a program that runs needs none of it

        known = list(known)
        said = f". {closest(word, known)}" if known else "."
        remedy = foreign.attribute(owners, word)
        # Where a word of its own is nearly the same, that is what was meant.
        text += f", {remedy}" if remedy and not _is_slip(word, known) else said
    # With the name but no object: Python then makes no guess of its own beside this.
    return AttributeError(text, name=word)


def _is_slip(word: str, known: Iterable[str]) -> bool:
    near = nearest(word, known)
    return near.casefold() == word.casefold()


def look_again(owner: object, word: str) -> Any:
    """Raise what is to be raised for an attribute that an object does not have."""
    kind = type(owner)
    if word in dir(kind):  # a property failed, by an AttributeError of its own
        return object.__getattribute__(owner, word)
    known = [name for name in (*vars(owner), *dir(kind)) if not name.startswith("_")]
    raise no_attribute(kind.__name__, word, _names(kind), known)


def check_arguments(kind: type, given: Sequence[Any], options: Mapping[str, Any]) -> None:
    """Raise CallError for arguments that the constructor of a class does not take."""
    code = getattr(kind.__init__, "__code__", None)  # type: ignore[misc]
    places, flags, takes = 0, 0, ()
    if code is not None:
        places, flags = code.co_argcount - 1, code.co_flags
        takes = code.co_varnames[1 : places + 1 + code.co_kwonlyargcount]
    if not flags & TAKES_NAMED:
        for name in options:
            if name not in takes:
                raise no_option(kind.__name__, name, _names(kind), takes)
    if len(given) > places and not flags & TAKES_MORE:
        raise CallError(_too_many(kind.__name__, len(given), takes[:places], takes[places:]))


def no_option(where: str, word: str, owners: tuple[str, ...], takes: Sequence[str]) -> CallError:
    """The error for an option that a call does not take."""
    from pellucid import foreign  # on use

    remedy = foreign.option(owners, word)
    known = closest(word, takes) if takes else "It takes none."
    return CallError(f"{where} has no option {word!r}{f', {remedy}' if remedy else f'. {known}'}")


def _too_many(where: str, given: int, places: Sequence[str], named: Sequence[str]) -> str:
    by_place = f"{len(places)} by place: {', '.join(places)}" if places else "none by place"
    others = f" Give the others by name: {', '.join(named)}." if named else ""
    return f"{where}: called with {given} arguments by place. It takes {by_place}.{others}"


def _names(kind: type) -> tuple[str, ...]:
    return tuple(base.__name__ for base in kind.__mro__)


class Strict:
    """A base that answers unknown attributes and options with what is written here instead."""

    def __new__(cls, *arguments: Any, **options: Any) -> Self:
        check_arguments(cls, arguments, options)
        return super().__new__(cls)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            return look_again(self, name)

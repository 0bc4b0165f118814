"""What is said of attributes and options that are not there: ours, for another library's word.

no_attribute       the error for an attribute
look_again         raises it for an object, as the last thing that looking up a name does
refuse_setting     refuses to set an attribute that nothing would read
check_arguments    refuses arguments that a constructor does not take, or of another kind
require            refuses a value that is not of a kind
shown              a value as a message names it
KINDS              what is checked and said of each kind
copied             how objects that check their arguments are copied
Strict             a base whose attributes and constructors are answered so
"""

import copyreg
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Self

from pellucid.errors import OptionError, closest, nearest
from pellucid.strict import Takes, strict, unfit


@dataclass(frozen=True)
class Kind:
    """A kind of argument: how it is known, and what is said where another was given.

    `marks`: methods that its values have, beside those of the class itself.
    """

    rule: str
    marks: tuple[str, ...] = ()


# By what stands in annotations; a module adds its own classes where it defines them.
KINDS: dict[type, Kind] = {
    int: Kind("It is a whole number, such as 64", ("__index__",)),
    float: Kind("It is a number, such as 0.5", ("__float__",)),
}


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


def refuse_setting(owner: object, word: str) -> None:
    """Raise AttributeError where another library's attribute is set, which nothing would read."""
    from pellucid import foreign  # on use

    kind = type(owner)
    if foreign.attribute(_names(kind), word):
        raise no_attribute(kind.__name__, word, _names(kind))


def check_arguments(kind: type, given: Sequence[Any], options: Mapping[str, Any]) -> None:
    """Raise CallError for arguments that the constructor of a class does not take."""
    init: Any = kind.__init__  # type: ignore[misc]
    takes = Takes.of(init, bound=1, more=getattr(kind, "more_options", ()))
    error = unfit(kind.__name__, _names(kind), takes, given, options)
    if error is not None:
        raise error
    wanted = getattr(init, "__annotations__", {})
    for name, value in (*zip(takes.names, given, strict=False), *options.items()):
        _require(kind.__name__, name, value, wanted.get(name))


def require(where: str, name: str, value: Any, kind: type) -> None:
    """Raise OptionError unless a value is of a kind that `KINDS` knows."""
    if not isinstance(value, kind) and not any(hasattr(value, m) for m in KINDS[kind].marks):
        raise OptionError(f"{where}: {name} is {shown(value)}. {KINDS[kind].rule}.")


def _require(where: str, name: str, value: Any, annotation: Any) -> None:
    """Raise OptionError unless a value fits an annotation that names one known kind."""
    kinds = annotation.__args__ if type(annotation) is UnionType else (annotation,)
    known = [kind for kind in kinds if kind is not NoneType]
    if len(known) == 1 and known[0] in KINDS and not (value is None and NoneType in kinds):
        require(where, name, value, known[0])


def shown(value: Any) -> str:
    """A value for a message: itself where it is short, else of what class it is."""
    kind = type(value)
    if isinstance(value, type):
        return f"the class {value.__name__} itself"
    if value is None or kind in (bool, int, float):
        return repr(value)
    name = (
        kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    )
    return f"{value!r:.40}, a {name}" if kind is str else f"a {name}"


def copied(thing: object, protocol: Any) -> Any:
    """What `copy` and `pickle` make another of: `__new__` is then not taken for a call."""
    made = object.__reduce_ex__(thing, protocol)
    is_usual = isinstance(made, tuple) and made[0] is copyreg.__newobj__  # type: ignore[attr-defined]
    return (_blank, *made[1:]) if is_usual else made


def _blank(kind: type) -> Any:
    return object.__new__(kind)


def _names(kind: type) -> tuple[str, ...]:
    return tuple(base.__name__ for base in kind.__mro__)


class Strict:
    """A base that answers unknown attributes and options with what is written here instead.

    Wrong calls of its methods too, where the class is one of pellucid's.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.__module__.startswith("pellucid."):
            strict(cls)

    def __new__(cls, *arguments: Any, **options: Any) -> Self:
        check_arguments(cls, arguments, options)
        return super().__new__(cls)

    __reduce_ex__ = copied

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            return look_again(self, name)

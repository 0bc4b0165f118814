"""Calls that do not fit what a function takes: answered with what is written instead.

strict    has a function, or the methods of a class, answer so
Takes     what a function takes
unfit     the error for arguments that do not fit, if they do not
unasked   that for any arguments

A function that fits its call is called as ever: that the call itself failed is found where it has.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any, TypeVar

from pellucid.errors import CallError, closest

TAKES_MORE = 0x04  # of a code object: *arguments
TAKES_NAMED = 0x08  # **options
MANY = ("shape", "axis", "axes", "repetitions", "size", "arrays")  # several in one tuple

Named = TypeVar("Named", bound=Callable[..., Any])


@dataclass(frozen=True)
class Takes:
    """The arguments that a function takes.

    `places`: those that may be given by place, of which the first `only` cannot be given by name.
    `named`: the others. `needed`: those without a default. `rest`: what any number of others by
    place are called, "" for none. `others`: whether it takes any by name.
    """

    places: tuple[str, ...]
    named: tuple[str, ...]
    needed: tuple[str, ...]
    only: int
    rest: str
    others: bool

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return self.places + self.named

    @property
    def without_name(self) -> tuple[str, ...]:
        """The arguments that cannot be given by name."""
        return self.places[: self.only] + ((self.rest,) if self.rest else ())

    @staticmethod
    def of(function: Any, *, bound: int = 0, more: tuple[str, ...] = ()) -> "Takes":
        """The arguments of a function, of which the first `bound` are given already.

        `more`: what its `**options` stand for, where these are not any.
        """
        code = getattr(function, "__code__", None)
        if code is None:  # `object`'s own constructor
            return Takes((), more, (), 0, rest="", others=False)
        count = code.co_argcount
        flags = code.co_flags
        places = code.co_varnames[bound:count]
        named = code.co_varnames[count : count + code.co_kwonlyargcount]
        usual = function.__defaults__ or ()
        needed = (*places[: len(places) - len(usual)], *named)
        optional = function.__kwdefaults__ or {}
        return Takes(
            places,
            named + more,
            tuple(name for name in needed if name not in optional),
            max(code.co_posonlyargcount - bound, 0),
            rest=code.co_varnames[count + code.co_kwonlyargcount] if flags & TAKES_MORE else "",
            others=bool(flags & TAKES_NAMED) and not more,
        )


def unfit(
    where: str,
    owners: tuple[str, ...],
    takes: Takes,
    given: Sequence[Any],
    options: Mapping[str, Any],
) -> CallError | None:
    """The error for arguments that do not fit; None where they do. `owners`: as for words."""
    for name in options:
        if name in takes.without_name:
            return CallError(f"{where}: {name} is given by name. {_by_place(where, takes)}")
        if name not in takes.names and not takes.others:
            return _no_option(where, name, options[name], owners, takes)
        if name in takes.places[: len(given)]:
            return CallError(f"{where}: {name} is given twice, by place and by name. Once will do.")
    if len(given) > len(takes.places) and not takes.rest:
        return CallError(_too_many(where, takes, given))
    lacking = [n for n in takes.needed if n not in {*takes.places[: len(given)], *options}]
    if lacking:
        verb = "is" if len(lacking) == 1 else "are"
        known = ", ".join(takes.names)
        return CallError(f"{where}: {', '.join(lacking)} {verb} missing. It takes {known}.")
    return None


def unasked(
    where: str, given: Sequence[Any], options: Mapping[str, Any], rest: str = ""
) -> CallError:
    """The error for arguments where none are taken, or, of `rest`, any number by place alone."""
    takes = Takes((), (), (), 0, rest=rest, others=False)
    error = unfit(
        where,
        (where.rpartition(".")[0] or where,),
        takes,
        given,
        options,
    )
    return error or CallError(f"{where}: it takes no arguments.")


def _no_option(
    where: str, word: str, value: Any, owners: tuple[str, ...], takes: Takes
) -> CallError:
    from pellucid import foreign  # on use: a program that runs needs none of it

    remedy = foreign.option(owners, word) or foreign.renamed(
        word, value, takes.names, takes.without_name
    )
    remedy = remedy or foreign.option(("function",), word)
    by_place = f"It takes *{takes.rest}, by place alone." if takes.rest else "It takes none."
    known = closest(word, takes.names) if takes.names else by_place
    return CallError(f"{where} has no option {word!r}{f', {remedy}' if remedy else f'. {known}'}")


def _by_place(where: str, takes: Takes) -> str:
    shown = [*takes.places[: takes.only], *([f"*{takes.rest}"] if takes.rest else [])]
    return f"It has a place: {where.rpartition('.')[2]}({', '.join(shown)})."


def _too_many(where: str, takes: Takes, given: Sequence[Any]) -> str:
    places = takes.places
    named = takes.named
    by_place = f"{len(places)} by place: {', '.join(places)}" if places else "none by place"
    count = "1 argument" if len(given) == 1 else f"{len(given)} arguments"
    text = f"{where}: called with {count} by place. It takes {by_place}."
    last = max(len(places) - 1, 0)
    together = given[last:]
    if places and places[last] in MANY:
        if all(type(each) is int for each in together):
            shown = ", ".join(["..."] * last + [str(tuple(together))])
            return f"{text} Write {where.rpartition('.')[2]}({shown})."
        if places[last] == "arrays":
            return f"{text} Write {where}([a, b]): all of them in one list."
    return f"{text} Give the others by name: {', '.join(named)}." if named else text


def strict(called: Named, *, but: str = "") -> Named:
    """The same function, whose wrong calls raise CallError, or a class with such methods.

    Stands nearest to the function, below other decorators, and above `dataclass`. Of a class that
    does not look at its arguments itself, as `refusals.Strict` does, the constructor too. One
    method, `but`, is left as it is.
    """
    if isinstance(called, type):
        new: Any = called.__new__
        constructor = ("__init__",) if new is object.__new__ else ()
        for name, method in list(vars(called).items()):
            if name != but and (name[0] != "_" or name in ("__call__", *constructor)):
                _make_strict(called, name, method)
        return called

    @functools.wraps(called)
    def call(*given: Any, **options: Any) -> Any:
        try:
            return called(*given, **options) if options else called(*given)
        except TypeError as error:
            trace = error.__traceback__
            if trace is not None and trace.tb_next is None:  # raised by the call, nothing inside
                raise _refused(called, given, options) or error from None
            raise

    return call  # type: ignore[return-value]


def _make_strict(kind: type, name: str, method: Any) -> None:
    """A method as its class has it; what is decorated already stays."""
    around = type(method) if isinstance(method, classmethod | staticmethod) else None
    function = method if around is None else method.__func__
    if isinstance(function, FunctionType) and not hasattr(function, "__wrapped__"):
        made: Any = strict(function)
        setattr(kind, name, made if around is None else around(made))


def _refused(function: Any, given: Sequence[Any], options: Mapping[str, Any]) -> CallError | None:
    """The error for a call of a function, or of a method of what is given first."""
    name = function.__qualname__.rpartition("<locals>.")[2]
    if function.__code__.co_varnames[:1] not in (("self",), ("cls",)):
        return unfit(name, (name,), Takes.of(function), given, options)
    name = function.__name__
    first = given[0] if given else None
    kind = first if isinstance(first, type) else type(first)
    # What is called by its object, as a measure is, or its class has the name of that.
    where = f"{kind.__name__}.{name}" if given else function.__qualname__
    where = where.removesuffix(".__call__").removesuffix(".__init__")
    owners = tuple(base.__name__ for base in kind.__mro__)
    return unfit(
        where,
        owners,
        Takes.of(function, bound=1),
        given[1:],
        options,
    )

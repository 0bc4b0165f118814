"""Every exception that pellucid raises on purpose.

    PellucidError
    ├── ShapeError      (ValueError)    sizes that do not fit together
    ├── DTypeError      (TypeError)     element types that do not fit together
    ├── PositionError   (IndexError)    a position that an array does not have
    ├── OptionError     (ValueError)    an argument outside what its owner accepts
    ├── CallError       (TypeError)     an argument that a function does not take
    ├── GradientError   (RuntimeError)  a derivative that cannot be had, or is wrong
    ├── GraphError      (RuntimeError)  a graph, or a captured function, that is not legal
    ├── StateError      (ValueError)    named weights that do not fit the model
    ├── CapacityError   (MemoryError)   more memory wanted than there is
    ├── DataError       (ValueError)    data that cannot be learned from
    ├── FileError       (OSError)       a file that is missing, damaged or cannot be written
    ├── UnavailableError (OSError)      a system that lacks what native programs need
    └── TrainingError   (RuntimeError)  training that cannot go on

A message says where, what is wrong with the actual values, the rule, and the remedy if one
is likely. Each class is also the built-in exception that Python programmers expect.
"""

import difflib
import sys
from collections.abc import Iterable, Sequence
from typing import Any

LEAST = 0.7  # how much alike two words must be for one to have been meant


class PellucidError(Exception):
    """Base of all exceptions of pellucid.

    `layer` is the path of the layer that it came out of, where it came out of one. `operands`,
    `trail`: of sizes that do not fit, the operation with its arrays, and the modules left so far,
    until it is told where they come from; then it `is_told`.
    """

    layer: str | None = None
    operands: tuple[Any, ...] = ()
    trail: tuple[tuple[str, Any, tuple[Any, ...]], ...] = ()
    is_told: bool = False


class ShapeError(PellucidError, ValueError):
    """Sizes that do not fit together."""


class DTypeError(PellucidError, TypeError):
    """Element types that do not fit together.

    `arguments`: those of a compiled function that are the cause, where any are.
    """

    arguments: tuple[str, ...] = ()


class PositionError(PellucidError, IndexError):
    """A position that an array does not have."""


class OptionError(PellucidError, ValueError):
    """An argument outside what its owner accepts."""


class CallError(PellucidError, TypeError):
    """An argument that a function does not take."""


class GradientError(PellucidError, RuntimeError):
    """A derivative that cannot be had, or that is wrong."""


class GraphError(PellucidError, RuntimeError):
    """A graph, or a function being captured as one, that is not legal."""


class StateError(PellucidError, ValueError):
    """Named weights that do not fit the model."""


class CapacityError(PellucidError, MemoryError):
    """More memory wanted than there is."""


class DataError(PellucidError, ValueError):
    """Data that cannot be learned from."""


class FileError(PellucidError, OSError):
    """A file that is missing, damaged or cannot be written."""


class UnavailableError(PellucidError, OSError):
    """A system that lacks what native programs need; the reference executor runs without it."""


class TrainingError(PellucidError, RuntimeError):
    """Training that cannot go on."""


def located(error: PositionError, layer: str) -> PositionError:
    """The same error, with the layer whose operation it came out of in front, once."""
    if not layer or error.layer is not None:
        return error
    found = PositionError(f"{layer}: {error}")
    found.layer = layer
    return found


def nearest(word: object, known: Iterable[str]) -> str:
    """The known word that was most likely meant; "" where none is like it.

    Letter case does not count, and a word may be the beginning or the initials of what is meant.

    >>> nearest("Relu", ["elu", "relu"]), nearest("lr", ["learning_rate", "l2"])
    ('relu', 'learning_rate')
    """
    meant = _form(word)
    by_form: dict[str, str] = {}
    for each in known:
        by_form.setdefault(_form(each), each)
    found = difflib.get_close_matches(meant, by_form, n=1, cutoff=LEAST)
    short = min(len(meant), 3)
    found += [f for f in by_form if "".join(part[:1] for part in f.split("-")) == meant]
    found += [f for f in by_form if len(f) >= short > 2 and _begins(f, meant)]
    return by_form[found[0]] if found else ""


def _form(word: object) -> str:
    # Of files anything may come in the place of a word.
    return str(word).casefold().replace("_", "-").strip("-")


def _begins(a: str, b: str) -> bool:
    return a.startswith(b) or b.startswith(a)


def some(words: Sequence[object], most: int = 10) -> str:
    """The words, of many the first.

    >>> some(["a", "b", "c"], most=2)
    'a, b, ...'
    """
    return ", ".join(map(str, words[:most])) + (", ..." if len(words) > most else "")


def counted(words: Sequence[object], most: int = 3) -> str:
    """The words; of many the first, and how many more there are.

    >>> counted("abc"), counted("abcde")
    ('a, b, c', 'a, b, c and 2 more')
    """
    more = len(words) - most
    return ", ".join(map(str, words[:most])) + (f" and {more} more" if more > 0 else "")


def is_finite(number: float) -> bool:
    """Whether a number is one that floats hold; whole numbers may be too large, as 10**400 is.

    >>> is_finite(1e308), is_finite(10**400), is_finite(float("nan"))
    (True, False, False)
    """
    return abs(number) <= sys.float_info.max


def closest(word: object, known: Iterable[str]) -> str:
    """A sentence naming the known words, and the nearest one first where there is one.

    >>> closest("rleu", ["relu", "tanh"])
    "Did you mean 'relu'? Known: relu, tanh."
    >>> closest("xyz", ["relu", "tanh"])
    'Known: relu, tanh.'
    """
    known = list(known)
    near = nearest(word, known)
    guess = f"Did you mean {near!r}? " if near else ""
    return f"{guess}Known: {', '.join(known)}."

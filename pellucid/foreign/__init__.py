"""Words of other libraries, each with what is written in pellucid instead.

    attribute    the remedy for an attribute of a tensor, module, optimizer or trainer
    name         the remedy for a name of a package
    option       the remedy for an option of a call
    renamed      the remedy for an option that the function takes under another name
    value        the remedy for a name that stands for a loss, a measure or an optimizer

People come from PyTorch, Keras and NumPy, and write what they know. Nothing here is loaded before
such a word is met. A remedy is a line of code that runs, and behind `#` why; a test runs them all.
"""

from collections.abc import Collection
from importlib import import_module
from typing import Any

PACKAGES = (
    "nn", "functional", "optim", "data", "train", "models", "measures", "augment", "tune", "plot",
)  # fmt: skip


def attribute(owners: tuple[str, ...], word: str) -> str:
    """What is written instead of an attribute; the first of the owners that has it. "" else."""
    from pellucid.foreign.attributes import ATTRIBUTES

    return _first([ATTRIBUTES.get(owner, {}) for owner in owners], word)


def name(package: str, word: str) -> str:
    """What is written instead of a name of a package: ours, or where it stands. "" else."""
    from pellucid.foreign.names import NAMES

    others = [words for owner, words in NAMES.items() if owner != package]
    own = _first([NAMES.get(package, {})], word)
    return own or _elsewhere(package, word) or _first(others, word)


def option(owners: tuple[str, ...], word: str) -> str:
    """What is written instead of an option of a call. "" else."""
    from pellucid.foreign.options import OPTIONS

    return _first([OPTIONS.get(owner, {}) for owner in owners], word)


def renamed(
    word: str,
    value: Any,
    names: Collection[str],
    by_place: Collection[str],
) -> str:
    """What is written where a function with these `names` calls an option otherwise. "" else.

    `by_place`: those that cannot be given by name.
    """
    from pellucid.foreign.synonyms import SYNONYMS

    for library, words in SYNONYMS.items():
        for ours in words.get(word, ()):
            known, _, example = ours.partition("=")
            if known in by_place:
                return f"a word of {library}. It has a place: leave `{word}=` out."
            if known in names:
                shown = example or (repr(value) if isinstance(value, int | float) else "")
                said = f"Write {known}={shown}" if shown else f"It is `{known}=` here"
                return f"a word of {library}. {said}."
    return ""


def value(kind: str, word: str) -> str:
    """What is written instead of the name of a "loss", a "metric" or an "optimizer". "" else."""
    from pellucid.foreign.values import VALUES

    remedy = VALUES.get(kind, {}).get(word.casefold())
    return sentence(remedy) if remedy else ""


def _first(tables: list[dict[str, dict[str, str]]], word: str) -> str:
    for table in tables:
        for library, words in table.items():
            if word in words:
                return f"a word of {library}. {sentence(words[word])}"
    return ""


def sentence(remedy: str) -> str:
    """A remedy as a sentence.

    >>> sentence("x.T  # all axes in reverse order"), sentence("# leave it out")
    ('Write x.T: all axes in reverse order.', 'Leave it out.')
    """
    code, _, why = (part.strip() for part in remedy.partition("#"))
    if not code:
        return f"{why[:1].upper()}{why[1:]}."
    return f"Write {code}{': ' if why else ''}{why}."


def _elsewhere(package: str, word: str) -> str:
    """Where a name stands that is asked for in the wrong package."""
    root = package.partition(".")[0]
    for other in (root, *(f"{root}.{each}" for each in PACKAGES)):
        if other != package and word in import_module(other).__all__:
            return f"which stands elsewhere. Write {other.replace(root, 'pc', 1)}.{word}."
    return ""

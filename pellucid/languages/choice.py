"""Which language explanations are given in.

LANGUAGES   those that there are
language    the language inside a `with` block
chosen      the language as it is now
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from pellucid.errors import OptionError, closest
from pellucid.strict import strict

LANGUAGES = ("en", "zh")
VARIABLE = "PELLUCID_LANGUAGE"
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set decides, as everywhere

_said: ContextVar[str | None] = ContextVar("language", default=None)


@contextmanager
@strict
def language(name: str) -> Iterator[None]:
    """Explanations in this language inside a `with` block: "en" or "zh", or longer as "zh_CN".

    Errors: OptionError for one that there is not.
    """
    token = _said.set(_known("language", name))
    try:
        yield
    finally:
        _said.reset(token)


@strict
def chosen(surroundings: Mapping[str, str] | None = None) -> str:
    """That of `language`, else of PELLUCID_LANGUAGE, else of the locale, else English.

    `surroundings`: the environment, where it is not that of the process.
    Errors: OptionError where PELLUCID_LANGUAGE names one that there is not.

    >>> chosen({"LANG": "zh_CN.UTF-8"}), chosen({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}), chosen({})
    ('zh', 'en', 'en')
    """
    explicit = _said.get()
    if explicit is not None:
        return explicit
    around = os.environ if surroundings is None else surroundings
    if around.get(VARIABLE):
        return _known(VARIABLE, around[VARIABLE])
    locale = next((around[name] for name in LOCALE if around.get(name)), "")
    name = _short(locale)
    return name if name in LANGUAGES else LANGUAGES[0]


def _known(where: str, name: str) -> str:
    found = _short(str(name))
    if found not in LANGUAGES:
        raise OptionError(f"{where}: {name!r}. {closest(found, LANGUAGES)}")
    return found


def _short(name: str) -> str:
    """The language of a locale: "zh" of "zh_CN.UTF-8" and of "zh-Hans"."""
    return name.partition(".")[0].replace("-", "_").partition("_")[0].casefold()

"""Texts in the language chosen, from catalogues of gettext's form.

said        a text with its values
counted     one of two texts, by a number
marked      a text that is given elsewhere
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pellucid.languages.choice import LANGUAGES, chosen

if TYPE_CHECKING:
    from gettext import NullTranslations

HOME = Path(__file__).parent


def said(text: str, /, **values: Any) -> str:
    """The text in the language chosen, its `{name}`s filled in as by `str.format`.

    The text stands here as a literal, or was `marked` where it stands, so that it is found. One
    without a translation is given in English.

    >>> said("{count} of {all}", count=2, all=3)
    '2 of 3'
    """
    name = chosen()
    found = text if name == LANGUAGES[0] else _catalogue(name).gettext(text)
    return found.format(**values)


def counted(one: str, many: str, /, n: int, **values: Any) -> str:
    """The first text where `n` is 1, else the second, in the language chosen and its own plurals.

    >>> counted("{n} layer", "{n} layers", 1), counted("{n} layer", "{n} layers", 3)
    ('1 layer', '3 layers')
    """
    name = chosen()
    if name == LANGUAGES[0]:
        found = one if n == 1 else many
    else:
        found = _catalogue(name).ngettext(one, many, n)
    return found.format(n=n, **values)


def marked(text: str, /) -> str:
    """The text itself, to be given to `said` elsewhere: of a constant, or of a table."""
    return text


@cache
def _catalogue(name: str) -> "NullTranslations":
    """All catalogues of a language, as one."""
    import gettext  # on use: English needs none of it

    whole = gettext.NullTranslations()
    for path in sorted((HOME / name / "LC_MESSAGES").glob("*.mo")):
        with path.open("rb") as file:
            whole.add_fallback(gettext.GNUTranslations(file))
    return whole

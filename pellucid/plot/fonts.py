"""Signs that the usual font lacks, such as Chinese names of classes: never boxes.

chinese_font    the name of a font that the system has and that has such signs, or None
written         the texts of a figure are written by fonts that have their signs
can_be_written  whether all signs of a text can be drawn
"""

import functools
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from pellucid.errors import OptionError
from pellucid.optional import imported

# Windows, macOS, and what Linux distributions install; any of them has the signs of our texts.
KNOWN = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "Microsoft YaHei",
    "SimHei",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Noto Sans CJK JP",  # of a collection Matplotlib reads the first font, which has them too
    "Noto Serif CJK SC",
    "Noto Serif CJK JP",
    "Droid Sans Fallback",
    "Arial Unicode MS",
)


@functools.cache
def chinese_font() -> str | None:
    """The name of a font with Chinese signs, as Matplotlib knows it; None where there is none.

    Errors: OptionError where Matplotlib is not installed.
    """
    manager = imported("matplotlib.font_manager", "plot: Matplotlib, which draws", OptionError)
    return _known(manager) or _new(manager)


def _known(manager: Any) -> str | None:
    installed = {font.name for font in manager.fontManager.ttflist}
    return next((name for name in KNOWN if name in installed), None)


def _new(manager: Any) -> str | None:
    """One that was installed after Matplotlib listed the fonts, which it does once for ever."""
    listed = {font.fname for font in manager.fontManager.ttflist}
    for path in sorted({*manager.findSystemFonts()} - listed):
        with suppress(OSError, RuntimeError):  # a file that is no font, or one of another kind
            manager.fontManager.addfont(path)
    return _known(manager)


def written(figure: Any) -> None:
    """Texts with signs that their font lacks get a further one, or else the codes of these signs.

    It is asked before each drawing, as texts may be added to a figure at any time.
    """
    matplotlib = imported("matplotlib.text", "plot: Matplotlib, which draws", OptionError)
    for text in figure.findobj(matplotlib.Text):
        families = text.get_fontfamily()
        lacking = _lacking(text.get_text(), tuple(families))
        if not lacking:
            continue
        further = chinese_font()
        if further is not None and further not in families:
            text.set_fontfamily([*families, further])
            lacking = _lacking(text.get_text(), (further,)) & lacking
        for sign in sorted(lacking):
            text.set_text(text.get_text().replace(sign, f"U+{ord(sign):04X} ").rstrip())


def can_be_written(text: str) -> bool:
    """Whether the usual font, or that with Chinese signs, has all signs of a text."""
    families = ("sans-serif", *filter(None, [chinese_font()]))
    return not any(all(sign in _lacking(text, (name,)) for name in families) for sign in text)


def _lacking(text: str, families: Sequence[str]) -> frozenset[str]:
    """The signs of a text that no font of these families has."""
    if text.isascii():
        return frozenset()
    found = frozenset(sign for sign in text if sign.isprintable())
    for family in families:
        font = _font(family)
        found = frozenset(sign for sign in found if not font.get_char_index(ord(sign)))
    return found


@functools.cache
def _font(family: str) -> Any:
    manager = imported("matplotlib.font_manager", "plot: Matplotlib, which draws", OptionError)
    return manager.get_font(manager.findfont(manager.FontProperties(family=[family])))

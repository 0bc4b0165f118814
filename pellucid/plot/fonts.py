"""Fonts that have Chinese signs, of those that the system has.

chinese_font    the name of one, or None
"""

import functools

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
    installed = {font.name for font in manager.fontManager.ttflist}
    return next((name for name in KNOWN if name in installed), None)

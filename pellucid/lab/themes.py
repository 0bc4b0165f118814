"""How figures of the lab look: one theme, light or dark, that everyone can read.

themed      Matplotlib draws so inside a `with` block
panels      a figure of the house's width, with calm panels
legend      one legend above or below all panels
settled     the colours of a figure no longer depend on what is set when it is drawn
png         a figure as a picture
readable    the language of labels: the one chosen, or English where no font has its signs
THEMES      light and dark
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pellucid.errors import OptionError, closest
from pellucid.languages import chosen
from pellucid.optional import imported
from pellucid.plot.figure import new_figure
from pellucid.plot.fonts import chinese_font

WIDTH, HEIGHT = 7.2, 3.2  # inches of a figure, and of one row of panels: a notebook is as wide
SHARPNESS = 144  # pixels an inch: two for each pixel of a page
WHO = "lab: Matplotlib, which draws"

# The first five lines of a panel: Okabe and Ito's colours, and for dark paper lighter ones.
LIGHT_CYCLE = ("#0072B2", "#D55E00", "#009E73", "#B07AA1", "#E69F00", "#6E6E6E")
DARK_CYCLE = ("#56B4E9", "#FF8C4B", "#2FC79A", "#DDA0C8", "#F0C04A", "#A8A8A8")
THEMES = {
    "light": {"paper": "#ffffff", "ink": "#1b1f24", "soft": "#57606a", "cycle": LIGHT_CYCLE},
    "dark": {"paper": "#0d1117", "ink": "#e6edf3", "soft": "#9da7b3", "cycle": DARK_CYCLE},
}


@contextmanager
def themed(theme: str) -> Iterator[None]:
    """Figures that are made inside a `with` block are light or dark.

    Errors: OptionError for another theme, and where Matplotlib is not installed.
    """
    if theme not in THEMES:
        raise OptionError(f"lab: theme {theme!r}. {closest(theme, THEMES)}")
    matplotlib = imported("matplotlib", WHO, OptionError)
    with matplotlib.rc_context(_parameters(matplotlib, theme)):
        yield


def panels(
    rows: int = 1, columns: int = 1, *, height: float = HEIGHT, **shared: Any
) -> tuple[Any, list[Any]]:
    """A figure with rows by columns panels, and the panels row by row; `height` is of one row.

    `shared`: what Matplotlib's `subplots` takes, such as `sharey=True`.
    """
    figure = new_figure(
        rows,
        columns,
        (WIDTH, height * rows),
        who=WHO,
        **shared,
    )
    return figure, list(figure.axes)


def legend(figure: Any, panel: Any, columns: int, place: str = "upper") -> None:
    """One legend for all panels, of the lines of one, outside of them; `place`: upper, lower."""
    lines, labels = panel.get_legend_handles_labels()
    figure.legend(lines, labels, loc=f"outside {place} center", ncols=columns)


def settled(figure: Any) -> Any:
    """The figure, with colours such as "C1" as they are in the theme in which it was made.

    Lines, texts and dots look them up when they are drawn, which may be outside of it.
    """
    colours = imported("matplotlib.colors", WHO, OptionError)
    lines = imported("matplotlib.lines", WHO, OptionError).Line2D
    texts = imported("matplotlib.text", WHO, OptionError).Text
    for artist in figure.findobj(lambda one: isinstance(one, (lines, texts))):
        artist.set_color(colours.to_rgba(artist.get_color()))
    for line in figure.findobj(lines):
        for part in ("markerfacecolor", "markeredgecolor"):
            line.set(**{part: colours.to_rgba(getattr(line, f"get_{part}")())})
    for dots in figure.findobj(imported("matplotlib.collections", WHO, OptionError).Collection):
        dots.set_edgecolor(dots.get_edgecolor())
    return figure


def png(figure: Any) -> bytes:
    """The figure as a PNG, as sharp as pages show it."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=SHARPNESS)
    return buffer.getvalue()


def readable() -> str:
    """The language that is chosen, where a font has its signs; else English."""
    return "en" if chosen() == "zh" and chinese_font() is None else chosen()


def _parameters(matplotlib: Any, theme: str) -> dict[str, Any]:
    colours = THEMES[theme]
    ink = colours["ink"]
    paper = colours["paper"]
    soft = colours["soft"]
    families = ["DejaVu Sans", *filter(None, [chinese_font()])]
    return {
        "axes.prop_cycle": matplotlib.cycler(color=colours["cycle"]),
        **dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), paper),
        **dict.fromkeys(("text.color", "axes.labelcolor", "axes.titlecolor"), ink),
        **dict.fromkeys(("axes.edgecolor", "xtick.color", "ytick.color"), soft),
        **dict.fromkeys(("legend.facecolor",), paper),
        **dict.fromkeys(("legend.edgecolor",), soft),
        **dict.fromkeys(("xtick.labelcolor", "ytick.labelcolor"), ink),
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": soft,
        "grid.alpha": 0.3,
        "grid.linewidth": 0.6,
        **dict.fromkeys(("axes.spines.top", "axes.spines.right"), False),
        "font.family": families,
        "font.size": 10.0,
        "axes.titlesize": 10.5,
        "legend.fontsize": 9.0,
        "legend.framealpha": 0.85,
        "lines.linewidth": 1.8,
        "image.cmap": "viridis",
    }

"""The parts of a run's HTML report: its frame and style, sections, tables, pictures.

framed    the whole page; section: a part under its title
table     rows under their heads, in a frame that scrolls by itself
picture   numbers as a picture inside the page
escape    text that cannot become markup
"""

import html
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --soft: #57606a;
  --line: #d0d7de; --card: #f6f8fa; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117;
  --soft: #9da7b3; --line: #30363d; --card: #161b22; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 60rem; color: var(--ink);
  background: var(--paper); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.125rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .375rem; }
p { margin: .25rem 0; color: var(--soft); overflow-wrap: anywhere; }
.results { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; padding: 0; }
.results div { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  padding: .5rem 1rem; }
.results dt { color: var(--soft); font-size: .875rem; }
.results dd { margin: 0; font-size: 1.375rem; font-variant-numeric: tabular-nums; }
.curves { display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); }
.single, .curves figure:only-child { max-width: 34rem; }
figure { margin: 0; }
.scroll { overflow: auto; max-height: 30rem; border: 1px solid var(--line);
  border-radius: .5rem; max-width: 100%; width: fit-content; margin: .5rem 0; }
.scroll.wide { width: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid var(--line); text-align: right;
  white-space: nowrap; }
thead th { position: sticky; top: 0; z-index: 1; background: var(--card); white-space: normal; }
tbody th { position: sticky; left: 0; background: var(--card); font-weight: 400; }
tr:last-child > * { border-bottom: 0; }
tr.best > * { background: var(--card); font-weight: 600; }
th.text, td.text { text-align: left; }
td.form { white-space: normal; overflow-wrap: anywhere; }
.confusion td { text-align: center; padding: .25rem .375rem; min-width: 2.25rem; }
.confusion thead th { text-align: center; padding: .25rem .375rem; white-space: nowrap;
  max-width: 8rem; overflow: hidden; text-overflow: ellipsis; }
.confusion thead th:first-child { left: 0; z-index: 2; }
.confusion tbody th { max-width: 10rem; overflow: hidden; text-overflow: ellipsis; }
.confusion td.none { color: var(--soft); }
.pictures { display: grid; gap: .75rem; margin: .5rem 0; padding: 0;
  grid-template-columns: repeat(auto-fill, minmax(6.5rem, 1fr)); }
.pictures img { width: 100%; display: block; border: 1px solid var(--line);
  border-radius: .25rem; }
.pictures img.small { image-rendering: pixelated; }
.pictures figcaption { font-size: .8125rem; line-height: 1.35; margin-top: .25rem;
  overflow-wrap: anywhere; }
.pictures figcaption span { color: var(--soft); }
@media (max-width: 30rem) { th, td { padding: .25rem .5rem; font-size: .9375rem; } }
.settings th, .settings td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
.settings th { position: static; background: none; color: var(--soft); width: 45%; }
"""

LARGEST_SIDE = 160  # pixels of a picture in the page; larger ones are reduced
SMALL = 64  # of a side: fewer are shown as squares, not blurred


def framed(title: str, parts: Iterable[str], style: str = "", language: str = "en") -> str:
    """The whole page. `style`: further rules of its own; `language`: of its texts."""
    body = "\n".join(part for part in parts if part)
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)} - pellucid</title>\n<style>{STYLE}{style}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def section(title: str, content: str, level: int = 2) -> str:
    """A part under its title."""
    return f"<h{level}>{escape(title)}</h{level}>\n{content}"


def table(
    label: str,
    heads: Sequence[Any],
    rows: Iterable[Sequence[Any]],
    *,
    texts: int = 0,
    best: Sequence[int] = (),
    wide: bool = False,
) -> str:
    """Rows under their heads, in a frame that scrolls by itself; `label` says what they are.

    `texts`: the first columns, which stand at the left; `best`: rows in bold.
    """
    names = [str(head).replace("_", " ") for head in heads]
    head = "".join(
        f'<th scope="col"{_kind(i, texts)}>{escape(n)}</th>' for i, n in enumerate(names)
    )
    lines = []
    for place, row in enumerate(rows):
        cells = "".join(f"<td{_kind(i, texts)}>{escape(x)}</td>" for i, x in enumerate(row))
        lines.append(f'<tr class="best">{cells}</tr>' if place in best else f"<tr>{cells}</tr>")
    body = "\n".join(lines)
    inner = f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    return scrolled(label, inner, wide=wide)


def scrolled(label: str, content: str, *, wide: bool = False) -> str:
    """A frame that scrolls by itself, also by the keyboard."""
    kind = "scroll wide" if wide else "scroll"
    return (
        f'<div class="{kind}" tabindex="0" role="region" aria-label="{escape(label)}">'
        f"{content}</div>"
    )


def picture(pixels: Any, told: str) -> str:
    """A picture of (1 or 3, height, width) numbers, from 0 to 1 or else spread over their range.

    `told` says in words what it shows. Errors: OptionError where Pillow is not installed.
    """
    import base64  # on use, as Pillow: most pages have no pictures
    import io

    from PIL import Image

    low = min(0.0, float(pixels.min()))
    high = max(1.0, float(pixels.max()))
    if low < 0.0 or high > 1.0:
        low = float(pixels.min())
        high = float(pixels.max())
    light = np.round(255.0 * (pixels - low) / ((high - low) or 1.0)).astype(np.uint8)
    image = Image.fromarray(light[0] if len(light) == 1 else light.transpose(1, 2, 0))
    image.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    data = base64.b64encode(buffer.getvalue()).decode()
    kind = ' class="small"' if max(image.size) < SMALL else ""
    return f'<img{kind} alt="{escape(told)}" src="data:image/png;base64,{data}">'


def escape(text: Any) -> str:
    """Text that cannot become markup."""
    return html.escape(str(text))


def _kind(place: int, texts: int) -> str:
    return ' class="text"' if place < texts else ""

"""The page of a run: results, curves, a table of the epochs, and the settings.

save_report    report.html in a folder; one file, nothing fetched, light and dark
"""

import html
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pellucid.disk import expanded
from pellucid.io import write_atomic
from pellucid.strict import strict
from pellucid.tables import cell
from pellucid.train.curves import can_draw, curve_svgs, save_curves
from pellucid.train.history import History

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
p { margin: .25rem 0; color: var(--soft); }
.results { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; padding: 0; }
.results div { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  padding: .5rem 1rem; }
.results dt { color: var(--soft); font-size: .875rem; }
.results dd { margin: 0; font-size: 1.375rem; font-variant-numeric: tabular-nums; }
.curves { display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); }
figure { margin: 0; }
.scroll { overflow-x: auto; max-height: 30rem; border: 1px solid var(--line);
  border-radius: .5rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid var(--line); text-align: right;
  white-space: nowrap; }
thead th { position: sticky; top: 0; background: var(--card); white-space: normal; }
tr:last-child > * { border-bottom: 0; }
tr.best > * { background: var(--card); font-weight: 600; }
.settings th, .settings td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
.settings th { font-weight: 400; color: var(--soft); width: 45%; }
"""


def draw(
    history: History,
    config: Mapping[str, Any],
    folder: str | os.PathLike[str],
    results: Mapping[str, str],
) -> None:
    """Everything to look at in a run folder: the curves, where they can be drawn, and the page."""
    if can_draw():
        save_curves(history, folder)
    save_report(history, config, folder, results)


@strict
def save_report(
    history: History,
    config: Mapping[str, Any],
    folder: str | os.PathLike[str],
    results: Mapping[str, str] | None = None,
) -> Path:
    """Write `report.html`; its path. `results` are shown first, by name.

    Without Matplotlib the curves are left out. Errors: FileError.
    """
    path = Path(expanded(folder)) / "report.html"
    page = _page(history, config, path.parent.resolve().name, results or {})
    # Names of files, and words of a config, may be no text at all: those parts are spelled.
    write_atomic(path, page.encode("utf-8", "backslashreplace"))
    return path


def _page(
    history: History, config: Mapping[str, Any], name: str, results: Mapping[str, str]
) -> str:
    parts = [
        f"<h1>{_escape(name)}</h1>",
        f"<p>{_escape(repr(history).splitlines()[0].removeprefix('History: '))}</p>",
        _results(results),
        "<h2>Curves</h2>",
        _curves(history),
        "<h2>Epochs</h2>",
        _epochs(history),
        "<h2>Settings</h2>",
        _settings(config),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_escape(name)} - pellucid</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{chr(10).join(parts)}\n</main>\n</body>\n</html>\n"
    )


def _curves(history: History) -> str:
    if not can_draw():
        return "<p>Matplotlib, which draws them, is not installed.</p>"
    figures = "\n".join(f"<figure>{svg}</figure>" for svg in curve_svgs(history).values())
    return f'<div class="curves">\n{figures}\n</div>'


def _results(results: Mapping[str, str]) -> str:
    if not results:
        return ""
    pairs = (
        f"<div><dt>{_escape(name)}</dt><dd>{_escape(text)}</dd></div>"
        for name, text in results.items()
    )
    return f'<dl class="results">{"".join(pairs)}</dl>'


def _epochs(history: History) -> str:
    if not history.epochs:
        return "<p>No epoch was completed.</p>"
    names = list(history.epochs)
    chosen = history.restored_epoch or history.best_epoch
    head = "".join(f'<th scope="col">{_escape(n.replace("_", " "))}</th>' for n in names)
    rows = [
        _row(row, "best" if epoch == chosen else "")
        for epoch, row in zip(
            history.epochs["epoch"], zip(*history.epochs.values(), strict=True), strict=True
        )
    ]
    body = "\n".join(rows)
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Table of epochs"><table>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def _row(values: Sequence[Any], kind: str) -> str:
    cells = "".join(f"<td>{cell(value)}</td>" for value in values)
    return f'<tr class="{kind}">{cells}</tr>' if kind else f"<tr>{cells}</tr>"


def _settings(config: Mapping[str, Any]) -> str:
    rows = "\n".join(
        f'<tr><th scope="row">{_breakable(name)}</th><td>{_escape(text)}</td></tr>'
        for name, text in _flat(config)
    )
    return f'<table class="settings"><tbody>\n{rows}\n</tbody></table>'


def _flat(config: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Nested settings with dotted names, in their order; what was not set is left out."""
    waiting: list[tuple[str, Any]] = list(reversed(list(config.items())))
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += [(f"{name}.{key}", v) for key, v in reversed(list(value.items()))]
        elif isinstance(value, list | tuple):
            yield name, ", ".join(map(str, value))
        elif value is not None:
            yield name, str(value)


def _breakable(name: str) -> str:
    """A dotted name that may be broken behind its dots."""
    return _escape(name).replace(".", ".<wbr>")


def _escape(text: Any) -> str:
    return html.escape(str(text))

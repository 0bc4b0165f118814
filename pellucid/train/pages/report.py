"""The page of a run: results, curves, right and wrong, the model, epochs, and the settings.

draw           the curves and the page of a Trainer's run
save_report    report.html in a folder; one file, nothing fetched, light and dark
"""

import os
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pellucid.disk import expanded
from pellucid.errors import FileError
from pellucid.io import write_atomic
from pellucid.strict import strict
from pellucid.tables import cell, few
from pellucid.train.base import BaseTrainer
from pellucid.train.measurements.history import MOST_EPOCHS, History
from pellucid.train.pages.curves import can_draw, curve_svgs, save_curves
from pellucid.train.pages.page import escape, framed, section, table
from pellucid.train.run_files.run_folder import RunFolder


def draw(trainer: BaseTrainer, folder: RunFolder) -> None:
    """Everything to look at in a run folder: the curves, where they can be drawn, and the page.

    What fails is no fault of the run: a warning says so, and the page what is missing. Errors:
    FileError, and MemoryError.
    """
    from pellucid.train.pages.findings import (
        findings,  # on use: after training, and where asked for
    )

    found = findings(trainer)
    try:
        if can_draw():
            save_curves(trainer.history, folder.path)
        save_report(trainer.history, folder.config, folder.path, found.results, found.sections)
    except (FileError, MemoryError, SystemError):
        raise
    except Exception as error:  # a library that draws may fail in any way
        found.faults.append(f"{type(error).__name__}: {error}")
    if found.faults:
        what = "; ".join(found.faults)
        warnings.warn(f"report {folder.path}: {what}. The run is whole without it.", stacklevel=10)


@strict
def save_report(
    history: History,
    config: Mapping[str, Any],
    folder: str | os.PathLike[str],
    results: Mapping[str, str] | None = None,
    sections: Mapping[str, str] | None = None,
) -> Path:
    """Write `report.html`; its path. `results` are shown first, by name.

    `sections`: further parts, HTML by title, shown behind the curves. Without Matplotlib the
    curves are left out. Errors: FileError.
    """
    path = Path(expanded(folder)) / "report.html"
    page = _page(history, config, path.parent.resolve().name, results or {}, sections or {})
    # Names of files, and words of a config, may be no text at all: those parts are spelled.
    write_atomic(path, page.encode("utf-8", "backslashreplace"))
    return path


def _page(
    history: History,
    config: Mapping[str, Any],
    name: str,
    results: Mapping[str, str],
    sections: Mapping[str, str],
) -> str:
    parts = [
        f"<h1>{escape(name)}</h1>",
        f"<p>{escape(repr(history).splitlines()[0].removeprefix('History: '))}</p>",
        _results(results),
        section("Curves", _curves(history)),
        *(section(title, content) for title, content in sections.items()),
        section("Epochs", _epochs(history)),
        section("Settings", _settings(config)),
    ]
    return framed(name, parts)


def _curves(history: History) -> str:
    if not can_draw():
        return "<p>Matplotlib, which draws them, is not installed.</p>"
    figures = "\n".join(f"<figure>{svg}</figure>" for svg in curve_svgs(history).values())
    return f'<div class="curves">\n{figures}\n</div>'


def _results(results: Mapping[str, str]) -> str:
    if not results:
        return ""
    pairs = (
        f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>"
        for name, text in results.items()
    )
    return f'<dl class="results">{"".join(pairs)}</dl>'


def _epochs(history: History) -> str:
    if not history.epochs:
        return "<p>No epoch was completed.</p>"
    chosen = history.restored_epoch or history.best_epoch
    rows = [[cell(value) for value in row] for row in zip(*history.epochs.values(), strict=True)]
    best = [i for i, epoch in enumerate(history.epochs["epoch"]) if epoch == chosen]
    shown = few(rows, MOST_EPOCHS, best)
    heads = list(history.epochs)
    marked = [i for i, row in enumerate(shown) if any(row is rows[place] for place in best)]
    made = table("Table of epochs", heads, shown, best=marked, wide=True)
    if len(shown) == len(rows):
        return made
    whole = table("Table of all epochs", heads, rows, best=best, wide=True)
    return f"{made}\n<details><summary>All {len(rows):,} epochs</summary>\n{whole}\n</details>"


def _settings(config: Mapping[str, Any]) -> str:
    rows = "\n".join(
        f'<tr><th scope="row">{_breakable(name)}</th><td>{escape(text)}</td></tr>'
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
    return escape(name).replace(".", ".<wbr>")

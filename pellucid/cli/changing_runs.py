"""`pellucid runs tag | note | rename | remove | card`: what they change, and what they say.

tag_run, note_run, rename_run, remove_runs, write_card_of    the commands; the exit code of each
"""

from collections.abc import Sequence
from pathlib import Path

import click

from pellucid.archive import changing
from pellucid.archive.card import write_card
from pellucid.cli.present import plain_console
from pellucid.errors import OptionError
from pellucid.tables import printable


def tag_run(folder: Path, tags: Sequence[str], off: Sequence[str], *, quiet: bool) -> int:
    """Write tags on a run, and take others off; the exit code."""
    if not tags and not off:
        raise OptionError(f"tag {folder}: no tag is given. Write `pellucid runs tag RUN TAG`.")
    found = changing.tag(folder, *tags, remove=off)
    _say(f"{folder}: {', '.join(found.tags) or 'no tags'}", quiet=quiet)
    return 0


def note_run(folder: Path, text: str, *, quiet: bool) -> int:
    """Write a note on a run; the exit code."""
    changing.note(folder, text)
    _say(f"{folder}: {text or 'no note'}", quiet=quiet)
    return 0


def rename_run(folder: Path, name: str, *, quiet: bool) -> int:
    """Give a run another name; the exit code."""
    _say(f"run: {changing.rename(folder, name)}", quiet=quiet)
    return 0


def remove_runs(folders: Sequence[Path], *, yes: bool, quiet: bool) -> int:
    """Remove runs, after a question; the exit code. Errors: FileError for what is no run."""
    for folder in folders:
        changing.run_at(folder)
    what = str(folders[0]) if len(folders) == 1 else f"these {len(folders)} runs"
    if not yes:
        for folder in folders if len(folders) > 1 else ():
            click.echo(printable(str(folder)), err=True)
        question = f"Remove {printable(what)} for ever?"
        if not click.confirm(question, err=True):
            return 1
    for folder in folders:
        changing.remove(folder)
        _say(f"removed: {folder}", quiet=quiet)
    return 0


def write_card_of(folder: Path, *, quiet: bool) -> int:
    """Write the model card of a run; the exit code."""
    _say(f"card: {write_card(folder)}", quiet=quiet)
    return 0


def _say(text: str, *, quiet: bool) -> None:
    if not quiet:
        plain_console().print(printable(text))

"""Names of files and folders from outside, checked before anything is done with them.

usable      a name as a path
FilePath    a parameter of the command line that is one
"""

import os
from pathlib import Path
from typing import Any

import click

from pellucid.disk import expanded
from pellucid.errors import OptionError

LONGEST_NAME = 255  # bytes, in the file systems of Linux, macOS and Windows
LONGEST_PATH = 4095  # bytes, in Linux


def usable(word: str) -> Path:
    """The name as a path, `~` as the home folder. Errors: OptionError for one no file can have.

    >>> usable("runs/first").name
    'first'
    """
    word = expanded(word)  # in folder:~/pets and --out=~/runs no shell does it
    try:
        content = os.fsencode(word)
    except UnicodeEncodeError:
        raise OptionError(f"{word!r} is no name of a file: it holds half a character.") from None
    longest = max(len(part) for part in content.split(os.fsencode(os.sep)))
    if b"\0" in content or not content:
        raise OptionError(f"{word!r} is no name of a file: it is empty, or holds a zero byte.")
    if longest > LONGEST_NAME or len(content) > LONGEST_PATH:
        raise OptionError(
            f"{word[:40]!r}... is too long for the name of a file: {len(content):,} bytes, "
            f"{longest:,} between two '{os.sep}'. At most {LONGEST_PATH:,} and {LONGEST_NAME} fit."
        )
    return Path(word)


class FilePath(click.Path):
    """The path of a file or folder; what the file system cannot hold is refused at once."""

    def __init__(self, **rules: Any) -> None:
        super().__init__(path_type=Path, **rules)

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:
        """The path."""
        try:
            path = usable(os.fspath(value))
        except OptionError as error:
            self.fail(str(error), param, ctx)
        return super().convert(path, param, ctx)

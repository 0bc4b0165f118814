"""Where the command line puts a run.

free_folder    a folder of a name that no run has
folder_for     the folder that was asked for, or a free one
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from pellucid.cli.recipe import Recipe
from pellucid.io.files import file_error


def free_folder(recipe: Recipe, kind: str = "") -> Path:
    """runs/<kind><data>-<model>-<n> with the first number that is free, made at once.

    Two processes never get the same. Errors: FileError.
    """
    for number in count(1):
        path = Path("runs") / f"{kind}{recipe.data}-{recipe.model}-{number}"
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise file_error("create the run folder", path, error) from error
        break
    return path


@contextmanager
def folder_for(recipe: Recipe, asked: Path | None) -> Iterator[Path]:
    """The folder that was asked for, or a free one; removed if it is left empty."""
    folder = asked or free_folder(recipe)
    try:
        yield folder
    finally:
        if folder != asked:
            with suppress(OSError):
                folder.rmdir()
                folder.parent.rmdir()

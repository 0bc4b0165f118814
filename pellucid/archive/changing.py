"""Changing what is on the disk: runs are tagged, noted, renamed and removed.

tag, note    write on a run
rename       give its folder another name
remove       delete its folder
run_at       the folder of a run that is there

A run in which somebody trains is neither renamed nor removed.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pellucid.archive.tags import Labels, labels, write_labels
from pellucid.disk import AnyPath, expanded
from pellucid.errors import FileError, OptionError
from pellucid.io.files import file_error
from pellucid.strict import strict
from pellucid.train.run_files.claim import Claim
from pellucid.train.run_files.run_folder import RunFolder

Place = AnyPath


@strict
def tag(folder: Place, *tags: str, remove: Iterable[str] = ()) -> Labels:
    """Write tags on a run, and take others off. Errors: FileError where there is no run."""
    path = run_at(folder)
    found = labels(path).with_tags(tags, remove)
    write_labels(path, found)
    return found


@strict
def note(folder: Place, text: str) -> Labels:
    """Write a note on a run, in the place of an earlier one. Errors: FileError."""
    path = run_at(folder)
    found = Labels(labels(path).tags, text)
    write_labels(path, found)
    return found


@strict
def rename(folder: Place, name: str) -> Path:
    """Give the folder of a run another name, beside the other runs; its new path.

    Errors: OptionError for what is no name; FileError where there is one of that name, or
    somebody trains in it.
    """
    path = run_at(folder)
    if name != os.path.basename(name) or name in ("", ".", ".."):
        raise OptionError(f"rename {path}: {name!r} is no name. Give one without {os.sep!r}.")
    new = path.resolve().with_name(name)
    if new.exists():
        raise FileError(f"rename {path}: there is a {new.name} already. Choose another name.")
    with _alone(path):
        try:
            path.resolve().rename(new)
        except OSError as error:
            raise file_error("rename", path, error) from error
    return path.with_name(name) if path.name else new


@strict
def remove(folder: Place) -> None:
    """Delete the folder of a run with all that it holds, for ever.

    Errors: FileError where there is no run, it cannot be removed, or somebody trains in it.
    """
    path = run_at(folder)
    with _alone(path):
        try:
            if path.is_symlink():
                path.unlink()  # the name alone: what it leads to stays
            else:
                shutil.rmtree(path)
        except OSError as error:
            raise file_error("remove", error.filename or path, error) from error


def run_at(folder: Place) -> Path:
    """The folder of a run. Errors: FileError where it is none."""
    path = Path(expanded(folder))
    if not (path / "config.json").is_file():
        RunFolder.open(path)  # says what is missing
    return path


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    claim = Claim(path)
    claim.take()
    try:
        yield
    finally:
        claim.release()

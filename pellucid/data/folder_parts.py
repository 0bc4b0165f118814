"""Which parts of a folder are pictures, which folders are classes, and which are ready parts.

entries       what a folder holds, by name, without what systems and people put beside pictures
folders_in    the folders among it
classes_in    the sub-folders that are classes
check_inside  refuse a link that leads out of a folder
parts_in      the sub-folders that are the parts of a split: train, validation, test
"""

import os
from collections.abc import Sequence
from pathlib import Path

from pellucid.errors import DataError, FileError
from pellucid.io.files import file_error

# What archives and systems leave behind: macOS, Windows, network drives, Linux.
LEFT_BEHIND = (
    "__macosx",
    "thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "$recycle.bin",
    "system volume information",
    "@eadir",
    "lost+found",
)
NOTES = ("readme", "license", "licence", "copying")
TEXTS = (".txt", ".md", ".rst", ".csv", ".tsv", ".json", ".xml", ".yaml", ".yml", ".html", ".log")
# How the parts of a split are called.
PARTS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}


def entries(folder: Path) -> Sequence[Path]:
    """What a folder holds, by name: no hidden files, texts, and what systems leave behind."""
    try:
        return sorted(path for path in folder.iterdir() if not _is_beside(path.name.lower()))
    except OSError as error:
        raise file_error("image_folder: read", folder, error) from error


def _is_beside(name: str) -> bool:
    return name.startswith(".") or name in (*LEFT_BEHIND, *NOTES) or name.endswith(TEXTS)


def folders_in(folder: Path) -> list[Path]:
    """The folders among what a folder holds."""
    # Where a link cannot be followed, os.path says no; Path.is_dir raises for some.
    return [path for path in entries(folder) if os.path.isdir(path)]


def classes_in(root: Path) -> tuple[str, ...]:
    """The names of the sub-folders: each is a class. Errors: DataError for fewer than two."""
    names = tuple(path.name for path in folders_in(root))
    if len(names) < 2:
        raise DataError(
            f"image_folder: {root} holds {len(names)} sub-folders ({', '.join(names) or 'none'}). "
            "Each class is a sub-folder with its pictures: at least 2 are needed."
        )
    odd = [name for name in names if not name.isprintable()]
    if odd:
        raise DataError(
            f"image_folder: {root} holds a sub-folder named {odd[0]!r}. Names of classes are "
            "printed: rename it, without control characters."
        )
    return names


def parts_in(root: Path) -> dict[str, Path]:
    """The folders of a ready split by part, train first; none where the folders are classes.

    It is one where a folder called train has classes inside, and another part stands beside it.
    Errors: DataError for two folders of one part, or one that is no part.
    """
    folders = folders_in(root)
    named = [(PARTS.get(path.name.lower()), path) for path in folders]
    train = next((path for part, path in named if part == "train"), None)
    if train is None or len({part for part, _ in named} - {None}) < 2 or not folders_in(train):
        return {}
    found: dict[str, Path] = {}
    for part, path in named:
        if part is None or part in found:
            what = f"beside {train.name}" if part is None else f"beside {found[part].name}"
            raise DataError(
                f"image_folder: {root} holds {path.name} {what}. The parts of a split are one "
                "folder each: train, val or validation, test. Move the other away."
            )
        found[part] = path
    return {part: found[part] for part in ("train", "validation", "test") if part in found}


def check_inside(root: Path, path: Path) -> None:
    """Raise FileError where a link leads out of a folder."""
    # A folder from elsewhere could otherwise show any file of this machine as a picture.
    if not real(path).is_relative_to(real(root)):
        raise FileError(
            f"image_folder: {path} leads to {real(path)}, outside {root}. Links out of the folder "
            "are not followed: copy the file."
        )


def real(path: Path) -> Path:
    """Where links lead; a loop of links leads nowhere, and stays as it is."""
    return Path(os.path.realpath(path))

"""The settings in a run folder, read and checked: what was asked for, in a format that is known.

read_settings    what config.json of a folder holds
FORMAT           of run folders as they are written now
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pellucid.errors import FileError
from pellucid.io.files import file_error
from pellucid.version import __version__

CONFIG = "config.json"
CONFIG_BYTES = 2**26  # the characters of a text, and names of classes, are far fewer

# 1 had no number of its format and no sessions.jsonl; all are read.
FORMAT = 2


def read_settings(path: str) -> dict[str, Any]:
    """What a run folder's config.json holds. Errors: FileError where it is none, or damaged."""
    file = Path(path) / CONFIG
    if not os.path.isdir(path):
        raise FileError(f"run {path}: there is no such folder. Give the folder of a run.")
    if not os.path.isfile(file):
        raise FileError(
            f"run {path}: it holds no config.json, so it is not the folder of a run. "
            "Runs are made by `pellucid train` and by a Trainer with a folder."
        )
    try:
        config = json.loads(_content(file))
    except OSError as error:
        raise file_error("read", file, error) from error
    except (ValueError, RecursionError) as error:
        raise FileError(f"read {file}: not JSON ({error}). The file is damaged.") from error
    if not isinstance(config, dict):
        kind = type(config).__name__
        raise FileError(f"read {file}: it holds a {kind}, not an object. It is damaged.")
    _check_format(path, config)
    return config


def _check_format(path: str, config: Mapping[str, Any]) -> None:
    """Raise FileError for a run of a format that this version does not know."""
    there = config.get("format", 1)
    if type(there) is not int or not 1 <= there <= FORMAT:
        writer = config.get("pellucid", "of an unknown version")
        raise FileError(
            f"run {path}: its format is {there!r}, written by pellucid {writer}; this "
            f"is {__version__}, which knows the formats 1 to {FORMAT}. Use a newer version of "
            "pellucid."
        )


def _content(file: Path) -> bytes:
    size = file.stat().st_size
    if size > CONFIG_BYTES:
        raise FileError(f"read {file}: {size:,} bytes. At most {CONFIG_BYTES:,} are read.")
    return file.read_bytes()

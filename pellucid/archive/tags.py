"""What a user writes on a run: tags, and a note. They stand in labels.json in its folder.

Labels    tags and note
labels    those of a run; write_labels, keep others
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pellucid.errors import FileError, OptionError
from pellucid.io import write_atomic
from pellucid.io.files import file_error

FILE = "labels.json"


@dataclass(frozen=True)
class Labels:
    """Tags, in their order, each once; and a note."""

    tags: tuple[str, ...] = ()
    note: str = ""

    def with_tags(self, added: Iterable[str], removed: Iterable[str] = ()) -> "Labels":
        """These tags too, and without others. Errors: OptionError for what is no tag."""
        left = [tag for tag in self.tags if tag not in set(removed)]
        return replace(self, tags=tuple(dict.fromkeys([*left, *map(_tag, added)])))


def _tag(word: str) -> str:
    if not word.strip() or "," in word or not word.isprintable():
        raise OptionError(f"tag {word!r}. A tag is a word, without commas.")
    return word.strip()


def labels(folder: Path) -> Labels:
    """What is written on a run; nothing where there is no such file. Errors: FileError."""
    file = folder / FILE
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return Labels()
    except OSError as error:
        raise file_error("read", file, error) from error
    try:
        entry: dict[str, Any] = json.loads(content)
        tags = tuple(str(tag) for tag in entry["tags"])
        return Labels(tags, str(entry["note"]))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise FileError(
            f"read {file}: it is damaged ({type(error).__name__}: {error}). Delete it, or mend "
            "it by hand: it holds tags and a note."
        ) from error


def write_labels(folder: Path, found: Labels) -> None:
    """Keep tags and note of a run. Errors: FileError."""
    text = json.dumps(asdict(found), indent=2, ensure_ascii=False)
    write_atomic(folder / FILE, text.encode("utf-8", "backslashreplace") + b"\n")

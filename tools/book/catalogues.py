"""The texts of the book that are translated, in catalogues beside the documents.

    docs/locales/zh/LC_MESSAGES/book/01-perceptron.po     of docs/book/01-perceptron.md

bring         bring them up to date, or say what is not
TRANSLATED    the documents that have one: chapters, and the pages around them
"""

import io
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import building
import staging
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

TRANSLATED = ("index.md", "questions.md", "glossary.md", "lab.md", "book/*.md")
HOME = staging.DOCS / "locales" / "zh" / "LC_MESSAGES"
WHEN = datetime(2026, 11, 28, tzinfo=UTC)  # fixed: a date would differ in every change
WIDTH = 100


def bring(*, write: bool) -> int:
    """Write them, or only look; what is left to do is printed. 1 where something is."""
    left = [line for path, texts in templates() for line in _one(path, texts, write=write)]
    print("\n".join(left) or "All catalogues of the book are up to date.")
    return 1 if left else 0


def templates() -> Iterator[tuple[Path, Catalog]]:
    """The texts of each document that is translated, and where its catalogue is."""
    from sphinx.cmd.build import build_main

    source, made = building.WORK / "source-texts", building.WORK / "texts"
    shutil.rmtree(made, ignore_errors=True)
    staging.stage_texts(source, TRANSLATED)
    arguments = ["-b", "gettext", "-c", str(building.HERE), "-Q", "-E", str(source), str(made)]
    if build_main(arguments):
        sys.exit("The texts could not be read.")
    for file in sorted(made.rglob("*.pot")):
        path = HOME / file.relative_to(made).with_suffix(".po")
        yield path, read_po(io.BytesIO(file.read_bytes()))


def _one(path: Path, texts: Catalog, *, write: bool) -> Iterator[str]:
    name = path.relative_to(staging.ROOT)
    found = updated(path, texts)
    content = written(found)
    if write:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    elif not path.is_file() or entries(path.read_bytes()) != entries(content):
        yield f"{name}: not up to date"
    yield from (f"{name}: without translation: {m.id!r}" for m in found if is_left(m))


def is_left(message: Message) -> bool:
    """Whether a text lacks its translation, or has one of another text."""
    return bool(message.id) and (message.fuzzy or not message.string)


def updated(path: Path, texts: Catalog) -> Catalog:
    """The catalogue with the texts as they are now; what is gone leaves."""
    found = Catalog(
        locale="zh", project="pellucid", header_comment=f"# zh: the texts of {path.stem}.",
        last_translator="pellucid", creation_date=WHEN, revision_date=WHEN, fuzzy=False,
    )  # fmt: skip
    if path.is_file():
        for message in read_po(io.BytesIO(path.read_bytes()), locale="zh"):
            if message.id:
                found[message.id] = message
    wanted = Catalog()
    for message in texts:
        if message.id and message.id not in both_ways():
            wanted.add(message.id)
    found.update(wanted, no_fuzzy_matching=True)
    found.obsolete.clear()
    found.creation_date = found.revision_date = WHEN
    return found


@cache
def both_ways() -> frozenset[str]:
    """What the glossary says in both languages: its rows stay as they are."""
    lines = (staging.DOCS / "glossary.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("|")][2:]
    return frozenset(cell.strip() for row in rows for cell in row.strip("|").split("|"))


def written(catalogue: Catalog) -> bytes:
    """The file of a catalogue, in the order of the document."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=WIDTH)
    return buffer.getvalue()


def entries(content: bytes) -> list[tuple[object, object]]:
    """What a file says, whatever version of Babel wrote it."""
    return [(m.id, m.string) for m in read_po(io.BytesIO(content)) if m.id]

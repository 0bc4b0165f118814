"""Bring the catalogues of translations up to date with the texts that the code marks.

    python tools/languages/extract.py            write them: .po for people, .mo for the program
    python tools/languages/extract.py --check    write nothing; say what is not up to date

Each room of the package (a folder, or a file beside them) that says texts has a catalogue of its
name in each language; of the lab each topic has one, where the docstrings of experiments are texts
too. New texts are added without a translation, changed ones likewise, and those
that are gone leave; then the texts without a translation are listed. Write it into the .po, and run
this once more. Exit code 1: something is left to do. Needs Babel (the extra `dev`).
"""

import argparse
import ast
import gettext
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import pellucid
from pellucid.lab.experiment import Docstring
from pellucid.languages import LANGUAGES

HOME = Path(pellucid.__file__).parent
KEYWORDS: dict[str, tuple[int, ...] | None] = {"said": None, "marked": None, "counted": (1, 2)}
WHEN = datetime(2026, 11, 28, tzinfo=UTC)  # fixed: a date would differ in every change
WIDTH = 100
IMPORT = "from pellucid.languages import"
CLAIMS = ("at_most", "at_least")  # what the lab says by them is translated too


def marked_texts(room: Path) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """The texts that a room marks, with the files they stand in.

    Files that do not import what marks texts may have other things of these names.
    """
    for file in files_of(room):
        name = file.relative_to(HOME.parent).as_posix()
        if room.parent == HOME / "lab":
            yield from ((name, text) for text in lab_texts(file))
        if IMPORT in file.read_text(encoding="utf-8"):
            for _, text, _, _ in extract_from_file("python", file, keywords=KEYWORDS):
                yield name, text


def files_of(room: Path) -> list[Path]:
    """The files of a room; of the lab those that stand in no topic."""
    if not room.is_dir():
        return [room]
    return sorted(room.glob("*.py") if room == HOME / "lab" else room.rglob("*.py"))


def lab_texts(file: Path) -> Iterator[str]:
    """What a topic of the lab is about, or what an experiment says without marking it.

    That is its docstring, the units and meanings of its settings, and its claims.
    """
    tree = ast.parse(file.read_text(encoding="utf-8"))
    docstring = ast.get_docstring(tree) or ""
    if file.stem == "__init__":
        yield docstring.partition("\n")[0].rstrip(".")
        return
    yield from (text for name, text in vars(Docstring.read(docstring)).items() if name != "source")
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[_, *facts])):
                yield from (fact for fact in map(literal, facts) if fact)
            case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in CLAIMS:
                yield literal(first)


def literal(node: ast.expr) -> str:
    """The text that stands there; "" where something else does."""
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return ast.literal_eval(node) if is_text else ""


def template(room: Path) -> Catalog:
    """The texts of a room, untranslated."""
    found = Catalog(project="pellucid", charset="utf-8")
    for file, text in marked_texts(room):
        found.add(text, locations=[(file, 0)])
    return found


def updated(texts: Catalog, language: str, old: Path) -> Catalog:
    """The catalogue of a language, with the texts as they are now."""
    found = Catalog(
        locale=language,
        project="pellucid",
        header_comment=f"# {language}: what {old.stem} says.",
        last_translator="pellucid",
        creation_date=WHEN,
        revision_date=WHEN,
        fuzzy=False,
    )
    if old.is_file():
        for message in read_po(io.BytesIO(old.read_bytes()), locale=language):
            if message.id:
                found[message.id] = message
    found.update(texts, no_fuzzy_matching=True)
    found.obsolete.clear()
    found.creation_date = found.revision_date = WHEN
    return found


def written(catalogue: Catalog) -> tuple[bytes, bytes]:
    """The .po and the .mo of a catalogue."""
    people, program = io.BytesIO(), io.BytesIO()
    write_po(people, catalogue, width=WIDTH, sort_by_file=True, include_lineno=False)
    write_mo(program, catalogue)
    return people.getvalue(), program.getvalue()


def same(name: str, ours: bytes, theirs: Path) -> bool:
    """Whether a file says the same, whatever version of Babel wrote it."""
    if not theirs.is_file():
        return False
    there = theirs.read_bytes()
    if name == ".mo":
        return _pairs(ours) == _pairs(there)
    return _entries(ours) == _entries(there)


def _pairs(program: bytes) -> dict[object, str]:
    pairs = vars(gettext.GNUTranslations(io.BytesIO(program)))["_catalog"]
    return {text: said for text, said in pairs.items() if text}


def _entries(people: bytes) -> list[tuple[object, ...]]:
    found = read_po(io.BytesIO(people))
    return [(m.id, m.string, m.locations, m.user_comments) for m in found if m.id]


def rooms() -> dict[str, Path]:
    """What has a catalogue, by its name."""
    places = [p for p in HOME.iterdir() if p.is_dir() or p.suffix == ".py"]
    found = {p.stem: p for p in sorted(places) if p.name not in ("languages", "__pycache__")}
    topics = [p for p in HOME.glob("lab/*") if p.is_dir() and p.name != "__pycache__"]
    return found | {f"lab-{p.name}": p for p in sorted(topics)}


def is_translated(message: Message) -> bool:
    """Whether it has its translation, in all plural forms; the program has none that is fuzzy."""
    found = message.string
    return bool(found) and not message.fuzzy and all([found] if isinstance(found, str) else found)


def catalogues() -> Iterator[tuple[Path, Catalog]]:
    """The catalogue that belongs into each .po; an empty one where that is to go."""
    for room, place in rooms().items():
        texts = template(place)
        for language in LANGUAGES[1:]:
            path = HOME / "languages" / language / "LC_MESSAGES" / f"{room}.po"
            if len(texts) or path.is_file():
                yield path, updated(texts, language, path)


def bring(path: Path, catalogue: Catalog, *, write: bool) -> Iterator[str]:
    """Write the two files of a catalogue, or say which of them are not up to date."""
    for suffix, content in zip((".po", ".mo"), written(catalogue), strict=True):
        file = path.with_suffix(suffix)
        if len(catalogue) == 0:
            if write:
                file.unlink(missing_ok=True)
            elif file.is_file():
                yield f"{file.relative_to(HOME)}: no text is left of it"
        elif not same(suffix, content, file):
            if write:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            else:
                yield f"{file.relative_to(HOME)}: not up to date"


def main() -> int:
    """Do it; what is left to do is printed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="Write nothing.")
    check = parser.parse_args().check
    left: list[str] = []
    for path, catalogue in catalogues():
        left += bring(path, catalogue, write=not check)
        left += [
            f"{path.relative_to(HOME)}: without translation: {message.id!r}"
            for message in catalogue
            if message.id and not is_translated(message)
        ]
    print("\n".join(left) or "All catalogues are up to date.")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())

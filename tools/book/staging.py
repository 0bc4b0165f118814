"""What the generator reads: the documents as they stand, with contents, and what is made.

stage          bring all into a folder
stage_texts    the same for those that are translated
"""

import re
import shutil
from pathlib import Path

import api_pages
import primitive_table
from contents import API, CONTENTS

from pellucid.lab import EXPERIMENTS
from pellucid.languages import language, said

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SPHINX = {"en": "en", "zh": "zh_CN"}  # languages as Sphinx calls them
OUTSIDE = re.compile(r"(?<!!)\[([^\]]*)\]\(((?:\.\./)+[^)\s]+)\)")
SOURCE = re.compile(r"(?:\.\./)+(pellucid/[\w/]+)\.py$")


def stage(folder: Path, spoken: str) -> None:
    """All that the generator reads for a language, in a folder that is made anew."""
    copy(folder)
    (folder / "locales" / "zh").rename(folder / "locales" / SPHINX["zh"])
    add(folder / "index.md", contents())
    add(folder / "lab.md", tree(tuple(f"lab/{name}" for name in EXPERIMENTS)))
    add(folder / "decisions" / "README.md", notes())
    with language(spoken):
        made = {**api_pages.pages(), **primitive_table.pages(), **experiment_pages()}
    for name, text in made.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def stage_texts(folder: Path, patterns: tuple[str, ...]) -> None:
    """The documents that are translated, with the captions of the contents, and no others."""
    copy(folder)
    wanted = {file for pattern in patterns for file in folder.glob(pattern)}
    for file in set(folder.rglob("*.md")) - wanted:
        file.unlink()
    captions = "".join(tree((), f":caption: {caption}") for caption in CONTENTS)
    add(folder / "index.md", captions)


def copy(folder: Path) -> None:
    """The documents, with links as the site has them."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(DOCS, folder)
    for document in folder.rglob("*.md"):
        text = inside(document.read_text(encoding="utf-8"), document.relative_to(folder))
        document.write_text(text, encoding="utf-8")


def inside(text: str, document: Path) -> str:
    """A document with links as the site has them: to the page of a module, or the words alone."""
    depth = len(document.parts) - 1

    def moved(link: re.Match[str]) -> str:
        words, target = link[1], link[2]
        if target.count("../") <= depth:
            return link[0]
        source = SOURCE.match(target)
        name = source[1].replace("/", ".") if source else ""
        return f"[{words}]({'../' * depth}api/{name}.rst)" if name in API else words

    return OUTSIDE.sub(moved, text)


def contents() -> str:
    """The tables of contents, as the front page has them at its end; chapters are numbered."""
    (first, chapters), *others = CONTENTS.items()
    return tree(chapters, f":caption: {first}", ":numbered: 1") + "".join(
        tree(pages, f":caption: {caption}") for caption, pages in others
    )


def tree(pages: tuple[str, ...], *options: str) -> str:
    """One table of contents."""
    return "\n".join(["\n```{toctree}", ":hidden:", *options, "", *pages, "```\n"])


def add(document: Path, text: str) -> None:
    """Write more at the end of a document."""
    document.write_text(document.read_text(encoding="utf-8") + text, encoding="utf-8")


def notes() -> str:
    """The notes of decisions, below the page that lists them."""
    return tree(tuple(path.stem for path in sorted((DOCS / "decisions").glob("0*.md"))))


def experiment_pages() -> dict[str, str]:
    """A page for each experiment of the lab, in the language chosen."""
    return {
        f"lab/{name}.md": f"# {said(each.words.title)}\n\n```{{experiment}} {name}\n```\n"
        for name, each in EXPERIMENTS.items()
    }

"""No paragraph of a chapter lacks its translation."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="the book is made by Sphinx: the extra dev")
pytest.importorskip("myst_parser", reason="documents are read by MyST: the extra dev")
import catalogues
from babel.messages.catalog import Catalog

TOOL = Path(__file__).parents[2] / "tools" / "book"


def test_every_text_of_the_book_has_its_translation() -> None:
    done = subprocess.run(
        [sys.executable, TOOL, "--check"], capture_output=True, text=True, timeout=120, check=False
    )  # fmt: skip
    assert done.stdout == "All catalogues of the book are up to date.\n", done.stderr
    assert done.returncode == 0


def test_a_text_that_is_new_or_gone_changes_the_catalogue(tmp_path: Path) -> None:
    path, texts = tmp_path / "x.po", Catalog()
    texts.add("old")
    path.write_bytes(catalogues.written(catalogues.updated(path, texts)))
    path.write_text(path.read_text().replace('"old"\nmsgstr ""', '"old"\nmsgstr "旧"'))
    assert [m.string for m in catalogues.updated(path, texts) if m.id] == ["旧"]
    texts = Catalog()
    texts.add("new")
    left = [m.id for m in catalogues.updated(path, texts) if catalogues.is_left(m)]
    assert left == ["new"]

"""The documents become the sources of the site."""

import re
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason="the book is made by Sphinx: the extra dev")
from contents import CONTENTS
from staging import DOCS, inside


def test_links_out_of_the_documents_lead_to_the_reference_or_nowhere() -> None:
    text = "[a](../pellucid/errors.py) [b](../README.md) [c](tour.md)"
    assert inside(text, Path("x.md")) == "[a](api/pellucid.errors.rst) b [c](tour.md)"
    text = "[a](../numerics.md) [b](../../README.md) [c](../../pellucid/errors.py)"
    assert inside(text, Path("decisions/x.md")) == (
        "[a](../numerics.md) b [c](../api/pellucid.errors.rst)"
    )


def test_every_document_has_its_place() -> None:
    listed = {page for pages in CONTENTS.values() for page in pages}
    documents = {path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md")}
    placed = {name for name in documents if not name.startswith("decisions/0")} - {"index"}
    assert placed - listed == set()
    assert listed - documents == {"api/index", "primitives"}


@pytest.mark.parametrize("asked", ["loss-not-fall", "which-optimizer", "what-is-batch-norm"])
def test_a_newcomer_finds_answers_from_the_front_page(asked: str) -> None:
    front = (DOCS / "index.md").read_text(encoding="utf-8")
    assert re.search(rf"\(questions\.md#[a-z-]*{asked}\)", front)

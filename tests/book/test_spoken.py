"""Formulas, and the word that unfolds answers, are in the language of the site."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import spoken

from pellucid.languages import LANGUAGES

CHAPTERS = Path(__file__).parents[2] / "docs" / "book"
FOLDED = "a\n\n<details>\n<summary>Answer</summary>\n\nb\n\n</details>\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_word_is_that_of_the_language(language):
    word = spoken.WORDS[language]
    assert f"<summary>{word}</summary>\n\nb" in spoken.spoken(FOLDED, language, {})


def test_chapters_fold_nothing_under_another_word():
    for chapter in sorted(CHAPTERS.glob("*.md")):
        words = set(re.findall(r"<summary>(.*?)</summary>", chapter.read_text(encoding="utf-8")))
        assert words <= {"Answer"}, chapter.name


def test_a_formula_has_the_words_of_its_translation():
    text = "One\n\n$$\nx \\text{ if}\n> 0\n$$\n\n$$\ny\n$$\n"
    known = {"x \\text{ if}\n> 0": "x \\text{ 若}\n> 0"}
    expected = "One\n\n$$\nx \\text{ 若}\n> 0\n$$\n\n$$\ny\n$$\n"
    assert spoken.spoken(text, "zh", known) == expected


def test_formulas_with_words_are_found_in_the_catalogues_of_their_chapters():
    locales = CHAPTERS.parent / "locales" / "zh" / "LC_MESSAGES" / "book"
    found = 0
    for chapter in sorted(CHAPTERS.glob("*.md")):
        known = spoken.translations(locales / f"{chapter.stem}.po")
        formulas = spoken.FORMULA.findall(chapter.read_text(encoding="utf-8"))
        found += sum(known.get(each, each) != each for each in formulas)
    assert found >= 5


def test_a_document_without_a_catalogue_stays_as_it_is(tmp_path):
    assert spoken.translations(tmp_path / "none.po") == {}


def test_a_document_is_read_in_the_language_as_the_generator_calls_it(tmp_path):
    home = tmp_path / "locales" / "zh_CN" / "LC_MESSAGES" / "book"
    home.mkdir(parents=True)
    home.joinpath("x.po").write_text('msgid "a \\\\text{if}"\nmsgstr "a \\\\text{若}"\n', "utf-8")
    app = SimpleNamespace(srcdir=tmp_path, config=SimpleNamespace(language="zh_CN"))
    source = [FOLDED + "\n$$\na \\text{if}\n$$\n"]
    spoken.read(app, "book/x", source)
    assert "答案" in source[0]
    assert "a \\text{若}" in source[0]

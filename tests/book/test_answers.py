"""Folded answers are unfolded by a word of the site's language."""

import re
from pathlib import Path

import answers
import pytest

from pellucid.languages import LANGUAGES

CHAPTERS = Path(__file__).parents[2] / "docs" / "book"


@pytest.mark.parametrize("language", [*LANGUAGES, "zh_CN"])
def test_the_word_is_that_of_the_language(language):
    source = ["a\n\n<details>\n<summary>Answer</summary>\n\nb\n\n</details>\n"]
    answers.spoken(source, language)
    assert f"<summary>{answers.WORDS[language[:2]]}</summary>\n\nb" in source[0]


def test_chapters_fold_nothing_under_another_word():
    for chapter in sorted(CHAPTERS.glob("*.md")):
        words = set(re.findall(r"<summary>(.*?)</summary>", chapter.read_text(encoding="utf-8")))
        assert words <= {"Answer"}, chapter.name

"""What the generator does not translate in a document: formulas, and the word that unfolds answers.

Sphinx takes a translated formula for a piece of code, and MyST does not know its mark for that.
HTML, in which answers fold on the code host too, is in no catalogue. So both are in the site's
language before a document is read.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

ANSWER = "<summary>{}</summary>"
WORDS = {"en": "Answer", "zh": "答案"}
FORMULA = re.compile(r"^\$\$\n(.*?)\n\$\$$", re.MULTILINE | re.DOTALL)


def setup(app: Any) -> dict[str, Any]:
    """Give Sphinx this step of reading."""
    app.connect("source-read", read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def read(app: Any, document: str, source: list[str]) -> None:
    """The text of a document, the only one of the list, as the language of the site has it."""
    language = app.config.language  # as Sphinx calls it: zh_CN
    home = Path(app.srcdir) / "locales" / language / "LC_MESSAGES"
    known = translations(home / f"{document}.po")
    source[0] = spoken(source[0], language.partition("_")[0], known)


def spoken(text: str, language: str, known: Mapping[str, str]) -> str:
    """The text with its formulas as the catalogue has them, and with the word of the language."""
    text = text.replace(ANSWER.format(WORDS["en"]), ANSWER.format(WORDS[language]))
    return FORMULA.sub(lambda found: f"$$\n{known.get(found[1], found[1])}\n$$", text)


def translations(catalogue: Path) -> dict[str, str]:
    """The texts of a catalogue with their translations; none where there is no such file."""
    if not catalogue.is_file():
        return {}
    with catalogue.open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file) if each.id and each.string}

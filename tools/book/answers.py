"""Questions of chapters fold their answers away; the word to click on is in the site's language.

It stands as HTML in the documents, so that it folds on the code host too, and HTML is in no
catalogue.
"""

from typing import Any

ANSWER = "<summary>{}</summary>"
WORDS = {"en": "Answer", "zh": "答案"}


def setup(app: Any) -> dict[str, Any]:
    """Give Sphinx this step of reading."""
    app.connect("source-read", lambda app, _, source: spoken(source, app.config.language))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def spoken(source: list[str], language: str) -> None:
    """A document, the only text of the list, with that word as the language has it.

    Sphinx's names of languages may name a country too: zh_CN.
    """
    word = WORDS[language.partition("_")[0]]
    source[0] = source[0].replace(ANSWER.format(WORDS["en"]), ANSWER.format(word))

"""Search in Chinese: words are pairs of signs that stand side by side.

Chinese has no spaces, and dictionaries do not know the words of the subject. Pairs need none: a
page has a word if it has all its pairs. The browser cuts what is asked for in the same way.
"""

import re
from typing import Any

from sphinx.search.en import SearchEnglish

HAN = "\u4e00-\u9fff"
PARTS = re.compile(rf"[{HAN}]+|[^\W{HAN}]+")
SPLITTER = r"""
var splitQuery = function (query) {
  var words = [];
  (query.match(/[\u4e00-\u9fff]+|[^\u4e00-\u9fff\s\p{P}\p{S}]+/gu) || []).forEach(function (part) {
    if (!/[\u4e00-\u9fff]/.test(part) || part.length < 2) { words.push(part); return; }
    for (var i = 0; i + 1 < part.length; i++) words.push(part.slice(i, i + 2));
  });
  return words;
};
"""


def pairs(part: str) -> list[str]:
    """The pairs of signs of a text in Chinese; a sign that stands alone is itself one."""
    return [part[i : i + 2] for i in range(max(1, len(part) - 1))]


class SearchPairs(SearchEnglish):
    """Chinese by pairs of signs, and what stands in Latin letters as in English."""

    lang = "zh"
    language_name = "English"  # that of the stemmer, by which the browser finds it
    js_splitter_code = SPLITTER

    def split(self, text: str) -> list[str]:
        """The words of a text."""
        words: list[str] = []
        for part in PARTS.findall(text):
            words += pairs(part) if "\u4e00" <= part[0] <= "\u9fff" else [part]
        return words


def setup(app: Any) -> dict[str, Any]:
    """Give Sphinx this language to search in, in place of its own."""
    app.add_search_language(SearchPairs)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

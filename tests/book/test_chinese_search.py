"""Chinese is cut into pairs of signs, and Latin words stay whole."""

import pytest

pytest.importorskip("sphinx", reason="the book is made by Sphinx: the extra dev")
from chinese_search import SearchPairs


def test_words_are_pairs_of_signs() -> None:
    assert SearchPairs({}).split("批归一化 (Batch Norm)") == [
        "批归", "归一", "一化", "Batch", "Norm",
    ]  # fmt: skip


def test_a_sign_alone_is_a_word() -> None:
    assert SearchPairs({}).split("批 x") == ["批", "x"]

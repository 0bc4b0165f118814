"""An experiment is placed in a chapter with what a reader needs of it, said once."""

import pytest

pytest.importorskip("sphinx", reason="the book is made by Sphinx: the extra dev")
from experiment_directive import AnyOption, without_words

from pellucid.lab import EXPERIMENTS


def test_the_program_is_shown_without_the_words_that_stand_beside_it() -> None:
    assert without_words('"""Title.\n\nQuestion: why?\n"""\n\nimport x\n') == "import x"
    for each in EXPERIMENTS.values():
        code = without_words(each.code)
        assert code.startswith(("import", "from"))
        assert each.words.title not in code


def test_any_setting_is_an_option() -> None:
    options = AnyOption()
    assert "hidden" in options
    assert options["hidden"](" 8 ") == "8"

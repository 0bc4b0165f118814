"""Docstrings of the house become what they mean, whatever signs stand in them."""

from docstrings import plain, rendered


def test_paragraphs_formulas_fields_and_examples_are_told_apart() -> None:
    text = "First.\n\n    y = x_i * |W|\n\nShapes: x (n,)\n-> y.\nErrors: none.\n\n>>> 1\n1\n"
    assert rendered(text) == [
        "First.", "", "",
        ".. code-block:: text", "", "   y = x_i * |W|", "",
        "**Shapes:** x (n,) -\\> y.", "", "**Errors:** none.", "", "",
        ".. code-block:: pycon", "", "   >>> 1", "   1", "",
    ]  # fmt: skip


def test_no_sign_of_a_text_means_anything_but_backticks() -> None:
    assert plain("a_ *b* |c| `x_` <d>") == "a\\_ \\*b\\* \\|c\\| \\ ``x_``\\  \\<d\\>"


def test_a_text_that_begins_like_a_list_is_none() -> None:
    assert plain("- sum of t log y") == "\\- sum of t log y"
    assert plain("2. then") == "\\2. then"


def test_a_line_that_is_a_formula_stays_as_it_is() -> None:
    assert rendered("w <- w - g_i * 2")[:3] == [".. code-block:: text", "", "   w <- w - g_i * 2"]

"""Formulas become MathML, and what is not known is refused."""

import pytest

pytest.importorskip("latex2mathml", reason="formulas are made by latex2mathml: the extra dev")
from formulas import mathml


def test_a_formula_is_mathml() -> None:
    made = mathml(r"\frac{1}{m} \sum_{i=1}^{m} (y_i - \hat{y}_i)^2", display="block")
    assert made.startswith("<math")
    assert 'display="block"' in made
    for part in ("<mfrac>", "<munderover>", "&#x02211;"):
        assert part in made


def test_a_command_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\\nosuch is not known"):
        mathml(r"x + \nosuch", display="inline")


def test_lines_are_aligned_in_columns() -> None:
    made = mathml(r"\begin{aligned} a &= b \\ c &= d \end{aligned}", display="block")
    assert made.count("<mtr>") == 2
    assert "(1)" not in made


def test_columns_where_there_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="& stands where there are no columns"):
        mathml(r"\begin{gathered} a &= b \end{gathered}", display="block")


@pytest.mark.parametrize(
    ("latex", "left", "right"),
    [
        (r"t \log p", "0.1667em", "0.1667em"),
        (r"\log(p)", "0", "0"),
        (r"- \ln \left(p\right)", "0", "0"),
        (r"2 \max_j z", "0.1667em", "0.1667em"),
        (r"y = \exp x", "0", "0.1667em"),
    ],
)
def test_names_of_functions_keep_their_distance(latex: str, left: str, right: str) -> None:
    assert f'<mo lspace="{left}" rspace="{right}">' in mathml(latex, display="inline")

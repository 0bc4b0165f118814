"""How expressions are written: brackets where they are needed, in text and LaTeX."""

import pytest

from pellucid.explanation.algebra import minus, plus, power, scaled, times, unary
from pellucid.explanation.arrays import MANY, product, summed, transposed
from pellucid.explanation.conditions import is_less
from pellucid.explanation.expressions import ONE, SAMPLES, ZERO, symbol
from pellucid.explanation.notation import ROWS, Writer, name_latex, size_text

X, D = symbol("x", (MANY, 3)), symbol("dz", (MANY, 2))
TO = (3, 2)
TURNED = product(transposed(X, X.shape), D, ((3, MANY), (MANY, 2)), TO)
Z = symbol("z", (MANY, 2))
CASES = [
    (times(TURNED, power(SAMPLES, -1)), "x^T dz / m", r"\frac{x^{\top} \, \mathrm{d}z}{m}"),
    (minus(Z, D), "z - dz", None),
    (scaled(-1, Z), "-z", "-z"),
    (summed(D, (0,), D.shape), "sum(dz)", None),
    (summed(D, (1,), D.shape), "sum(dz, axis=1)", None),
    (is_less(ZERO, Z), "[z > 0]", r"\left[z > 0\right]"),
    (minus(ONE, is_less(ZERO, Z)), "[z <= 0]", r"\left[z \le 0\right]"),
    (power(plus(Z, ONE), -1), "1 / (1 + z)", r"\frac{1}{1 + z}"),
    (unary("sigmoid", Z), "sigmoid(z)", r"\sigma\left(z\right)"),
    (times(D, Z), "dz * z", r"\mathrm{d}z \odot z"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case[1] for case in CASES])
def test_what_is_written(case):
    x, text, tex = case
    assert Writer(ROWS, False, repr).whole(x) == text
    if tex is not None:
        assert Writer(ROWS, True, repr).whole(x) == tex


def test_names_and_sizes():
    assert name_latex("dW[2]") == r"\mathrm{d}W^{[2]}"
    assert name_latex("dz1") == r"\mathrm{d}z_{1}"
    assert name_latex("mu[1]") == r"\mu^{[1]}"
    assert [size_text(n) for n in (3, MANY, 4 * MANY)] == ["3", "m", "4 * m"]


def test_nothing_is_raised_twice_in_latex():
    w = symbol("W[2]", (2, 3))
    shown = Writer(ROWS, True, repr).whole(transposed(w, w.shape))
    assert shown == r"{W^{[2]}}^{\top}"

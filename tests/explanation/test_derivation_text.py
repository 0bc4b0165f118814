"""A derivation in words and tables."""

import numpy as np

import pellucid as pc
from pellucid.explanation.derivation_text import tell


def told(path, function, *inputs):
    return tell(pc.explain(function, *inputs).derivation(path))


def test_the_derivation_of_the_course():
    text = str(told("a", lambda a, b, c: 3.0 * (a + b * c) * a, 5, 3, 2))
    lines = text.splitlines()
    assert lines[:4] == [
        "a: float32[]",
        "value: 5",
        "gradient: 48",
        "It is the sum of what its 2 uses hand back.",
    ]
    assert any(line.endswith(" 33") and "multiply" in line for line in lines)
    assert "2 routes lead to the result." in lines
    assert any(line.split()[-2:] == ["68.8%", "33"] for line in lines)


def test_arrays_are_told_by_size_and_extent():
    shown = told("x", lambda x: (x * x).sum(), np.array([[1.0, -2.0]], np.float32))
    assert shown.facts[0] == "value: (1, 2), from -2 to 1"
    assert shown.facts[1] == "gradient: rms 3.162, from -4 to 2"
    assert shown.checks[1][:2] == ("[0, 1]", "-2")


def test_kinks_are_marked():
    shown = told("x", pc.functional.relu, 0.0)
    assert shown.checks[1][-1] == "kink"


def test_what_the_result_does_not_depend_on():
    shown = told("y", lambda x, y: x + (y > 1.0).astype("float32"), 1.0, 2.0)
    assert shown.facts[-1] == "The result does not depend on it."
    assert shown.routes_told == "No route leads from it to the result."


def test_of_many_routes_the_largest_are_told_with_their_share():
    def deep(x):
        for _ in range(30):
            x = x + 0.1 * x * x
        return x

    shown = told("x", deep, 0.01)
    assert shown.routes_told.startswith("205,891,132,094,649 routes lead to the result. 8 of the")


def test_a_notebook_sees_the_same_as_tables():
    shown = told("a", lambda a, b, c: 3.0 * (a + b * c) * a, 5, 3, 2)
    page = shown.html
    assert page.count("<table") == 3
    for text in ("gradient: 48", "central difference", "2 routes lead to the result.", "68.8%"):
        assert text in page


def test_a_notebook_sees_no_empty_tables():
    page = told("y", lambda x, y: x + (y > 1.0).astype("float32"), 1.0, 2.0).html
    assert page.count("<table") == 1 + page.count("central difference")
    assert "No route leads from it to the result." in page
    assert "<thead></thead>" not in page

"""Figures as files and inside pages: the same bytes, ids of their own, the ink of the page."""

import re

import pytest

from pellucid.train.pages.svg import INK, element, saved

figures = pytest.importorskip("matplotlib.figure")


def figure(colour=INK):
    made = figures.Figure(figsize=(2, 1))
    axes = made.subplots()
    axes.plot([0, 1], [1, 0], color=colour, marker="o")
    axes.set_title("loss < 1 & falling")
    return made


@pytest.mark.parametrize(("kind", "begins"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_equal_figures_are_equal_bytes(kind, begins):
    first, second = saved(figure(), kind), saved(figure(), kind)
    assert first == second
    assert first.startswith(begins)


def test_in_a_page_it_has_the_ink_and_the_width_of_the_page():
    text = element(figure(), "loss", 'The "loss" < 1 & falling')
    assert text.startswith('<svg role="img" aria-label="The &quot;loss&quot; &lt; 1 &amp; falling"')
    assert INK not in text
    assert "currentColor" in text
    opening = text[: text.index(">", text.index("falling") + 8)]
    assert 'width="100%"' in opening
    assert "height=" not in opening
    assert "<metadata" not in text


def test_ids_of_two_figures_differ_and_each_refers_to_its_own():
    first, second = (element(figure(), name, name) for name in ("a", "b"))
    ids = [set(re.findall(r'\bid="([^"]+)"', text)) for text in (first, second)]
    assert not ids[0] & ids[1]
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', first))
    assert used
    assert used <= ids[0]

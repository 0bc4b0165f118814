"""Themes: colours that can be told apart, on both papers, and labels that fonts can write."""

import itertools

import pytest
from matplotlib.colors import to_rgba

from pellucid.lab import themes
from pellucid.lab.themes import THEMES, panels, readable, settled, themed
from pellucid.languages import language


def luminance(colour):
    """Of WCAG 2.1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_texts_and_lines_stand_out_from_the_paper(theme):
    colours = THEMES[theme]
    assert contrast(colours["ink"], colours["paper"]) >= 7.0  # WCAG AAA
    assert contrast(colours["soft"], colours["paper"]) >= 4.5  # AA
    least = min(contrast(colour, colours["paper"]) for colour in colours["cycle"])
    assert least >= 2.2


@pytest.mark.parametrize("theme", THEMES)
def test_no_two_lines_have_nearly_one_colour(theme):
    for one, other in itertools.combinations(THEMES[theme]["cycle"], 2):
        far = sum(abs(int(one[i : i + 2], 16) - int(other[i : i + 2], 16)) for i in (1, 3, 5))
        assert far > 60, (one, other)


def test_panels_are_of_one_width_and_calm():
    with themed("light"):
        figure, axes = panels(2, 3)
    assert len(axes) == 6
    assert figure.get_size_inches().tolist() == [7.2, 6.4]
    assert not axes[0].spines["top"].get_visible()


@pytest.mark.parametrize("theme", THEMES)
def test_colours_are_those_of_the_theme_wherever_it_is_drawn(theme):
    with themed(theme):
        figure, (axes,) = panels()
        line = axes.axvline(0.5, color="C2", marker="o")
        dots = axes.scatter([0.0], [0.0], c=[1.0], edgecolors="C2")
        settled(figure)
    expected = to_rgba(THEMES[theme]["cycle"][2])
    assert line.get_color() == line.get_markerfacecolor() == expected
    figure.canvas.draw()
    assert tuple(dots.get_edgecolor()[0]) == expected


def test_labels_are_english_where_no_font_has_chinese_signs(monkeypatch):
    with language("zh"):
        monkeypatch.setattr(themes, "chinese_font", lambda: None)
        assert readable() == "en"
        monkeypatch.setattr(themes, "chinese_font", lambda: "Noto Sans CJK SC")
        assert readable() == "zh"


@pytest.mark.parametrize("place", ["upper", "lower"])
def test_a_legend_of_one_panel_stands_outside_of_all(place):
    figure, (left, _) = themes.panels(1, 2)
    left.plot([0.0, 1.0], label="first")
    left.plot([1.0, 0.0], label="second")
    themes.legend(figure, left, columns=2, place=place)
    figure.draw_without_rendering()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["first", "second"]
    middle = figure.legends[0].get_window_extent().y0
    assert (middle > left.get_window_extent().y1) == (place == "upper")

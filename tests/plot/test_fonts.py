"""Fonts: one with Chinese signs is found where there is one."""

import io
import warnings
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib import font_manager

import pellucid as pc
from pellucid.plot import fonts, predictions
from pellucid.plot.figure import new_figure


@pytest.mark.parametrize(
    ("installed", "found"),
    [(["DejaVu Sans"], None), (["DejaVu Sans", "SimHei", "Noto Sans CJK SC"], "Noto Sans CJK SC")],
)
def test_the_best_font_that_is_installed_is_named(monkeypatch, installed, found):
    names = [SimpleNamespace(name=name, fname=name) for name in installed]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", names)
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    assert fonts.chinese_font.__wrapped__() == found


def test_a_font_that_was_installed_later_is_found(monkeypatch, tmp_path):
    new = tmp_path / "new.ttf"
    added = []

    def add(path):
        added.append(path)
        listed.append(SimpleNamespace(name="SimHei", fname=path))

    listed = [SimpleNamespace(name="DejaVu Sans", fname="old.ttf")]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", listed)
    monkeypatch.setattr(font_manager.fontManager, "addfont", add)
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: ["old.ttf", str(new)])
    assert fonts.chinese_font.__wrapped__() == "SimHei"
    assert added == [str(new)]


@pytest.fixture
def titled():
    """A figure with Chinese in a title that was added last."""
    figure = new_figure(1, 1, (2.0, 1.5))
    figure.axes[0].set_title("cat 猫")
    return figure


def test_texts_are_written_in_a_font_that_has_their_signs(titled):
    if fonts.chinese_font() is None:
        pytest.skip("no font here has Chinese signs")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # Matplotlib warns of a sign that it draws as a box
        titled.savefig(io.BytesIO(), format="png")
    assert titled.axes[0].get_title() == "cat 猫"


def test_where_no_font_has_a_sign_its_code_is_written(titled, monkeypatch):
    monkeypatch.setattr(fonts, "chinese_font", lambda: None)
    titled.savefig(io.BytesIO(), format="png")
    assert titled.axes[0].get_title() == "cat U+732B"


def test_a_class_whose_name_cannot_be_written_has_its_number(monkeypatch):
    points = pc.data.from_arrays([[0.0, 1.0], [1.0, 0.0]], [0, 1])
    points = replace(points, class_names=("猫", "dog"))

    def labels():
        decide = lambda x: np.zeros(len(x), np.int64)  # noqa: E731
        figure = pc.plot.decision_boundary(decide, points)
        return [text.get_text() for text in figure.legends[0].get_texts()]

    monkeypatch.setattr(predictions, "can_be_written", lambda text: text.isascii())
    assert labels() == ["class 0", "dog"]
    monkeypatch.setattr(predictions, "can_be_written", lambda text: True)
    assert labels() == ["猫", "dog"]

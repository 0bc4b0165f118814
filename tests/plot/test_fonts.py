"""Fonts: one with Chinese signs is found where there is one."""

from types import SimpleNamespace

import pytest
from matplotlib import font_manager

from pellucid.plot import fonts


@pytest.mark.parametrize(
    ("installed", "found"),
    [(["DejaVu Sans"], None), (["DejaVu Sans", "SimHei", "Noto Sans CJK SC"], "Noto Sans CJK SC")],
)
def test_the_best_font_that_is_installed_is_named(monkeypatch, installed, found):
    names = [SimpleNamespace(name=name) for name in installed]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", names)
    assert fonts.chinese_font.__wrapped__() == found

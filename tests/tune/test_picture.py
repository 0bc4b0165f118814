"""What is drawn of a search."""

import math

import numpy as np
import pytest

from pellucid.errors import FileError, OptionError
from pellucid.tune import (
    Choice,
    GridSearch,
    LogUniform,
    RandomSearch,
    RateFinding,
    Uniform,
    save_picture,
    search,
)
from pellucid.tune import picture as drawing

RATES = RateFinding(np.geomspace(1e-3, 1, 20), np.linspace(2, 1, 20), "")


def test_a_search_has_a_panel_for_each_hyperparameter_with_every_trial():
    figure = pytest.importorskip("matplotlib.figure").Figure()
    space = {"rate": LogUniform(1e-3, 1.0), "kind": Choice(("a", "b"))}
    found = search(lambda rate, kind: rate + (kind == "a"), space, GridSearch(4))
    panels = figure.subplots(1, 2)
    drawing._draw_results(panels, found)
    rates, best = panels[0].lines
    assert sorted(rates.get_xdata()) == sorted([0.001, 0.01, 0.1, 1.0] * 2)
    assert (best.get_xdata()[0], best.get_ydata()[0]) == (0.001, 0.001)
    assert panels[0].get_xscale() == "log"
    assert [label.get_text() for label in panels[1].get_xticklabels()] == ["a", "b"]


def test_pictures_are_written_and_wrong_paths_told(tmp_path):
    pytest.importorskip("matplotlib")
    found = search(lambda x: x, {"x": Uniform(0.0, 1.0)}, RandomSearch(4))
    for what, name in ((found, "a.png"), (RATES, "b.svg")):
        assert save_picture(what, tmp_path / name).stat().st_size > 1000
    with pytest.raises(OptionError, match=r"Name a \.png file"):
        save_picture(found, tmp_path / "a.xyz")
    with pytest.raises(FileError, match="No such file or directory"):
        save_picture(found, tmp_path / "none" / "a.png")
    empty = search(lambda x: math.nan, {"x": Uniform(0.0, 1.0)}, RandomSearch(2))
    with pytest.raises(OptionError, match="There is nothing to draw"):
        save_picture(empty, tmp_path / "c.png")

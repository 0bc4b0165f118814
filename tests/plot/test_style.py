"""How pictures look: axes that count powers of ten where values are far apart."""

import ast
from pathlib import Path

import numpy as np
import pytest

import pellucid
from pellucid.plot.style import spread_out
from pellucid.train import EpochRecord, History

FIGURE = pytest.importorskip("matplotlib.figure").Figure

SCALES = [
    ("linear", [2.3, 1.0, 0.3]),
    ("log", [2.3, 0.3, 0.02]),
    ("log", [0.5, 1e-3, 1e-9]),
    ("log", [1.0, 50.0, 1e6]),  # a loss that grows
    ("log", [1.0, np.nan, np.inf, 1e-5]),
    ("linear", [0.005, 0.5, 0.99]),  # an accuracy
    ("linear", [0.9, 0.001, 0.5]),  # one that has slipped
    ("linear", [3.0, 0.01, -0.2]),
    ("linear", [0.0, 0.0]),
    ("linear", []),
    ("linear", [np.nan]),
    ("symlog", [1.0, 1e-6, 0.0]),
]


@pytest.mark.parametrize(("scale", "values"), SCALES)
def test_an_axis_counts_powers_of_ten_where_values_are_far_apart(scale, values):
    axes = FIGURE().subplots()
    axes.plot(values)
    spread_out(axes, values)
    assert axes.get_yscale() == scale
    low, high = axes.get_ylim()
    for value in np.array(values)[np.isfinite(values)]:
        assert low <= value <= high


def test_a_history_is_drawn_so_panel_by_panel():
    history = History()
    for epoch in range(1, 7):
        of_train = {"loss": 10.0**-epoch, "accuracy": epoch / 500}
        history.add_epoch(EpochRecord(epoch, epoch, of_train, {"loss": 1.0, "accuracy": 0.9}))
    assert [axes.get_yscale() for axes in history.plot().axes] == ["log", "linear"]


def test_of_a_single_epoch_the_batches_count():
    history = History(steps={"step": [1, 2, 3], "epoch": [1] * 3, "loss": [1.0, 0.1, 0.001]})
    history.add_epoch(EpochRecord(3, 1, {"loss": 0.001}, {}))
    (axes,) = history.plot().axes
    assert axes.get_yscale() == "log"


def test_every_legend_says_where_it_stands():
    # Matplotlib warns of a slow search for a place that nobody asked for, on a busy machine.
    calls = [
        f"{path.name}:{node.lineno}"
        for path in Path(pellucid.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr == "legend" and "loc" not in [word.arg for word in node.keywords]
    ]
    assert not calls

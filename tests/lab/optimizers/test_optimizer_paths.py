"""Paths of optimizers: the claim, two ways to break it, and the first steps by hand."""

import pytest
from lab.lessons import breaks, holds

from pellucid.lab.optimizers.optimizer_paths import NAMES, Settings, film, run
from pellucid.lab.themes import themed


@pytest.fixture(scope="module")
def series():
    return run(Settings())


def test_the_claim_holds():
    holds("optimizer-paths")


@pytest.mark.parametrize("broken", [{"sgd": 0.1}, {"adagrad": 0.01}], ids=str)
def test_the_claim_breaks(broken):
    breaks("optimizer-paths", **broken)


def test_all_begin_where_the_book_begins(series):
    assert all(series[name][0].tolist() == [-7.0, 2.0] for name in NAMES)
    assert all(len(series[name]) == 31 for name in NAMES)


def test_first_steps_are_those_by_hand(series):
    # At (-7, 2) the slope is (-0.7, 4).
    assert series["SGD"][1] == pytest.approx([-7 + 0.95 * 0.7, 2 - 0.95 * 4])
    assert series["Momentum"][1] == pytest.approx([-7 + 0.1 * 0.7, 2 - 0.1 * 4])
    assert series["AdaGrad"][1] == pytest.approx([-5.5, 0.5], abs=1e-5)
    assert series["Adam"][1] == pytest.approx([-6.7, 1.7], abs=1e-5)


def test_adagrad_ends_where_the_notes_end(series):
    x, y = series["AdaGrad"][-1]
    assert x == pytest.approx(-0.12, abs=0.005)
    assert abs(y) < 1e-15


def test_the_film_draws_every_step(series):
    with themed("light"):
        shown = film(series)
        shown.draw(shown.pictures - 1)
    assert shown.pictures == 31
    assert len(shown.figure.axes[0].lines) == len(NAMES) + 1

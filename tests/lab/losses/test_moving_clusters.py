"""Moving clusters: the claim, ways to break it, and the numbers of the notes."""

import itertools

import numpy as np
import pytest
from lab.lessons import breaks, holds

import pellucid as pc
from pellucid.lab.losses import moving_clusters
from pellucid.lab.losses.moving_clusters import Settings, film, grouped, run


def test_the_claim_holds():
    holds("moving-clusters")


@pytest.mark.parametrize(
    "broken",
    [
        {"farthest": 1.0},  # the clouds stay one
        {"clusters": 2},  # by lot, just half of all pairs agree
    ],
    ids=str,
)
def test_the_claim_breaks(broken):
    breaks("moving-clusters", **broken)


def test_the_claim_breaks_where_the_index_is_not_adjusted(monkeypatch):
    measures = moving_clusters.pc.measures
    monkeypatch.setattr(measures, "adjusted_rand_index", measures.rand_index)
    breaks("moving-clusters")


def test_the_table_is_that_of_the_notes():
    assert run(Settings(points=5))["table"] == pytest.approx([0.823529, 0.598425], abs=5e-7)


def test_the_adjusted_index_is_never_below_minus_one_half():
    least = min(
        pc.measures.adjusted_rand_index(first, second)
        for first in itertools.product(range(3), repeat=4)
        for second in itertools.product(range(2), repeat=4)
    )
    assert least == -0.5


def test_points_far_apart_are_grouped_as_they_are():
    points = np.array([[0.0, 0.0], [0.1, 0.0], [9.0, 0.0], [9.1, 0.0]])
    found = grouped(Settings(clusters=2), points, np.random.default_rng(0))
    assert found[0] == found[1] != found[2] == found[3]


def test_the_film_has_a_picture_for_each_distance():
    series = run(Settings(points=5))
    drawn = film(series)
    assert drawn.pictures == len(series["distance"])
    drawn.draw(0)
    assert "0.0" in drawn.figure.axes[0].get_title()

"""Edge filters: the claim, two ways to break it, and the numbers of the notes."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.convolution.edge_filters import Settings, film, run
from pellucid.lab.themes import themed


@pytest.fixture(scope="module")
def series():
    return run(Settings(steps=20))


def test_the_claim_holds():
    holds("edge-filters")


@pytest.mark.parametrize("broken", [{"learning_rate": 0.0}, {"steps": 20}], ids=str)
def test_the_claim_breaks(broken):
    breaks("edge-filters", **broken)


def test_the_filter_answers_what_the_notes_have(series):
    expected = [[-5, -4, 0, 8], [-10, -2, 2, 3], [0, -2, -4, -7], [-3, -2, -3, -16]]
    assert np.array_equal(series["filtered"], expected)
    assert np.array_equal(series["flipped"], -np.array(expected))


def test_halves_answer_thirty_with_the_sign_of_the_edge(series):
    assert np.array_equal(series["bright_to_dark"], [[0, 30, 30, 0]] * 4)
    assert np.array_equal(series["dark_to_bright"], [[0, -30, -30, 0]] * 4)


def test_the_film_begins_with_random_numbers_and_ends_with_those_learned(series):
    with themed("light"):
        shown = film(series)
        for i in (0, shown.pictures - 1):
            shown.draw(i)
            (left, _) = shown.figure.axes
            texts = [float(text.get_text()) for text in left.texts]
            expected = series["filters"][0 if i == 0 else -1].ravel()
            assert texts == pytest.approx(expected, abs=0.00501)

"""A transformer of characters: size and start, that places count, and refusals."""

import numpy as np
import pytest

from pellucid.errors import OptionError, ShapeError
from pellucid.models.char_transformer import CharTransformer, CharTransformerOptions
from pellucid.random import Generator


def built(**options):
    return CharTransformer(7, 12, CharTransformerOptions(**options), rng=Generator(seed=0))


def test_it_has_the_weights_of_its_layers():
    weights = built(features=8, heads=2, blocks=3).parameters()
    matrices = sum(w.size for w in weights.values() if w.ndim == 2)
    # 7 characters and 12 places; in a block 4 matrices of 8 x 8 and a dense layer of 4 x 8 and
    # back; scores of 7.
    assert matrices == (7 + 12) * 8 + 3 * (4 * 64 + 2 * 8 * 32) + 8 * 7


def test_tables_and_scores_start_with_a_deviation_of_2_percent():
    weights = CharTransformer(500, 400, rng=Generator(seed=0)).parameters()
    for name in ("token.weight", "place.weight", "output.weight"):
        assert np.std(weights[name].numpy()) == pytest.approx(0.02, rel=0.02), name


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"features": 10, "heads": 4}, "heads divides features"),
        ({"blocks": 0}, "blocks 0"),
        ({"dropout": 1.0}, r"dropout is 1\.0"),
    ],
)
def test_options_outside_their_range_are_refused(wrong, message):
    with pytest.raises(OptionError, match=message):
        CharTransformerOptions(**wrong)


def test_more_characters_than_there_are_places_are_refused():
    with pytest.raises(ShapeError, match=r"ids of shape \(1, 13\).*time up to 12"):
        built()(np.zeros((1, 13), np.int64))

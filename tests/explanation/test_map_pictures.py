"""Maps as small pictures."""

import numpy as np

from pellucid.explanation.map_pictures import MOST_MAPS, pictures_of_maps


def test_each_map_is_a_picture_up_to_a_number():
    text = pictures_of_maps("a", "filters", np.random.default_rng(0).normal(size=(3, 2, 5, 5)))
    assert text.count("<img") == 6
    assert "6 of 6" in text
    many = pictures_of_maps("a", "filters", np.zeros((40, 4, 4)))
    assert many.count("<img") == MOST_MAPS
    assert "32 of 40, from 0 to 0" in many


def test_names_cannot_become_markup():
    assert "<script" not in pictures_of_maps("<script>", "x", np.zeros((1, 2, 2)))

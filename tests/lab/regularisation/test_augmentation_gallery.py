"""Augmentation: the claim, two ways to break it, and what the pictures are."""

import os
from pathlib import Path

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.regularisation.augmentation_gallery import (
    Settings,
    changes,
    names_of_pictures,
    picture,
    samples,
)


def test_the_claim_holds():
    holds("augmentation-gallery")


@pytest.mark.parametrize("broken", [{"degrees": 180.0, "move": 0.5}, {"epochs": 1}], ids=str)
def test_the_claim_breaks(broken):
    breaks("augmentation-gallery", **broken)


def test_every_change_has_a_picture_with_a_name():
    assert set(names_of_pictures()) == {"original", *changes(Settings())}


def test_mirrored_pictures_are_mirrored():
    x = picture(Settings())
    made = changes(Settings())
    assert np.array_equal(made["mirrored"](x).numpy(), x[..., ::-1])
    assert np.array_equal(made["upside_down"](x).numpy(), x[..., ::-1, :])


def test_what_is_judged_by_is_untidy_and_what_is_learned_from_is_not():
    few, others = samples(Settings())
    assert (len(few), len(others)) == (100, 1697)
    grey = np.unique(few.features * 16.0)
    assert np.array_equal(grey, grey.round())
    assert len(np.unique(others.features)) > 1000


def test_a_cat_is_shown_where_there_are_cats():
    folder = os.environ.get("PELLUCID_TEST_DATA")
    if folder is None:
        pytest.skip("PELLUCID_TEST_DATA names no folder with cats")
    assert picture(Settings(data_dir=Path(folder) / "cats")).shape == (1, 3, 64, 64)

"""Rules for the values of pictures: beside Pillow, and at their edges."""

import numpy as np
import pytest
from PIL import Image, ImageOps

import pellucid as pc
from pellucid.augment import tones
from pellucid.executors import EXECUTORS

RNG = np.random.default_rng(0)
PICTURE = (RNG.random((9, 11, 3)) ** 2 * 200 + 20).astype(np.uint8)
DULL = (RNG.random((40, 30, 3)) * 60 + 90).astype(np.uint8)  # more than 255 pixels in a level
FLAT = np.full((4, 5, 3), 77, np.uint8)


def as_tensor(picture):
    return pc.tensor((picture.transpose(2, 0, 1)[None] / 255.0).astype(np.float32))


def levels_of(picture):
    return np.asarray(picture).transpose(2, 0, 1).astype(float)


RULES = {
    "equalized": (tones.equalized, ImageOps.equalize, 0.01),
    "stretched": (tones.stretched, ImageOps.autocontrast, 1.0),  # Pillow drops the fraction
    "posterized": (
        lambda x: tones.posterized(x, 5),
        lambda picture: ImageOps.posterize(picture, 5),
        0.01,
    ),
    "solarized": (
        lambda x: tones.solarized(x, 149.5 / 255.0),
        lambda picture: ImageOps.solarize(picture, 150),
        0.01,
    ),
}


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("picture", [PICTURE, DULL, FLAT], ids=["small", "dull", "flat"])
@pytest.mark.parametrize("name", RULES)
def test_rules_are_those_of_pillow(name, picture, executor):
    rule, theirs, tolerance = RULES[name]
    found = pc.compile(rule, executor=executor)(as_tensor(picture)).numpy()[0] * 255.0
    expected = levels_of(theirs(Image.fromarray(picture)))
    np.testing.assert_allclose(found, expected, atol=tolerance)


def test_pictures_of_a_batch_are_changed_by_themselves():
    both = pc.concat([as_tensor(PICTURE), as_tensor(PICTURE[::-1]) * 0.5])
    for rule in (tones.equalized, tones.stretched, tones.smoothed, tones.greyed):
        alone = [rule(both[i : i + 1]).numpy()[0] for i in range(2)]
        np.testing.assert_allclose(rule(both).numpy(), alone, atol=1e-6)


def test_grey_has_one_value_in_all_channels_and_others_stay():
    grey = tones.greyed(as_tensor(PICTURE)).numpy()[0]
    expected = PICTURE.astype(float) @ [0.299, 0.587, 0.114] / 255.0
    np.testing.assert_allclose(grey, np.stack([expected] * 3), atol=1e-6)
    one = as_tensor(PICTURE)[:, :1]
    assert tones.greyed(one) is one


def test_what_is_too_small_for_neighbours_is_not_smoothed():
    small = as_tensor(PICTURE[:2])
    assert tones.smoothed(small) is small

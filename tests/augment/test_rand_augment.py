"""RandAugment: each of its changes by itself, and how often each is drawn."""

import numpy as np
import pytest
from PIL import Image, ImageEnhance
from scipy import ndimage, stats

import pellucid as pc
from pellucid.augment import RandAugment, tones
from pellucid.augment.rand_augment import CHANGES
from pellucid.executors import EXECUTORS
from pellucid.random import Generator

RNG = np.random.default_rng(0)
PICTURE = (RNG.random((10, 12, 3)) ** 2 * 200 + 20).astype(np.uint8)
X = (PICTURE.transpose(2, 0, 1)[None] / 255.0).astype(np.float32)
MAGNITUDE = 12.0
SHARE = MAGNITUDE / 30.0
TURN = np.radians(30.0 * SHARE)
MATRICES = {
    "shear across": [[1.0, 0.0], [0.3 * SHARE, 1.0]],
    "shear down": [[1.0, 0.3 * SHARE], [0.0, 1.0]],
    "rotate": [[np.cos(TURN), np.sin(TURN)], [-np.sin(TURN), np.cos(TURN)]],
}
BLENDS = {
    "brightness": ImageEnhance.Brightness,
    "colour": ImageEnhance.Color,
    "contrast": ImageEnhance.Contrast,
    "sharpness": ImageEnhance.Sharpness,
}
TONES = {
    "identity": lambda x: x,
    "posterize": lambda x: tones.posterized(x, 6),
    "solarize": lambda x: tones.solarized(x, 1.0 - SHARE),
    "stretch": tones.stretched,
    "equalize": tones.equalized,
}


def changed(name, more=True, x=X):
    augment = RandAugment(magnitude=MAGNITUDE, rng=Generator(0))
    kinds = np.full(len(x), CHANGES.index(name))
    return augment.changed(pc.tensor(x), pc.tensor(kinds), pc.tensor([more] * len(x))).numpy()


def warped(matrix, move=(0.0, 0.0)):
    """What SciPy makes of a map around the middle."""
    middle = (np.array(X.shape[2:]) - 1.0) / 2.0
    offset = middle - matrix @ (middle + move)
    wide = np.pad(X[0], ((0, 0), (3, 3), (3, 3))).astype(float)
    at = offset + 3.0 - matrix @ np.array([3.0, 3.0])
    parts = [ndimage.affine_transform(part, matrix, at, order=1) for part in wide]
    return np.array(parts)[:, 3:-3, 3:-3]


def test_every_change_is_compared():
    moves = {"move across", "move down"}
    assert {*MATRICES, *BLENDS, *TONES, *moves} == set(CHANGES)


@pytest.mark.parametrize("name", MATRICES)
def test_maps_are_those_of_scipy(name):
    matrix = np.array(MATRICES[name])
    np.testing.assert_allclose(changed(name)[0], warped(matrix), atol=1e-5)
    other = np.linalg.inv(matrix) if name == "rotate" else 2.0 * np.eye(2) - matrix
    np.testing.assert_allclose(changed(name, False)[0], warped(other), atol=1e-5)


@pytest.mark.parametrize(("name", "axis"), [("move down", 0), ("move across", 1)])
def test_moves_are_a_share_of_the_size(name, axis):
    move = np.zeros(2)
    move[axis] = 150.0 / 331.0 * SHARE * X.shape[2 + axis]
    np.testing.assert_allclose(changed(name)[0], warped(np.eye(2), move), atol=1e-5)
    np.testing.assert_allclose(changed(name, False)[0], warped(np.eye(2), -move), atol=1e-5)


@pytest.mark.parametrize("more", [True, False])
@pytest.mark.parametrize("name", BLENDS)
def test_blends_are_those_of_pillow(name, more):
    factor = 1.0 + (0.9 if more else -0.9) * SHARE
    expected = BLENDS[name](Image.fromarray(PICTURE)).enhance(factor)
    found = changed(name, more)[0].transpose(1, 2, 0) * 255.0
    np.testing.assert_allclose(found, np.asarray(expected), atol=1.6)  # Pillow drops fractions


@pytest.mark.parametrize("name", TONES)
def test_tones_are_the_rules_alone(name):
    np.testing.assert_allclose(changed(name), TONES[name](pc.tensor(X)).numpy(), atol=1e-6)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_each_picture_of_a_batch_has_its_own_change(executor):
    x = np.repeat(X, len(CHANGES), axis=0)
    augment = RandAugment(magnitude=MAGNITUDE, rng=Generator(0))
    more = np.ones(len(x), bool)
    each = pc.compile(augment.changed, executor=executor)(x, np.arange(len(x)), more).numpy()
    alone = [changed(name)[0] for name in CHANGES]
    np.testing.assert_allclose(each, alone, atol=1.1 / 255.0)
    assert np.abs(each - alone).mean() < 1e-5  # a level apart where one is on the border of two


def test_a_magnitude_of_0_leaves_all_but_levels_as_they_are():
    augment = RandAugment(magnitude=0.0, rng=Generator(0))
    x = np.repeat(X, len(CHANGES), axis=0)
    y = augment.changed(pc.tensor(x), pc.tensor(np.arange(len(x))), pc.tensor([True] * len(x)))
    for name, found in zip(CHANGES, y.numpy(), strict=True):
        if name not in ("stretch", "equalize", "solarize"):
            np.testing.assert_allclose(found, X[0], atol=1e-5, err_msg=name)


def test_all_changes_are_as_likely():
    augment = RandAugment(rng=Generator(3))
    drawn = augment.integers(len(CHANGES), 14_000).numpy()
    assert stats.chisquare(np.bincount(drawn, minlength=14)).pvalue > 0.001

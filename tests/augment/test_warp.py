"""Affine warps: exact turns and moves, SciPy's values, gradients."""

import numpy as np
import pytest
from scipy import ndimage

import pellucid as pc
from pellucid import augment
from pellucid.errors import OptionError, ShapeError
from pellucid.random import Generator

DRAW = np.random.default_rng(2)
IMAGES = DRAW.normal(size=(3, 2, 7, 6))
TURN = np.array([[0.0, 1.0], [-1.0, 0.0]])


def warped(x, inverse, moves, **options):
    n = len(x)
    inverse = np.broadcast_to(np.asarray(inverse, x.dtype), (n, 2, 2)).copy()
    moves = np.broadcast_to(np.asarray(moves, x.dtype), (n, 2)).copy()
    return augment.affine_warp(pc.tensor(x), pc.tensor(inverse), pc.tensor(moves), **options)


def test_the_identity_and_moves_by_whole_pixels_are_exact():
    np.testing.assert_array_equal(warped(IMAGES, np.eye(2), (0, 0)).numpy(), IMAGES)
    moved = warped(IMAGES, np.eye(2), (2, -1)).numpy()
    expected = np.zeros_like(IMAGES)
    expected[:, :, 2:, :-1] = IMAGES[:, :, :-2, 1:]
    np.testing.assert_array_equal(moved, expected)


def test_a_quarter_turn_is_exact_and_anticlockwise():
    square = IMAGES[:, :, :6]
    turned = warped(square, TURN, (0, 0)).numpy()
    np.testing.assert_array_equal(turned, np.rot90(square, axes=(2, 3)))


def test_inverse_affine_of_a_quarter_turn_is_that_turn():
    one = [pc.tensor(np.array([v])) for v in (np.pi / 2, 1.0, 0.0)]
    np.testing.assert_allclose(augment.inverse_affine(*one).numpy()[0], TURN, atol=1e-15)


def test_inverse_affine_undoes_scale_turn_and_shear():
    angle, scale, shear = np.array([0.3, -1.0]), np.array([1.5, 0.7]), np.array([0.2, -0.4])
    found = augment.inverse_affine(*(pc.tensor(a) for a in (angle, scale, shear))).numpy()
    for i in range(2):
        c, s = np.cos(angle[i]), np.sin(angle[i])
        lean = np.array([[1.0, 0.0], [np.tan(shear[i]), 1.0]])
        forward = scale[i] * np.array([[c, -s], [s, c]]) @ lean
        np.testing.assert_allclose(found[i] @ forward, np.eye(2), atol=1e-14)


@pytest.mark.parametrize("executor", ["reference", "native"])
@pytest.mark.parametrize(
    ("fill", "mode"), [(0.0, "grid-constant"), (0.7, "grid-constant"), (None, "nearest")]
)
def test_random_maps_are_those_of_scipy(fill, mode, executor):
    draw = np.random.default_rng(9)
    inverse = np.eye(2) + draw.normal(0.0, 0.4, (3, 2, 2))
    moves = draw.normal(0.0, 2.0, (3, 2))

    def warp(x, inverse, moves):
        return augment.affine_warp(x, inverse, moves, fill=fill)

    found = pc.compile(warp, executor=executor)(IMAGES, inverse, moves).numpy()
    middle = np.array([3.0, 2.5])
    for i, image in enumerate(IMAGES):
        offset = middle - inverse[i] @ (middle + moves[i])
        for channel, plane in enumerate(image):
            expected = ndimage.affine_transform(
                plane, inverse[i], offset, order=1, mode=mode, cval=fill or 0.0
            )
            np.testing.assert_allclose(found[i, channel], expected, atol=1e-12)


def test_gradients_flow_to_the_pixels():
    inverse = np.array([[[0.9, 0.2], [-0.3, 1.1]]] * 3)
    moves = np.array([[0.3, -0.4]] * 3)
    pc.check_gradients(
        lambda x: augment.affine_warp(x, pc.tensor(inverse), pc.tensor(moves)), IMAGES
    )


def test_amounts_stay_within_their_range_and_differ_between_samples():
    # A line from the middle to the right: where its end goes tells angle and size.
    image = np.zeros((200, 1, 41, 41), np.float32)
    image[:, 0, 20, 20:36] = 1.0
    warp = augment.RandomAffine(30.0, scale=(0.8, 1.2), rng=Generator(3))
    rows, columns = np.mgrid[-20:21, -20:21]
    weight = warp(pc.tensor(image)).numpy()[:, 0]
    total = weight.sum(axis=(1, 2))
    down, right = ((weight * at).sum(axis=(1, 2)) / total for at in (rows, columns))
    angles, lengths = np.degrees(np.arctan2(-down, right)), np.hypot(down, right) / 7.5
    assert 25.0 < angles.max() < 30.5
    assert -30.5 < angles.min() < -25.0
    assert abs(angles.mean()) < 3.0
    assert 0.75 < lengths.min() < 0.85
    assert 1.15 < lengths.max() < 1.25


def test_moves_are_fractions_of_height_and_width():
    image = np.zeros((300, 1, 40, 20), np.float32)
    image[:, 0, 20, 10] = 1.0
    moved = augment.RandomAffine(translate=0.25, rng=Generator(1))(pc.tensor(image)).numpy()[:, 0]
    rows, columns = np.mgrid[-20:20, -10:10]
    down, right = ((moved * at).sum(axis=(1, 2)) for at in (rows, columns))
    assert 9.5 < down.max() <= 10.0
    assert 4.7 < right.max() <= 5.0
    assert -10.0 <= down.min() < -9.5
    assert -5.0 <= right.min() < -4.7


def test_what_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match=r"affine_warp: inverse of shape \(1, 2, 2\).* 3 images"):
        augment.affine_warp(pc.tensor(IMAGES), pc.zeros((1, 2, 2)), pc.zeros((3, 2)))
    with pytest.raises(OptionError, match=r"RandomAffine: degrees -1\.0\. It must be 0 or more"):
        augment.RandomAffine(-1.0, rng=Generator(0))
    with pytest.raises(OptionError, match=r"scale from 1\.2 to 0\.8\. It must be finite, in order"):
        augment.RandomAffine(scale=(1.2, 0.8), rng=Generator(0))
    with pytest.raises(OptionError, match=r"shear 90\.0\. It must be 0 or more, and at most 80"):
        augment.RandomAffine(shear=90.0, rng=Generator(0))

"""Parts of images: crops, mirrored images, covered squares."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import augment
from pellucid.errors import OptionError
from pellucid.random import Generator

IMAGES = np.random.default_rng(0).random((6, 3, 10, 8)).astype(np.float32)


def test_crops_are_parts_of_the_padded_image_and_all_places_are_drawn():
    image = np.arange(1.0, 13.0, dtype=np.float32).reshape(1, 1, 3, 4)
    batch = np.repeat(image, 300, axis=0)
    found = augment.RandomCrop((3, 3), padding=1, rng=Generator(0))(pc.tensor(batch)).numpy()
    padded = np.pad(image[0, 0], 1)
    parts = [padded[i : i + 3, j : j + 3] for i in range(3) for j in range(4)]
    seen = {next(k for k, part in enumerate(parts) if (part == one[0]).all()) for one in found}
    assert seen == set(range(12))
    edge = augment.RandomCrop((3, 3), 1, None, rng=Generator(0))(pc.tensor(batch)).numpy()
    padded = np.pad(image[0, 0], 1, mode="edge")
    parts = [padded[i : i + 3, j : j + 3] for i in range(3) for j in range(4)]
    assert all(any((part == one[0]).all() for part in parts) for one in edge)


def test_a_crop_in_inference_is_the_middle():
    crop = augment.RandomCrop((4, 4), rng=Generator(0)).inference()
    np.testing.assert_array_equal(crop(pc.tensor(IMAGES)).numpy(), IMAGES[:, :, 3:7, 2:6])


def test_flips_mirror_whole_images_as_often_as_asked():
    batch = np.repeat(IMAGES[:1], 1000, axis=0)
    for make, axis in ((augment.RandomHorizontalFlip, 2), (augment.RandomVerticalFlip, 1)):
        found = make(0.3, rng=Generator(0))(pc.tensor(batch)).numpy()
        mirrored = [(one == np.flip(IMAGES[0], axis)).all() for one in found]
        kept = [(one == IMAGES[0]).all() for one in found]
        assert all(m != k for m, k in zip(mirrored, kept, strict=True))
        assert 0.25 < np.mean(mirrored) < 0.35


def test_cutout_covers_one_square_cut_off_at_the_edge():
    ones = np.ones((500, 2, 10, 8), np.float32)
    found = augment.Cutout(4, fill=0.25, rng=Generator(0))(pc.tensor(ones)).numpy()
    covered = found[:, 0] == 0.25
    np.testing.assert_array_equal(found[:, 0], found[:, 1])
    for one in covered:
        rows, columns = one.any(axis=1), one.any(axis=0)
        np.testing.assert_array_equal(one, np.outer(rows, columns))
        assert 2 <= rows.sum() <= 4
        assert 2 <= columns.sum() <= 4
    assert covered.any(axis=0).all()
    assert max(one.sum() for one in covered) == 16


def test_one_number_is_the_size_of_a_crop_each_way():
    assert augment.RandomCrop(5).size == augment.RandomCrop((5, 5)).size == (5, 5)
    with pytest.raises(OptionError, match=r"RandomCrop: size \(0, 0\)"):
        augment.RandomCrop(0)

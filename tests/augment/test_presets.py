"""Presets: what suits digits and photographs."""

import numpy as np

import pellucid as pc
from pellucid import augment
from pellucid.random import Generator

IMAGES = np.random.default_rng(0).random((6, 3, 10, 8)).astype(np.float32)


def test_digits_are_never_mirrored_and_photos_stay_in_range():
    kinds = {type(layer) for layer in augment.digits(rng=Generator(0))}
    assert kinds == {augment.RandomAffine}
    turn = next(iter(augment.digits(rng=Generator(0))))
    assert turn.degrees <= 15.0
    y = augment.photos(rng=Generator(0))(pc.tensor(IMAGES)).numpy()
    assert y.min() >= 0.0
    assert y.max() <= 1.0

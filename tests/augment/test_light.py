"""Light and colours: brightness, contrast, saturation, hue and noise by their formulas."""

import colorsys

import numpy as np
import pytest

import pellucid as pc
from pellucid import augment
from pellucid.random import Generator

IMAGES = np.random.default_rng(0).random((6, 3, 10, 8)).astype(np.float32)


def test_brightness_and_contrast_by_their_formulas():
    x = IMAGES.astype(float)
    y = augment.Brightness(0.2, rng=Generator(1))(pc.tensor(x)).numpy()
    factors = (y / x).reshape(6, -1)
    np.testing.assert_allclose(factors, np.repeat(factors[:, :1], 240, axis=1), rtol=1e-12)
    assert ((factors > 0.8) & (factors < 1.2)).all()
    assert np.ptp(factors) > 0.05
    y = augment.Contrast(0.5, rng=Generator(1))(pc.tensor(x)).numpy()
    np.testing.assert_allclose(y.mean(axis=(1, 2, 3)), x.mean(axis=(1, 2, 3)))
    spread = y.std(axis=(1, 2, 3)) / x.std(axis=(1, 2, 3))
    assert ((spread > 0.5) & (spread < 1.5)).all()
    assert np.ptp(spread) > 0.1


def test_limits_keep_values_within():
    y = augment.Brightness(1.0, (0.1, 0.9), rng=Generator(1))(pc.tensor(IMAGES)).numpy()
    assert y.min() == np.float32(0.1)
    assert y.max() == np.float32(0.9)


def test_colours_keep_their_luminance_and_grey_stays_grey():
    luma = np.array([0.299, 0.587, 0.114])
    x = IMAGES.astype(float)
    y = augment.ColorJitter(0.5, 60.0, rng=Generator(1))(pc.tensor(x)).numpy()
    np.testing.assert_allclose(
        np.einsum("c,nchw->nhw", luma, y), np.einsum("c,nchw->nhw", luma, x), atol=1e-12
    )
    grey = np.repeat(x[:, :1], 3, axis=1)
    same = augment.ColorJitter(0.5, 60.0, rng=Generator(1))(pc.tensor(grey)).numpy()
    np.testing.assert_allclose(same, grey, atol=1e-2)  # the standard's coefficients are rounded


def test_saturation_scales_the_colour_down_and_up():
    red = np.tile(np.array([0.7, 0.4, 0.4])[:, None, None], (200, 1, 1, 1))
    y = augment.ColorJitter(0.5, 0.0, rng=Generator(1))(pc.tensor(red)).numpy()[:, :, 0, 0]
    colour = np.ptp(y, axis=1) / 0.3
    assert 0.5 <= colour.min() < 0.55
    assert 1.45 < colour.max() <= 1.5


def test_a_turn_of_hue_moves_the_hue_and_saturation_0_is_none():
    red = np.tile(np.array([0.7, 0.4, 0.4])[:, None, None], (200, 1, 1, 1))
    y = augment.ColorJitter(0.0, 40.0, rng=Generator(1))(pc.tensor(red)).numpy()[:, :, 0, 0]
    hues = np.array([colorsys.rgb_to_hsv(*one)[0] for one in y]) * 360.0
    hues = (hues + 180.0) % 360.0 - 180.0
    assert hues.min() < -20.0
    assert hues.max() > 20.0
    assert np.abs(hues).max() < 60.0


def test_noise_has_its_deviation_on_data_of_any_shape():
    x = np.zeros((100, 50))
    y = augment.GaussianNoise(0.3, rng=Generator(1))(pc.tensor(x)).numpy()
    assert y.std() == pytest.approx(0.3, rel=0.05)
    assert abs(y.mean()) < 0.02

"""Data sets by formula: the same seed, the same points; without noise, the formula itself."""

from typing import Any

import numpy as np
import pytest
from sklearn import datasets as sklearn_datasets

from pellucid.data import SYNTHETIC, circles, flower, moons, parity, sine, spirals, xor
from pellucid.errors import OptionError
from pellucid.random import Generator


@pytest.mark.parametrize("name", list(SYNTHETIC))
def test_the_same_seed_makes_the_same_points_and_another_others(name: str) -> None:
    made = SYNTHETIC[name]
    a, b, c = (made.make(60, noise=0.1, rng=Generator(seed)) for seed in (1, 1, 2))
    assert a.name == name
    np.testing.assert_array_equal(a.features, b.features)
    np.testing.assert_array_equal(a.labels, b.labels)
    assert not (np.array_equal(a.features, c.features) and np.array_equal(a.labels, c.labels))


@pytest.mark.parametrize("name", [name for name in SYNTHETIC if name != "sine"])
@pytest.mark.parametrize("samples", [12, 61])
def test_classes_are_of_one_size(name: str, samples: int) -> None:
    data = SYNTHETIC[name].make(samples, noise=0.0, rng=Generator(0))
    assert len(data) == samples
    assert np.ptp(data.class_counts) <= 1 + (name == "xor")


def test_moons_and_circles_are_those_of_scikit_learn() -> None:
    x, _ = sklearn_datasets.make_moons(40, shuffle=False)
    np.testing.assert_allclose(moons(40, noise=0.0, rng=Generator(0)).features, x, atol=1e-6)
    x, _ = sklearn_datasets.make_circles(40, shuffle=False, factor=0.5)
    np.testing.assert_allclose(circles(40, noise=0.0, rng=Generator(0)).features, x, atol=1e-6)


def test_the_flower_and_the_spirals_are_their_formulas() -> None:
    data = flower(200, noise=0.0, rng=Generator(0))
    radius = np.hypot(*data.features.T)
    angle = 3.12 * (data.labels + np.tile(np.arange(100) / 100, 2))
    np.testing.assert_allclose(radius, abs(4 * np.sin(4 * angle)), atol=1e-5)
    data = spirals(30, noise=0.0, rng=Generator(0))
    np.testing.assert_allclose(np.hypot(*data.features.T), np.tile(np.linspace(0, 1, 10), 3))
    np.testing.assert_allclose(data.features[9], [np.sin(4), np.cos(4)], atol=1e-6)


@pytest.mark.parametrize("make", [flower, spirals])
def test_noise_moves_angles_by_its_spread(make: Any) -> None:
    exact, moved = (make(6000, noise=noise, rng=Generator(0)).features for noise in (0.0, 0.1))
    radius = np.hypot(*exact.T)
    along = (exact[:, 1] * moved[:, 0] - exact[:, 0] * moved[:, 1]) / np.maximum(radius, 1e-3)
    far = radius > 0.9 * radius.max()
    assert (along[far] / radius[far]).std() == pytest.approx(0.1, rel=0.3)


def test_xor_and_parity_count_ones() -> None:
    data = xor(8, noise=0.0, rng=Generator(0))
    np.testing.assert_array_equal(data.labels, data.features.sum(axis=1) == 1)
    data = parity(5)
    assert data.features.shape == (32, 5)
    assert len(np.unique(data.features, axis=0)) == 32
    np.testing.assert_array_equal(data.labels, data.features.sum(axis=1) % 2)


def test_the_sine_is_the_curve_and_its_noise_has_the_spread_asked_for() -> None:
    data = sine(20_000, noise=0.3, rng=Generator(0))
    error = data.labels - np.sin(data.features)
    assert error.std() == pytest.approx(0.3, rel=0.03)
    assert abs(error.mean()) < 0.01
    assert data.classes == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [({"samples": 1}, "1 samples"), ({"noise": -1.0}, r"noise -1\.0"), ({"noise": np.nan}, "nan")],
)
@pytest.mark.parametrize("name", list(SYNTHETIC))
def test_numbers_outside_their_range_are_refused(
    name: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(OptionError, match=f"{name}: .*{message}"):
        SYNTHETIC[name].make(**{"samples": 10} | options, rng=Generator(0))


@pytest.mark.parametrize("bits", [0, 21])
def test_parity_of_no_or_too_many_bits_is_refused(bits: int) -> None:
    with pytest.raises(OptionError, match=f"parity: {bits} bits"):
        parity(bits)

"""Convolutions in written passes: correlations, and their two gradients, which are such."""

import numpy as np
import pytest
from explanation.written_lines import checked

import pellucid as pc
from pellucid import nn
from pellucid.explanation.backward_pass import backward_pass

RNG = pc.Generator(3)
DRAWN = np.random.default_rng(1)


def x_of(*shape):
    return DRAWN.normal(size=shape).astype("float32")


CASES = {
    "plain": (nn.Conv2d(2, 3, 3, rng=RNG), x_of(5, 2, 7, 6), "= corr(x, W)"),
    "one channel": (nn.Conv2d(1, 1, 3, rng=RNG), x_of(5, 1, 7, 6), "corr(x, W)"),
    "padded": (nn.Conv2d(2, 3, 3, padding=1, rng=RNG), x_of(5, 2, 7, 6), "corr(x, W, pad=1)"),
    "strided": (nn.Conv2d(2, 3, 3, stride=2, rng=RNG), x_of(5, 2, 8, 6), "corr(x, W, stride=2)"),
    "strided, padded": (
        nn.Conv2d(2, 4, 3, stride=(2, 1), padding=1, rng=RNG),
        x_of(5, 2, 7, 6),
        "corr(x, W, stride=(2, 1), pad=1)",
    ),
    "dilated": (
        nn.Conv2d(2, 3, 3, dilation=2, rng=RNG),
        x_of(5, 2, 8, 7),
        "corr(x, W, dilation=2)",
    ),
    "groups": (nn.Conv2d(4, 6, 3, groups=2, rng=RNG), x_of(5, 4, 5, 6), "corr(x, W, groups=2)"),
    "each channel": (
        nn.Conv2d(3, 3, 3, groups=3, rng=RNG),
        x_of(5, 3, 5, 6),
        "corr(x, W, groups=3)",
    ),
    "one axis": (nn.Conv1d(2, 3, 4, stride=3, rng=RNG), x_of(5, 2, 12), "corr(x, W, stride=3)"),
}


@pytest.mark.parametrize("notation", ["rows", "columns"])
@pytest.mark.parametrize("name", CASES)
def test_both_gradients_are_correlations_and_have_the_value_of_a_run(name, notation):
    model, x, expected = CASES[name]

    def function(x):
        y = model(x).tanh()
        return (y * y).mean()

    found = backward_pass(function, x, notation=notation)
    assert expected.lower() in found.text().lower()
    assert any(line.right.lower().startswith("corr_m(x, dz") for line in found.backward), (
        found.text()
    )
    errors = checked(found, function, x, floor=1e-3)
    assert max(errors.values()) < 2e-6, max(errors, key=errors.get)


@pytest.mark.parametrize("name", CASES)
def test_the_gradient_by_x_goes_through_the_filters_turned_round(name):
    model, x, _ = CASES[name]
    shape = x.shape[1:]
    scale = pc.Parameter(pc.ones((1, *shape)))

    def function(x):
        z = model((x * scale.value).tanh()).tanh()
        return (z * z).mean()

    found = backward_pass(function, x)
    assert any("flip(W" in line.right and "corr(dz" in line.right for line in found.backward)
    errors = checked(found, function, x, floor=1e-3)
    assert max(errors.values()) < 2e-6, max(errors, key=errors.get)


@pytest.mark.parametrize("pool", [nn.MaxPool2d(2), nn.AvgPool2d(2)], ids=["max", "average"])
def test_pooling_says_what_its_windows_are_and_has_the_value_of_a_run(pool):
    model, x, _ = CASES["plain"]

    def function(x):
        return pool(model(x).tanh()).tanh().mean()

    found = backward_pass(function, x[..., :6, :6])
    assert "windows(x): the windows that pooling looks at" in found.text()
    errors = checked(found, function, x[..., :6, :6], floor=1e-3)
    assert max(errors.values()) < 2e-6, max(errors, key=errors.get)


def test_latex_has_the_sign_of_correlation():
    model, x, _ = CASES["strided"]
    tex = backward_pass(lambda x: model(x).tanh().mean(), x).latex()
    assert r"x \star_{\text{stride{=}2}} W" in tex
    assert r"\star_{\text{m" in tex


def test_what_the_signs_mean_stands_below():
    model, x, _ = CASES["plain"]
    text = backward_pass(lambda x: model(x.tanh()).tanh().mean(), x).text()
    assert "corr(x, W): each filter of W moved over x" in text
    assert "corr_m(x, dz): each channel of dz" in text

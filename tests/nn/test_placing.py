"""Stride, padding and dilation as options of layers are those of a window."""

from typing import Any

import numpy as np
import pytest

from pellucid import Generator, Window, nn, ones
from pellucid.errors import CallError, OptionError

IMAGES = Generator(seed=1).normal(0.0, 1.0, (2, 3, 9, 7))


@pytest.mark.parametrize(
    "placing",
    [
        {},
        {"padding": "same"},
        {"padding": 1},
        {"stride": 2, "padding": ((1, 0), (1, 0))},
        {"stride": (2, 3), "dilation": 2},
    ],
)
@pytest.mark.parametrize("kind", ["Conv2d", "ConvTranspose2d", "MaxPool2d", "AvgPool2d"])
def test_options_and_a_window_give_the_same(kind: str, placing: dict[str, Any]) -> None:
    make: Any = getattr(nn, kind)
    sizes, rng = ((3, 4), {"rng": True}) if kind.startswith("Conv") else ((), {})
    made = []
    for window, options in ((2, placing), (Window(2, **placing), {})):
        given = {"rng": Generator(seed=0)} if rng else {}
        layer = make(*sizes, window, **given, **options)
        made.append((repr(layer), layer(IMAGES)))
    assert made[0][0] == made[1][0]
    np.testing.assert_array_equal(made[0][1].numpy(), made[1][1].numpy())


def test_same_keeps_the_sizes_of_an_image() -> None:
    layer = nn.Conv2d(3, 4, 3, padding="same")
    assert layer(IMAGES).shape == (2, 4, 9, 7)
    assert repr(layer) == "Conv2d(3, 4, 3, padding='same')"
    assert nn.Conv1d(3, 4, 5, stride=2, padding=2)(ones((2, 3, 10))).shape == (2, 4, 5)


def test_a_window_and_options_beside_it_are_refused() -> None:
    for make in (
        lambda: nn.Conv2d(3, 4, Window(3), padding="same"),
        lambda: nn.MaxPool2d(Window(3), padding=1),
    ):
        with pytest.raises(OptionError, match=r"padding beside Window\(3\). A window has its own"):
            make()


def test_other_options_are_told_what_there_is() -> None:
    make: Any = nn.Conv2d
    with pytest.raises(CallError, match=r"no option 'pading'. Did you mean 'padding'\? Known: in_"):
        make(3, 4, 3, pading=1)
    with pytest.raises(CallError, match=r"'strides', a word of Keras. Write pc.nn.Conv2d"):
        make(3, 4, 3, strides=2)
    with pytest.raises(OptionError, match=r"padding 'SAME'. Did you mean 'same'"):
        make(3, 4, 3, padding="SAME")
    with pytest.raises(OptionError, match=r"^Conv2d: window 3, stride=\(2,\) for 2 axes"):
        make(3, 4, 3, stride=(2,))

"""What models of images share: samples as images, and the start of their convolutions."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import OptionError, ShapeError
from pellucid.models.images import as_images, check_image, he_conv


def test_rows_of_pixels_are_images_in_row_major_order():
    x = np.arange(24.0).reshape(2, 12)
    y = as_images(pc.tensor(x), (1, 3, 4))
    assert y.shape == (2, 1, 3, 4)
    assert y.numpy()[1, 0, 2, 3] == 23.0
    assert as_images(y, (1, 3, 4)) is y


@pytest.mark.parametrize("shape", [(2, 11), (12,), (2, 3, 1, 5)])
def test_other_samples_are_told_what_is_needed(shape):
    with pytest.raises(ShapeError, match=r"\(batch, 1, 3, 4\): images, or the 12 numbers of each"):
        as_images(pc.zeros(shape), (1, 3, 4))


@pytest.mark.parametrize("image", [(3, 4), (1, 0, 4), (1, 2, 3, 4)])
def test_what_is_no_image_is_refused(image):
    with pytest.raises(OptionError, match=r"net: a sample of shape .* \(channels, height, width\)"):
        check_image("net", image)


@pytest.mark.parametrize("rng", [None, pc.Generator(seed=0)])
def test_convolutions_start_with_variance_2_over_fan_in(rng):
    layer = he_conv(16, 64, 5, rng=rng, bias=False)
    if rng is None:
        layer.seeded(0)
    assert list(layer.parameters()) == ["weight"]
    assert np.var(layer.weight.numpy()) == pytest.approx(2 / (16 * 25), rel=0.05)

"""The 1,797 handwritten digits of 8x8 pixels that come with scikit-learn: no download needed."""

from dataclasses import replace

import numpy as np

from pellucid.data.building import from_arrays
from pellucid.data.datasets import Dataset
from pellucid.errors import DataError
from pellucid.optional import imported
from pellucid.strict import strict


@strict
def digits() -> Dataset:
    """Handwritten digits, 8x8 pixels each, ten classes.

    Shapes: features (1797, 64), row by row; `with_shape(1, 8, 8)` makes images of them.
    Units:  ink in sixteenths, 0 (white) to 1.
    Errors: DataError where scikit-learn, which holds the data, is not installed.
    Source: Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI repository 1998
        (its test part), https://doi.org/10.24432/C50P49.
    """
    # Imported on use: it costs a second, and only this function needs it.
    who = "digits: scikit-learn, which holds these images"
    held = imported("sklearn.datasets", who, DataError, package="scikit-learn")
    pixels, labels = held.load_digits(return_X_y=True)
    data = from_arrays(pixels / np.float32(16), labels, name="digits", classes=10)
    return replace(data, picture=(1, 8, 8))

"""What a stored model takes: batches of samples like those that the run has learned from."""

import numpy as np
import pytest

from pellucid.errors import CallError, DTypeError, ShapeError
from pellucid.graph import Value
from pellucid.train.run_files.sample_shapes import check_samples

IMAGES = Value("x", (1, 3, 4), np.dtype(np.float32))
IDS = Value("ids", (1, 5), np.dtype(np.int64))
X, T = np.zeros((7, 3, 4), np.float32), np.zeros((7, 5), np.int64)


def test_samples_of_any_number_are_counted():
    assert check_samples("m", [IMAGES], [X]) == 7
    assert check_samples("m", [IMAGES, IDS], [X[:0], T[:0]]) == 0


@pytest.mark.parametrize(
    ("inputs", "error", "words"),
    [
        ([X], CallError, r"m: called with 1 input\. The run learned from 2, float32 of shape"),
        ([X[0], T], ShapeError, r"shape \(3, 4\)\. .* One sample alone is x\[None\]\."),
        ([X[:, :2], T], ShapeError, r"shape \(7, 2, 4\)\. .*give \(samples, 3, 4\)\.$"),
        ([X, T.astype(float)], DTypeError, "float64, where it reads ids"),
        ([X, T[:6]], ShapeError, r"inputs of \[7, 6\] samples"),
    ],
)
def test_what_is_no_such_batch_is_refused(inputs, error, words):
    with pytest.raises(error, match=words):
        check_samples("m", [IMAGES, IDS], inputs)

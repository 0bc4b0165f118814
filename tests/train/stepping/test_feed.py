"""A set in memory is gathered from where it lies, by the numbers that its samples have."""

import numpy as np
from train.conftest import blobs

from pellucid.tensor import tensor
from pellucid.train.stepping.feed import Feed


def test_batches_are_rows_of_the_set_itself() -> None:
    data = blobs(9).with_inputs(np.arange(9))
    with Feed(data, np.arange(9, dtype=np.float32)) as feed:
        assert not feed.passing
        assert np.shares_memory(feed.inputs[0].present(), data.features)
        rows = feed.placed(np.array([[4, 1]]))
        inputs, targets = feed.batch(tensor(rows[0]))
        np.testing.assert_array_equal(inputs[0].numpy(), data.features[[4, 1]])
        assert (inputs[1].tolist(), targets.tolist()) == ([4, 1], data.labels[[4, 1]].tolist())
        assert feed.batch_weights(tensor(rows[0]))["weights"].tolist() == [4.0, 1.0]

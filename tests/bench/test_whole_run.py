"""What a process of whole runs does: batches, training, and the accuracy of what is predicted."""

import numpy as np
import pytest

from pellucid.bench import whole_run
from pellucid.data import from_arrays


def test_the_batches_of_an_epoch_are_all_full_and_no_row_comes_twice():
    rows = whole_run.rows_of(1050, 3)
    assert rows.shape == (10, 100)
    assert len(set(rows.ravel())) == 1000
    assert (rows == whole_run.rows_of(1050, 3)).all()
    assert (rows != whole_run.rows_of(1050, 4)).any()


def test_the_accuracy_is_that_of_the_test_images(monkeypatch, tmp_path):
    draw = np.random.default_rng(0)
    seen, test = (
        from_arrays(draw.uniform(size=(n, 4)), np.arange(n) % 3, classes=3) for n in (30, 6)
    )
    monkeypatch.setattr("pellucid.data.mnist", lambda folder: (seen, test))

    def train(x, t, unseen):
        assert (x.shape, len(t), unseen.shape) == ((30, 4), 30, (6, 4))
        return [0, 1, 2, 0, 0, 0]  # the labels are 0 1 2 0 1 2

    assert whole_run.accuracy_of(train, str(tmp_path)) == pytest.approx(4 / 6)

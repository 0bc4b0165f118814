"""The share of variance that a model explains: equal to scikit-learn's, and what is refused."""

import numpy as np
import pytest
import sklearn.metrics

from pellucid import measures
from pellucid.errors import DataError, ShapeError


@pytest.mark.parametrize("shape", [(20,), (20, 3)])
def test_r2_equals_scikit_learns(shape):
    numbers = np.random.default_rng(2)
    t = numbers.normal(size=shape)
    y = t + numbers.normal(size=shape)
    assert measures.r2(t, y) == pytest.approx(sklearn.metrics.r2_score(t, y))
    assert measures.r2(t, t) == 1.0
    assert measures.r2(t, np.broadcast_to(t.mean(axis=0), shape)) == pytest.approx(0.0)


def test_r2_refuses_targets_without_variance_and_other_shapes():
    with pytest.raises(DataError, match="r2: all 2 true numbers are the same"):
        measures.r2([3.0, 3.0], [1.0, 2.0])
    with pytest.raises(ShapeError, match=r"r2: shapes \(2, 1\) and \(2,\)"):
        measures.r2([[1.0], [2.0]], [1.0, 2.0])

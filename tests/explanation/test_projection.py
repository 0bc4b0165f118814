"""Principal components, against scikit-learn."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from pellucid.errors import OptionError
from pellucid.explanation.projection import principal_components


def test_components_are_those_of_scikit_learn():
    array = np.random.default_rng(0).normal(size=(20, 3, 4)) * np.array([5.0, 2.0, 1.0, 0.5])
    found = principal_components(array, 3)
    pca = PCA(3).fit(array.reshape(20, -1))
    assert np.allclose(found.shares, pca.explained_variance_ratio_)
    signs = np.sign((found.directions * pca.components_).sum(axis=1))
    assert np.allclose(found.directions, pca.components_ * signs[:, None])
    assert np.allclose(found.points, pca.transform(array.reshape(20, -1)) * signs)


def test_directions_do_not_depend_on_chance():
    array = np.random.default_rng(1).normal(size=(9, 4))
    one, other = principal_components(array), principal_components(array[::-1])
    assert np.allclose(one.points, other.points[::-1])


def test_data_without_spread_have_no_shares():
    assert principal_components(np.ones((4, 3))).shares.tolist() == [0.0, 0.0]


def test_too_few_samples_are_refused():
    with pytest.raises(OptionError, match="2 of 1 samples with 3 features"):
        principal_components(np.ones((1, 3)))

import numpy as np
import pytest

from pellucid import nn
from pellucid.augment import RandomAffine, digits, predict_views
from pellucid.errors import OptionError
from pellucid.functional import softmax
from pellucid.random import Generator
from pellucid.tensor import tensor


class Net(nn.Module):
    def __init__(self):
        self.dropout = nn.Dropout(0.5, rng=Generator(2))
        self.linear = nn.Linear(64, 3, rng=Generator(1))

    def forward(self, x):
        return self.linear(self.dropout(x.reshape(-1, 64)))


X = np.random.default_rng(0).uniform(0, 1, (4, 1, 8, 8)).astype(np.float32)


def test_it_is_the_mean_over_the_sample_and_changed_copies():
    model, change = Net(), RandomAffine(20.0, translate=0.1, rng=Generator(5))
    found = predict_views(model, change, X, 6).numpy()
    other = RandomAffine(20.0, translate=0.1, rng=Generator(5))
    with other.mode(training=True):
        changed = other(tensor(np.repeat(X[:1], 5, axis=0))).numpy()
    assert not np.array_equal(changed[0], changed[1])
    model.inference()
    p = softmax(model(tensor(np.concatenate([X[:1], changed])))).numpy()
    np.testing.assert_allclose(found[0], p.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-5)


def test_an_answer_depends_on_no_other_sample_and_nothing_else_changes():
    model, change = Net(), digits(rng=Generator(5))
    before = {name: v.numpy().copy() for name, v in change.variables().items()}
    together = predict_views(model, change, X).numpy()
    alone = [predict_views(model, change, X[i : i + 1]).numpy() for i in range(4)]
    np.testing.assert_array_equal(together, np.concatenate(alone))
    for name, variable in change.variables().items():
        np.testing.assert_array_equal(variable.numpy(), before[name])


def test_one_view_is_the_sample_itself():
    model, change = Net(), digits(rng=Generator(5))
    plain = model.predictor()(X).numpy()
    found = predict_views(model, change, X, 1, lambda y: y).numpy()
    np.testing.assert_allclose(found, plain, rtol=1e-5, atol=1e-6)


def test_counts_are_checked():
    model, change = Net(), digits(rng=Generator(5))
    with pytest.raises(OptionError, match=r"views is 0. The sample itself is one: at least 1"):
        predict_views(model, change, X, 0)
    with pytest.raises(OptionError, match="x has no samples"):
        predict_views(model, change, X[:0])

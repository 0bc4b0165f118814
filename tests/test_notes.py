"""Numbers and shapes that the study notes print, where no other test holds them."""

import inspect
import itertools

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional, nn


def test_the_central_difference_steps_by_1e_4():
    assert inspect.signature(pc.numerical_gradient).parameters["h"].default == 1e-4


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (pc.arange(3), 5, [5, 6, 7]),
        (pc.ones((3, 3)), pc.arange(3).astype("float32"), [[1, 2, 3]] * 3),
        (
            pc.arange(3).reshape(3, 1),
            pc.arange(3),
            [[0, 1, 2], [1, 2, 3], [2, 3, 4]],
        ),
    ],
)
def test_the_three_examples_of_broadcasting(a, b, expected):
    np.testing.assert_array_equal((a + b).numpy(), expected)


def test_rank_one_arrays_give_one_number_and_columns_a_matrix():
    a = pc.arange(5).astype("float32")
    column = a.reshape(5, 1)
    assert (a @ a.T).shape == ()
    assert (column @ column.T).shape == (5, 5)


def test_a_3_4_1_network_has_the_shapes_of_the_notes_transposed():
    rng = pc.Generator(seed=0)
    first, second = nn.Linear(3, 4, rng=rng.child()), nn.Linear(4, 1, rng=rng.child())
    x = pc.ones((1, 3))
    hidden = functional.tanh(first(x))
    # Rows are samples here; the notes write W1 (4, 3), z1 (4, 1), W2 (1, 4), z2 (1, 1).
    assert first.weight.T.shape == (4, 3)
    assert hidden.T.shape == (4, 1)
    assert second.weight.T.shape == (1, 4)
    assert functional.sigmoid(second(hidden)).T.shape == (1, 1)


def test_the_four_layer_example_has_a_weight_of_n_l_by_n_l_minus_1():
    sizes = [4, 5, 5, 3, 1]  # four inputs, then n = [5, 5, 3, 1]
    rng, samples = pc.Generator(seed=0), 7
    x = pc.ones((samples, sizes[0]))
    for before, after in itertools.pairwise(sizes):
        layer = nn.Linear(before, after, rng=rng.child())
        assert layer.weight.T.shape == (after, before)
        x = functional.relu(layer(x))
        assert x.T.shape == (after, samples)


def test_ten_groups_of_five_outlast_one_of_fifty():
    # All fifty must hold, or the five of at least one group: what dropout is likened to.
    p = 0.9
    assert p**50 == pytest.approx(0.0052, abs=5e-5)
    assert 1 - (1 - p**5) ** 10 == pytest.approx(0.99987, abs=5e-6)


def test_with_masks_of_dropout_at_least_one_group_of_five_is_whole():
    rng = pc.Generator(seed=3)
    kept = rng.bernoulli(0.9, (20_000, 10, 5)).numpy()
    some_group = kept.all(axis=2).any(axis=1).mean()
    everyone = kept.all(axis=(1, 2)).mean()
    assert some_group == pytest.approx(0.99987, abs=0.0005)
    assert everyone == pytest.approx(0.0052, abs=0.002)

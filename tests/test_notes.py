"""Numbers and shapes that the study notes print, where no other test holds them."""

import inspect
import itertools
import math

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional, measures, nn
from pellucid.data import split_fractions
from pellucid.nn import init


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


# ---- tables and constants ----------------------------------------------------------------


def test_the_table_of_pairs_has_a_rand_index_of_70_in_85():
    pairs = measures.PairCounts(
        true_positive=50, false_negative=10, false_positive=5, true_negative=20
    )
    assert pairs.rand_index == 70 / 85 == pytest.approx(0.823529, abs=5e-7)
    assert pairs.adjusted_rand_index == pytest.approx(0.598425, abs=5e-7)
    # No clustering has this table, which is why raw counts are taken.
    assert 85 not in {n * (n - 1) // 2 for n in range(100)}


def test_the_scales_of_initial_weights_are_the_four_of_the_notes():
    assert init.Normal().std == 0.01
    assert init.Normal(1.0).std == 1.0
    assert init.LeCunNormal().std(100, 50) == 1 / math.sqrt(100)
    assert init.HeNormal().std(100, 50) == math.sqrt(2 / 100)


def test_step_and_sigmoid_are_drawn_from_minus_5_to_5_by_a_tenth():
    x = pc.arange(-5.0, 5.0, 0.1, dtype="float64")
    assert x.shape == (100,)
    assert (x[0].item(), x[-1].item()) == (-5.0, pytest.approx(4.9))
    step, sigmoid = functional.step(x).numpy(), functional.sigmoid(x).numpy()
    assert step.tolist() == [0.0] * 51 + [1.0] * 49  # the step at 0 itself is 0
    assert sigmoid[0] == pytest.approx(1 / (1 + math.exp(5)))
    assert sigmoid[50] == 0.5
    # Both fit between the limits of the plot, -0.1 and 1.1.
    assert 0.0 <= step.min() < sigmoid.min()
    assert sigmoid.max() < step.max() <= 1.0


@pytest.mark.parametrize("f", [1, 3, 5, 7])
def test_same_padding_of_odd_filters_is_half_of_f_less_1(f):
    p, n = (f - 1) // 2, 6
    placed = pc.Window(f, padding="same").place((n, n))
    assert placed.padding == ((p, p), (p, p))
    assert placed.counts((n, n)) == (n + 2 * p - f + 1,) * 2 == (n, n)
    assert pc.Window(min(f, n)).place((n, n)).counts((n, n)) == (n - min(f, n) + 1,) * 2


def test_the_validation_set_is_a_fifth():
    assert split_fractions(10_000)[1] == 0.2


# ---- computation graphs ------------------------------------------------------------------


def cost(a, b, c):
    u = b * c
    v = a + u
    return 3.0 * v


def test_the_graph_of_3_a_plus_bc_forward_and_backward():
    a, b, c = (pc.tensor(n, requires_grad=True) for n in (5.0, 3.0, 2.0))
    u = b * c
    v = a + u
    j = 3.0 * v
    assert (u.item(), v.item(), j.item()) == (6.0, 11.0, 33.0)
    j.backward()
    assert [x.grad.item() for x in (a, b, c)] == [3.0, 6.0, 9.0]


@pytest.mark.parametrize(("place", "slope"), [(0, 3.0), (1, 6.0), (2, 9.0)])
def test_a_nudge_of_a_thousandth_moves_the_cost_by_slope_times_that(place, slope):
    point = [np.float64(5.0), np.float64(3.0), np.float64(2.0)]
    nudged = list(point)
    nudged[place] = point[place] + 0.001
    moved = cost(*map(pc.tensor, nudged)).item() - cost(*map(pc.tensor, point)).item()
    assert moved == pytest.approx(0.001 * slope, rel=1e-9)
    assert pc.grad(cost, argument=place)(*point).item() == slope


def test_a_derivative_is_the_sum_over_paths_of_products_over_bridges():
    # x -> p, q -> both feed r and s -> y: four paths, each a product of three slopes.
    slopes = {
        "p": 2.0,
        "q": 3.0,
        "pr": 5.0,
        "ps": 7.0,
        "qr": 11.0,
        "qs": 13.0,
        "r": 17.0,
        "s": 19.0,
    }

    def network(x):
        p, q = slopes["p"] * x, slopes["q"] * x
        r = slopes["pr"] * p + slopes["qr"] * q
        s = slopes["ps"] * p + slopes["qs"] * q
        return slopes["r"] * r + slopes["s"] * s

    paths = [slopes[a] * slopes[a + b] * slopes[b] for a in "pq" for b in "rs"]
    assert pc.grad(network)(1.0).item() == sum(paths)


def test_an_addition_passes_the_gradient_on_and_a_product_swaps_its_inputs():
    _, pull = pc.vjp(lambda x, y: x + y, 2.0, 3.0)
    assert [d.item() for d in pull(1.5)] == [1.5, 1.5]
    _, pull = pc.vjp(lambda x, y: x * y, 2.0, 3.0)
    assert [d.item() for d in pull(1.5)] == [4.5, 3.0]


# ---- arrays ------------------------------------------------------------------------------


def test_axis_0_sums_down_the_columns_and_axis_1_along_the_rows():
    x = pc.tensor([[1, 2, 3], [4, 5, 6]])
    assert x.sum(axis=0).tolist() == [5, 7, 9]
    assert x.sum(axis=1).tolist() == [6, 15]


def test_reshape_shows_the_same_elements_in_another_shape_and_enlarges_nothing():
    x = pc.arange(6)
    y = x.reshape(2, 3)
    assert np.shares_memory(x.array, y.array)
    assert y.flatten().tolist() == [0, 1, 2, 3, 4, 5]
    with pytest.raises(pc.errors.ShapeError):
        x.reshape(4, 3)


def test_a_comparison_gives_booleans_and_these_choose_elements():
    x = pc.tensor([51, 55, 14, 19, 0, 4])
    assert (x > 15).tolist() == [True, True, False, True, False, False]
    assert x[x > 15].tolist() == [51, 55, 19]


def test_a_slice_to_minus_k_stops_before_the_kth_from_the_end():
    x = pc.arange(6)
    assert x[:-2].tolist() == [0, 1, 2, 3]
    assert x[-2].item() == 4


def test_an_asterisk_multiplies_elements_and_an_at_matrices():
    a, b = pc.tensor([[1, 2], [3, 4]]), pc.tensor([[5, 6], [7, 8]])
    assert (a * b).tolist() == [[5, 12], [21, 32]]
    assert (a @ b).tolist() == [[19, 22], [43, 50]]


def test_a_batch_gives_what_its_samples_give_one_by_one():
    layer = nn.Linear(7, 4, rng=pc.Generator(seed=0), dtype="float64")
    x = np.random.default_rng(0).normal(size=(20, 7))
    together = functional.relu(layer(x)).numpy()
    alone = [functional.relu(layer(row[None])).numpy()[0] for row in x]
    np.testing.assert_allclose(together, alone, atol=1e-14)

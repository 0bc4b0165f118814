"""Large data is met once in a step, strip by strip, and the results stay what they are."""

import numpy as np
import pytest
from executors.native.examples import procedure, same
from executors.native.programs import small_chunks

from pellucid import primitives as p
from pellucid.executors.native.executor import Native
from pellucid.executors.native.ir.kernels import Loop
from pellucid.executors.native.ir.views import Views
from pellucid.executors.native.kernels.emission import divide
from pellucid.executors.native.planning import planned
from pellucid.executors.native.runtime.listing import sections
from pellucid.executors.native.schedule import row_strips
from pellucid.graph import Graph, Node, Value


def single_unit(rows, columns, dtype="float32", update="%8"):
    """A step of descent of one unit with a sigmoid: forward, error, gradient, update."""
    return procedure(
        f"""graph(x: {dtype}[{rows},{columns}], t: {dtype}[{rows},1], w: {dtype}[{columns},1])
      %0: {dtype}[{rows},1] = matmul() of (x, w)
      %1: {dtype}[{rows},1] = sigmoid() of (%0)
      %2: {dtype}[{rows},1] = subtract() of (%1, t)
      %3: {dtype}[{columns},{rows}] = permute_dims(axes=(1, 0)) of (x)
      %4: {dtype}[{columns},1] = matmul() of (%3, %2)
      %5: {dtype}[1,1] = sum(axis=(0,)) of (%2)
      %6: {dtype}[1] = reshape(to=(1,)) of (%5)
      %7: {dtype}[] = reshape(to=()) of (%6)
      %8: {dtype}[{columns},1] = subtract() of (w, %4)
      return %7""",
        {"w": update},
    )


def strips_of(made):
    return max(planned(made).plan.strips)


@pytest.mark.parametrize(
    ("rows", "columns", "dtype", "expected"),
    [
        (209, 12288, "float32", 16),  # the cats of the course: 13 pictures each, and the last one
        (208, 12288, "float32", 16),
        (209, 12288, "float64", 1),  # of 26 strips each would be too large, more are too small
        (60000, 784, "float32", 300),  # all of MNIST
        (100, 784, "float32", 1),  # a batch of it: the cache holds that
        (211, 12288, "float32", 21),  # a prime, one more than 21 times 10
        (227, 12288, "float32", 1),  # neither 227 nor 226 rows make equal strips of that size
    ],
)
def test_large_data_is_cut_into_as_few_strips_as_fit(rows, columns, dtype, expected):
    assert strips_of(single_unit(rows, columns, dtype)) == expected


@pytest.mark.parametrize("rows", [1, 2, 6, 7, 35, 37, 64])
@pytest.mark.parametrize("columns", [1, 2, 3, 17, 64, 130])
def test_results_are_those_of_whole_sums(rows, columns):
    for dtype in ("float32", "float64"):
        with small_chunks():
            assert same(single_unit(rows, columns, dtype)) is None


def test_data_of_real_size_gives_the_same_bits_on_any_number_of_threads():
    assert same(single_unit(209, 12288)) is None


def test_a_last_row_is_not_lost():
    made, x = single_unit(209, 12288), np.zeros((209, 12288), np.float32)
    x[208] = 1.0
    state = [np.zeros((12288, 1), np.float32)]
    Native(made)([x, np.zeros((209, 1), np.float32)], state)
    np.testing.assert_array_equal(state[0], -0.5)  # sigmoid(0) - 0, times 1


def test_the_first_kernel_stands_before_the_one_that_shares_its_strips():
    made = planned(single_unit(209, 12288))
    second = made.plan.strips.index(16)
    assert made.plan.kernels[second - 1].space.shape == (209, 12288)
    assert made.plan.kernels[second].space.shape == (16, 13, 12288)
    work = divide(made)
    for count in (1, 2, 3):
        assert (second - 1, 2, 16) in sections(work, count)


def test_the_schedule_tells_of_strips():
    text = Native(single_unit(209, 12288)).source("schedule")
    assert "reduced over [1], with the kernel before in 16 strips" in text


def test_what_the_first_kernel_reads_lasts_until_the_last_strip():
    made = procedure("""graph(x: float32[64,40], u: float32[40,9], v: float32[9,1])
      %0: float32[40,1] = matmul() of (u, v)
      %1: float32[64,1] = matmul() of (x, %0)
      %2: float32[40,64] = permute_dims(axes=(1, 0)) of (x)
      %3: float32[40,1] = matmul() of (%2, %1)
      return %3""")
    with small_chunks():
        plan = planned(made).plan
        assert same(made) is None
    second = plan.strips.index(2)
    (weights,), (sums,) = plan.kernels[second - 2].stores, plan.kernels[second].stores
    first, after = plan.places[weights.name], plan.places[sums.name]
    assert first.offset + 40 * 4 <= after.offset or after.offset + 2 * 40 * 4 <= first.offset


def test_an_update_is_not_written_while_the_kernel_before_reads_the_variable():
    made = procedure(
        """graph(x: float32[12,8], w: float32[3,1,8])
      %0: float32[1,1,8] = slice(start=(0, 0, 0), count=(1, 1, 8), step=(1, 1, 1)) of (w)
      %1: float32[1,8] = reshape(to=(1, 8)) of (%0)
      %2: float32[12,8] = multiply() of (x, %1)
      %3: float32[12,1] = sum(axis=(1,)) of (%2)
      %4: float32[3,4,8] = reshape(to=(3, 4, 8)) of (x)
      %5: float32[3,4,1] = reshape(to=(3, 4, 1)) of (%3)
      %6: float32[3,4,8] = multiply() of (%4, %5)
      %7: float32[3,1,8] = sum(axis=(1,)) of (%6)
      return""",
        {"w": "%7"},
    )
    assert strips_of(made) == 1
    with small_chunks():
        assert same(made) is None


def test_kernels_that_share_no_rows_are_run_one_after_the_other():
    flipped = procedure("""graph(x: float32[12,40], v: float32[40,1])
      %0: float32[12,1] = matmul() of (x, v)
      %1: float32[12,1] = flip(axis=(0,)) of (%0)
      %2: float32[40,12] = permute_dims(axes=(1, 0)) of (x)
      %3: float32[40,1] = matmul() of (%2, %1)
      return %3""")
    with small_chunks():
        assert strips_of(flipped) == 1
        assert same(flipped) is None


def test_rows_of_two_axes_are_no_strips():
    made = procedure("""graph(x: float32[12,8,15])
      %0: float32[12,8,1] = min(axis=(2,)) of (x)
      %1: float32[12,1,1] = max(axis=(1, 2)) of (%0)
      return %1""")
    assert strips_of(made) == 1
    assert same(made) is None


def test_special_values_go_the_same_way():
    made = single_unit(12, 40)
    native = Native(made)
    with small_chunks():
        strips_native = Native(made)
    generator = np.random.default_rng(0)
    x = generator.normal(size=(12, 40)).astype(np.float32)
    t = np.zeros((12, 1), np.float32)
    w = np.zeros((40, 1), np.float32)
    for special in (np.nan, np.inf, -np.inf):
        x[3, 5] = special
        states = [w.copy()], [w.copy()]
        whole, cut = native([x, t], states[0]), strips_native([x, t], states[1])
        np.testing.assert_allclose(whole[0], cut[0], rtol=1e-5)
        np.testing.assert_allclose(states[0][0], states[1][0], rtol=1e-5)


@pytest.mark.parametrize("seed", range(50))
def test_kernels_are_moved_right_behind_those_they_share_strips_with(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    x = Value("x", (), np.dtype(np.float32))
    made = [Value(f"%{i}", (), np.dtype(np.float32)) for i in range(12)]
    kernels = [
        Loop([Node(p.Add(), tuple(rng.choice([x, *made[:i]], 2)), made[i])], [made[i]])
        for i in range(12)
    ]
    shared = rng.random((12, 12)) < 0.5
    number = {id(kernel): i for i, kernel in enumerate(kernels)}
    monkeypatch.setattr(
        row_strips, "strips", lambda a, b, views: 1 + shared[number[id(a)], number[id(b)]]
    )
    expected = list(range(12))
    for i in range(12):
        read = [made.index(v) for v in kernels[i].nodes[0].inputs if v in made]
        last = max(read, key=expected.index, default=i)
        if last != i and shared[last, i]:
            expected.remove(i)
            expected.insert(expected.index(last) + 1, i)
    graph = Graph((x,), (), tuple(k.nodes[0] for k in kernels), ())
    found = row_strips.neighbours(kernels, Views(graph))
    assert [number[id(kernel)] for kernel in found] == expected

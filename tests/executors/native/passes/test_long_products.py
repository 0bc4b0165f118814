"""Products with long sums are cut into parts, where that pays, and stay what they are."""

import numpy as np
import pytest
from executors.native.examples import procedure, same

import pellucid as pc
from pellucid.executors.native.llvm.vectors import BLOCK
from pellucid.executors.native.passes import long_products
from pellucid.executors.native.passes.long_products import in_parts


def product(m, k, n, dtype="float32"):
    """A product, and the gradient of its weights from its result."""
    return procedure(f"""graph(x: {dtype}[{m},{k}], v: {dtype}[{k},{n}])
      %0: {dtype}[{m},{n}] = matmul() of (x, v)
      %1: {dtype}[{k},{m}] = permute_dims(axes=(1, 0)) of (x)
      %2: {dtype}[{k},{n}] = matmul() of (%1, %0)
      return %2""")


def turned(m, k, n):
    """The same where all operands lie in columns."""
    return procedure(f"""graph(x: float32[{k},{m}], v: float32[{n},{k}])
      %0: float32[{m},{k}] = permute_dims(axes=(1, 0)) of (x)
      %1: float32[{k},{n}] = permute_dims(axes=(1, 0)) of (v)
      %2: float32[{m},{n}] = matmul() of (%0, %1)
      %3: float32[{m},{n}] = tanh() of (%2)
      %4: float32[{k},{m}] = permute_dims(axes=(1, 0)) of (%0)
      %5: float32[{k},{n}] = matmul() of (%4, %3)
      return %5""")


def parts(made):
    shapes = [n.output.shape for n in in_parts(made.graph).nodes if n.primitive.name == "matmul"]
    return shapes[0][0] if len(shapes[0]) == 3 else 1


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((100, 784, 50), 4),  # the first layer of a small network
        ((128, 784, 100), 2),  # a larger result pays for fewer parts
        ((100, 783, 50), 1),  # parts must be equal
        ((100, 200, 5), 1),  # too short
        ((256, 1024, 1024), 1),  # the sums would cost more than they save
        ((0, 784, 50), 4),
    ],
)
def test_long_sums_of_small_results_are_cut(sizes, expected):
    assert parts(product(*sizes)) == expected


@pytest.mark.parametrize("sizes", [(100, 784, 50), (3, 512, 7), (0, 784, 50), (17, 260, 1)])
def test_a_cut_product_is_the_same_product(sizes):
    for dtype in ("float32", "float64"):
        assert same(product(*sizes, dtype)) is None
    assert same(turned(*sizes)) is None


def test_batches_of_products_and_integers_stay_whole():
    batches = procedure("""graph(x: float32[2,20,784], v: float32[2,784,5])
      %0: float32[2,20,5] = matmul() of (x, v)
      %1: float32[2,784,20] = permute_dims(axes=(0, 2, 1)) of (x)
      %2: float32[2,784,5] = matmul() of (%1, %0)
      return %2""")
    assert in_parts(batches.graph).nodes == batches.graph.nodes
    assert parts(product(100, 784, 50, "int64")) == 1


def test_a_product_without_a_way_back_stays_whole():
    forward = procedure("""graph(x: float32[100,784], v: float32[784,50])
      %0: float32[100,50] = matmul() of (x, v)
      return %0""")
    assert in_parts(forward.graph).nodes == forward.graph.nodes


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((1, 4320, 100), 4),  # as when a convnet predicts one image
        ((4, 4320, 100), 4),
        ((32, 4320, 100), 4),
        ((129, 4320, 100), 1),  # multiply-adds take longer than reading
        ((1, 4320, 30), 1),  # every cache holds so small a matrix
        ((1, 4318, 100), 2),
        ((1, 4319, 100), 1),
    ],
)
def test_a_large_matrix_that_few_rows_meet_is_read_in_parts(sizes, expected):
    m, k, n = sizes
    forward = procedure(f"""graph(x: float32[{m},{k}], w: float32[{k},{n}])
      %0: float32[{m},{n}] = matmul() of (x, w)
      return %0""")
    assert parts(forward) == expected
    assert same(forward) is None


def test_a_matrix_that_is_new_in_each_call_is_read_in_parts_for_fewer_rows():
    for m, expected in ((4, 4), (32, 1)):
        made = procedure(f"""graph(x: float32[{m},4320], w: float32[4320,100])
          %0: float32[4320,100] = tanh() of (w)
          %1: float32[{m},100] = matmul() of (x, %0)
          return %1""")
        assert parts(made) == expected


BATCHES = """graph(x: float32[2,1,3,23], v: float32[4,23,5])
      %0: float32[2,4,3,5] = matmul() of (x, v)
      return %0"""


@pytest.mark.parametrize(("longest", "counts"), [(10, [2, 1]), (23, [1]), (1, [23]), (22, [1, 1])])
def test_sums_of_more_than_the_longest_are_cut_whatever_k_is(
    monkeypatch, tmp_path, longest, counts
):
    monkeypatch.setattr(long_products, "LONGEST", longest)
    # Code that is kept is that of another limit.
    monkeypatch.setenv("PELLUCID_CACHE", str(tmp_path))
    made = procedure(BATCHES)
    shapes = [n.output.shape for n in in_parts(made.graph).nodes if n.primitive.name == "matmul"]
    assert [shape[2] if len(shape) == 5 else 1 for shape in shapes] == counts
    assert same(made) is None
    for size in ((3, 260, 7), (17, 260, 1)):
        assert same(product(*size)) is None
        assert same(turned(*size)) is None


def test_the_longest_sum_is_far_above_what_networks_have():
    x, v = (
        np.full((2, long_products.LONGEST + 5), 0.1, np.float32),
        np.full((3, long_products.LONGEST + 5), 0.1),
    )
    found = pc.compile(lambda a, b: a @ b.mT)(x, v.astype(np.float32)).numpy()
    exact = float(np.float32(0.1)) ** 2 * x.shape[1]
    # So many roundings, of half a unit each: a block of k, its parts, and the rest.
    most = 1.5 * BLOCK + long_products.LONGEST / BLOCK + 2
    assert np.max(np.abs(found - exact)) < most * 2.0**-24 * exact

"""Batches that stay where they are in the data: which ones, and that nothing else changes."""

import numpy as np
import pytest
from executors.native.builder import Program
from executors.native.examples import procedure, same
from executors.native.programs import difference

import pellucid as pc
from pellucid.executors.native.passes.batches_in_place import batches_in_place
from pellucid.executors.native.planning import planned


def layer(rows=20, features=100, units=30, data="50", dtype="float32", last="return %1, %3"):
    """A layer on a batch, and the gradient of its weights."""
    return procedure(
        f"""graph(x: {dtype}[{data},{features}], i: int64[{rows}],
      v: {dtype}[{features},{units}])
      %0: {dtype}[{rows},{features}] = take(axis=0) of (x, i)
      %1: {dtype}[{rows},{units}] = matmul() of (%0, v)
      %2: {dtype}[{features},{rows}] = permute_dims(axes=(1, 0)) of (%0)
      %3: {dtype}[{features},{units}] = matmul() of (%2, %1)
      {last}""".replace(",\n      v", ", v")
    )


def names(made, updated=()):
    return set(batches_in_place(made.graph, set(updated)))


def test_a_batch_that_only_products_read_stays_in_its_data():
    made = layer()
    found = batches_in_place(made.graph, set())
    assert {name: data.name for name, data in found.items()} == {"%0": "x"}
    program = planned(made).plan
    assert program.arena_bytes < 20 * 100 * 4  # there is no room for a copy


@pytest.mark.parametrize(
    "made",
    [
        layer(features=60),  # short rows
        layer(rows=1),
        layer(last="return %1, %0"),
        layer(last="%4: float32[20,100] = exp() of (%0)\n return %4"),
        layer(last="%4: float32[30,100] = matmul() of (%3, %0)\n return %4".replace("%3", "%5")
              .replace("%4:", "%5: float32[30,20] = permute_dims(axes=(1, 0)) of (%1)\n %4:")),
        layer(last="%4: float32[5,100] = slice(start=(3, 0), count=(5, 100), step=(1, 1)) of (%0)\n"
              " %5: float32[5,30] = matmul() of (%4, v)\n return %5"),
        layer(last="%4: float32[2000,1] = reshape(to=(2000, 1)) of (%0)\n"
              " %5: float32[1,30] = slice(start=(0, 0), count=(1, 30), step=(1, 1)) of (v)\n"
              " %6: float32[2000,30] = matmul() of (%4, %5)\n return %6"),
        layer(dtype="int64"),
        # Rows of several products of a batch: 4 times 5 rows, and the same turned.
        layer(last="%4: float32[4,5,100] = reshape(to=(4, 5, 100)) of (%0)\n"
              " %5: float32[4,5,30] = matmul() of (%4, v)\n return %5"),
        layer(last="%4: float32[100,4,5] = reshape(to=(100, 4, 5)) of (%2)\n"
              " %5: float32[4,100,5] = permute_dims(axes=(1, 0, 2)) of (%4)\n"
              " %6: float32[4,5,30] = reshape(to=(4, 5, 30)) of (%1)\n"
              " %7: float32[4,100,30] = matmul() of (%5, %6)\n return %7"),
    ],
)  # fmt: skip
def test_a_batch_that_others_read_is_copied(made):
    assert names(made) == set()
    assert same(made) is None


def test_a_batch_of_data_that_change_in_the_program_is_copied():
    assert names(layer(), {"x"}) == set()
    made = procedure(
        """graph(i: int64[20], v: float32[100,30], w: float32[50,100])
      %0: float32[20,100] = take(axis=0) of (w, i)
      %1: float32[20,30] = matmul() of (%0, v)
      %2: float32[50,100] = exp() of (w)
      return %1""",
        {"w": "%2"},
    )
    assert same(made) is None


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("rows", "features", "units"),
    [(20, 100, 30), (2, 64, 1), (33, 65, 17), (128, 784, 10), (100, 784, 50), (7, 300, 100),
     (300, 1100, 3), (64, 300, 200), (15, 131, 64), (2, 784, 600)],
)  # fmt: skip
def test_the_products_are_the_same(rows, features, units, dtype):
    made = layer(rows, features, units, dtype=dtype)
    assert names(made) == {"%0"} or features * np.dtype(dtype).itemsize < 256
    assert same(made) is None


def test_pictures_are_read_as_lines():
    made = procedure("""graph(x: float32[9,2,10,10], i: int64[20], v: float32[200,30])
      %0: float32[20,2,10,10] = take(axis=0) of (x, i)
      %1: float32[20,200] = reshape(to=(20, 200)) of (%0)
      %2: float32[20,30] = matmul() of (%1, v)
      return %2""")
    assert names(made) == {"%0"}
    assert same(made) is None


def test_every_step_of_a_loop_reads_its_own_rows():
    generator = np.random.default_rng(0)
    data = generator.normal(size=(40, 3, 100)).astype(np.float32)
    w = generator.normal(size=(100, 8)).astype(np.float32)
    rows = generator.integers(-40, 40, (5, 12))
    held = pc.Buffer(data[:, 0].copy())
    step = pc.compile(lambda i: (held.take(i, axis=0) @ pc.tensor(w)).sum(axis=0))
    found = step.loop(rows).numpy()
    expected = np.stack([(data[i, 0] @ w).sum(axis=0) for i in rows])
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=1e-4)


def test_an_index_outside_is_an_error_and_nothing_is_read_there():
    held = pc.Buffer(np.ones((40, 100), np.float32))
    step = pc.compile(lambda i: held.take(i, axis=0) @ pc.ones((100, 8)))
    step(np.arange(12))
    with pytest.raises(IndexError, match="take"):
        step(np.array([*range(11), 10**9]))


def test_rows_of_nan_and_inf_are_read_like_others():
    made = layer()
    data = np.random.default_rng(1).normal(size=(50, 100)).astype(np.float32)
    data[3, 7], data[4, 8], data[5] = np.nan, np.inf, 0
    v = np.full((100, 30), 0.5, np.float32)
    assert difference(Program(made, [data, np.arange(20), v], [])) is None

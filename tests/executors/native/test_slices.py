"""Predictions slice by slice: the same results, also where the last slice overlaps another."""

import numpy as np
import pytest
from executors.native.examples import procedure
from executors.native.guarded import placed
from executors.native.passes.test_batch_slices import APART, HEAD, ROWS, of, slices

import pellucid as pc
from pellucid.errors import ShapeError
from pellucid.executors.native.executor import Native
from pellucid.executors.native.passes.batch_slices import slice_of
from pellucid.executors.native.slices import Sliced, native_program

__all__ = ("slices",)  # a fixture


def given(made):
    rng = np.random.default_rng(0)
    x, *state = (rng.normal(size=v.shape).astype(np.float32) for v in made.graph.inputs)
    return x, state


@pytest.mark.parametrize("name", APART)
@pytest.mark.parametrize("side", ["begin", "end"])
def test_slices_give_what_the_whole_batch_gives(slices, name, side):
    made = of(APART[name])
    x, state = given(made)
    whole, sliced = Native(made), native_program(made)
    assert isinstance(sliced, Sliced)
    (expected,) = whole([x], state)
    (found,) = sliced([placed(x, side)], [placed(a, side) for a in state])
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("threads", [1, 2, 3, 4])
def test_bits_do_not_depend_on_threads(slices, threads):
    made = of(APART["convolved"])
    x, state = given(made)
    sliced = native_program(made)
    (expected,) = sliced([x], state)
    pc.set_threads(threads)
    np.testing.assert_array_equal(sliced([x], state)[0], expected)


def test_calls_in_a_loop_are_cut_too(slices):
    made = of(APART["product"])
    x, state = given(made)
    sliced = native_program(made)
    (found,), failure = sliced.loop([np.stack([x, 2 * x])], state)
    assert failure is None
    np.testing.assert_array_equal(found[0], sliced([x], state)[0])
    np.testing.assert_array_equal(found[1], sliced([2 * x], state)[0])


def test_other_arrays_are_refused(slices):
    made = of(APART["product"])
    x, state = given(made)
    with pytest.raises(ShapeError, match=r"\[16, 6, 8\] for a program compiled for float32\[40"):
        native_program(made)([x[:ROWS]], state)


def test_the_report_counts_all_slices(slices):
    made = of(APART["product"])
    found, of_one = native_program(made).report(), Native(slice_of(made)).report()
    assert [row.turns for row in found.rows] == [3] * len(of_one.rows)
    assert sum(row.flops for row in found.rows) == 3 * sum(row.flops for row in of_one.rows)
    assert "float32[16,6,8]" in native_program(made).source("graph")


def test_a_program_of_few_rows_is_one(slices):
    text = HEAD.replace("40,6,8", "4,6,8") + "  %0: float32[4,6,8] = negative() of (x)\n"
    made = procedure(f"{text}  return %0")
    assert isinstance(native_program(made), Native)

"""How coarse loops work: rows that share a long line of numbers are reduced some at once."""

import re

import numpy as np
import pytest
from executors.native.cpus import HERE, TARGETS, on_target
from executors.native.examples import procedure, same

from pellucid.executors.native.executor import Native
from pellucid.executors.native.ir.kernels import Loop
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.planning import planned
from pellucid.executors.native.schedule.granularity import FEW_NODES, lane_width, rows_at_once
from pellucid.executors.native.schedule.nest import loop_nest


def sums(rows, columns, dtype="float32"):
    """Each row times one line of weights, summed."""
    return procedure(
        f"""graph(x: {dtype}[{rows},{columns}], y: {dtype}[{columns},1])
      %0: {dtype}[{rows},1] = matmul() of (x, y)
      %1: {dtype}[{rows},1] = negative() of (%0)
      return %1"""
    )


def at_once(made, name):
    layout = planned(made)
    kernel = next(k for k in layout.plan.kernels if isinstance(k, Loop))
    nest, target = loop_nest(kernel, layout.views), targets.forced(name)
    return rows_at_once(kernel, nest, target, lane_width(kernel, nest, target.vector_bytes))


@pytest.mark.parametrize(
    ("rows", "columns", "name", "expected"),
    [
        (209, 12288, "avx512", 6),  # 24 of 32 registers for sums
        (209, 12288, "avx2", 3),  # 12 of 16
        (2, 12288, "avx512", 2),
        (209, 784, "avx512", 1),  # the nearest cache keeps the weights from row to row
    ],
)
def test_rows_are_taken_at_once_where_what_they_share_comes_from_afar(
    rows, columns, name, expected
):
    assert at_once(sums(rows, columns), name) == expected


def test_rows_that_share_nothing_are_taken_one_by_one():
    made = procedure(
        """graph(x: float32[20,12288])
      %0: float32[20,1] = sum(axis=(1,)) of (x)
      return %0"""
    )
    assert at_once(made, "avx512") == 1


@pytest.mark.parametrize(("nodes", "expected"), [(FEW_NODES - 2, 6), (FEW_NODES - 1, 1)])
def test_rows_with_much_to_compute_are_taken_one_by_one(nodes, expected):
    # The sum and the product are nodes too.
    lines = [
        f"  %{i}: float32[20,12288] = sqrt() of (%{i - 1})".replace("(%-1)", "(x)")
        for i in range(nodes)
    ]
    made = procedure(
        "\n".join(
            [
                "graph(x: float32[20,12288], y: float32[12288])",
                *lines,
                f"  %p: float32[20,12288] = multiply() of (%{nodes - 1}, y)",
                "  %s: float32[20,1] = sum(axis=(1,)) of (%p)",
                "  return %s",
            ]
        )
    )
    assert at_once(made, "avx512") == expected


def test_rows_with_two_sums_are_taken_one_by_one():
    made = procedure("""graph(x: float32[20,12288], y: float32[12288])
      %0: float32[20,12288] = multiply() of (x, y)
      %1: float32[20,1] = sum(axis=(1,)) of (%0)
      %2: float32[20,1] = max(axis=(1,)) of (%0)
      %3: float32[20,1] = add() of (%1, %2)
      return %3""")
    assert at_once(made, "avx512") == 1


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rows", [1, 2, 5, 6, 7, 11, 12, 17])
def test_any_number_of_rows_gives_the_sums_of_the_reference(rows, dtype, name):
    with on_target(name):
        assert same(sums(rows, 5003, dtype)) is None


def test_a_row_has_the_same_bits_whichever_others_are_taken_with_it():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(17, 5003)).astype(np.float32)
    y = generator.normal(size=(5003, 1)).astype(np.float32)
    (whole,) = Native(sums(17, 5003))([x, y], [])
    for rows in range(1, 17):
        (part,) = Native(sums(rows, 5003))([x[:rows].copy(), y], [])
        assert part.tobytes() == whole[:rows].tobytes()


def test_special_values_stay_in_their_row():
    x, y = np.ones((9, 5003), np.float32), np.ones((5003, 1), np.float32)
    x[1, 5000], x[4, 0], x[8, 77] = np.nan, np.inf, -np.inf
    (found,) = Native(sums(9, 5003))([x, y], [])
    expected = np.full((9, 1), -5003, np.float32)
    expected[1], expected[4], expected[8] = np.nan, -np.inf, np.inf
    np.testing.assert_array_equal(found, expected)


@pytest.mark.skipif(HERE != "avx512", reason="counts the vectors of AVX-512")
def test_the_weights_are_loaded_once_for_all_rows_at_once():
    text = Native(sums(6, 12288)).source("llvm")
    loads = len(re.findall(r"= load <64 x float>, .*align 4", text))
    # For 6, 5, ... 1 rows: a vector of weights for all, and one of each row.
    assert loads == sum(1 + rows for rows in range(1, 7))

"""Products and ways to cut them: columns of a panel, and what lies in the way of caches."""

from dataclasses import replace

import numpy as np
import pytest
from executors.native.matmul.product_programs import DTYPES, laid_out

from pellucid.executors.native.matmul.cuts import (
    FAR_BYTES,
    NEAREST_LINES,
    PERIOD_BYTES,
    WRITING_DEPTH,
    Tiling,
    is_crowded,
    is_far,
    is_spread,
)

FLOAT = np.dtype(np.float32)


def cut(tail: str, vectors: int) -> Tiling:
    """Panels of 24 columns, in vectors of 8."""
    return Tiling(8, 4, vectors, 24, 3, 4, 1, tail, 16)


@pytest.mark.parametrize(
    ("tail", "vectors", "final", "expected"),
    [
        ("masked", 3, False, (24, 0)),
        ("masked", 3, True, (13, 0)),
        ("inner", 3, False, (24, 0)),
        ("inner", 3, True, (8, 5)),
        ("swapped", 3, True, (8, 5)),
        ("inner", 0, True, (0, 13)),
    ],
)
def test_columns_of_a_panel_are_of_tiles_or_left_over(tail, vectors, final, expected):
    assert cut(tail, vectors).of_panel(61, final) == expected


def test_columns_are_far_apart_from_half_a_page_on():
    assert is_far((1, FAR_BYTES // 4), FLOAT)
    assert not is_far((1, FAR_BYTES // 4 - 1), FLOAT)
    assert not is_far((FAR_BYTES, 1), FLOAT)


def test_what_a_tile_needs_is_spread_where_k_has_more_lines_than_the_first_cache():
    spec = laid_out(100, NEAREST_LINES + 1, 50, DTYPES[0], "a turned")
    assert is_spread(spec)
    assert not is_spread(replace(spec, k=NEAREST_LINES))
    assert not is_spread(replace(spec, scattered=True))
    assert not is_spread(replace(spec, a_strides=(1, 15)))  # several k share a line
    assert not is_spread(replace(spec, a_strides=(1, FAR_BYTES // 4)))
    assert not is_spread(laid_out(100, NEAREST_LINES + 1, 50, DTYPES[0], "rows"))


def test_rows_crowd_where_they_share_sets_and_little_is_computed():
    spec = laid_out(100, WRITING_DEPTH, PERIOD_BYTES // 4, DTYPES[0], "rows")
    assert is_crowded(spec)
    assert not is_crowded(replace(spec, k=WRITING_DEPTH + 1))
    assert not is_crowded(replace(spec, n=spec.n + 16))

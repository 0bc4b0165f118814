"""How products are cut: all of the result, within the registers, by the cheapest estimate."""

import itertools

import pytest
from executors.native.cpus import TARGETS
from executors.native.matmul.product_programs import DTYPES, FORMS, laid_out

from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.matmul import tiling as tiling_module
from pellucid.executors.native.matmul.cuts import Contraction
from pellucid.executors.native.matmul.tiling import MOST_STEPS, PACKED_BYTES, tiling

SIZES = (1, 2, 5, 10, 17, 50, 64, 100, 784, 1025)


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("form", FORMS)
def test_panels_and_groups_cover_the_result_and_no_more(form: str, name: str) -> None:
    target = targets.forced(name)
    for m, k, n in itertools.product(SIZES, (1, 16, 300), SIZES):
        spec = laid_out(m, k, n, DTYPES[0], form)
        cut = tiling(spec, target)
        assert (cut.groups - 1) * cut.group < m <= cut.groups * cut.group
        parts = [cut.of_panel(n, i == cut.panels - 1) for i in range(cut.panels)]
        assert sum(map(sum, parts)) == n
        assert all(min(part) >= 0 for part in parts)
        assert max(tiled for tiled, _ in parts) <= cut.vectors * cut.lanes


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_the_sums_of_a_tile_fit_the_registers(dtype, name: str) -> None:
    target = targets.forced(name)
    for (m, n), form in itertools.product(itertools.product(SIZES, SIZES), FORMS):
        cut = tiling(laid_out(m, 100, n, dtype, form), target)
        assert cut.lanes == target.lanes(dtype)
        # Beside the sums, a vector of B for each column, and one for an element of A.
        assert cut.rows * cut.vectors + cut.vectors < target.registers or cut.rows == 1


@pytest.mark.parametrize("name", TARGETS)
def test_packed_panels_stay_in_the_cache(name: str) -> None:
    target, packed = targets.forced(name), 0
    for k, n in itertools.product((10, 3000, 20_000), (64, 2000)):
        cut = tiling(laid_out(300, k, n, DTYPES[0], "b turned"), target)
        if cut.packs_b:
            packed += 1
            assert cut.depth * cut.vectors * cut.lanes * 4 <= PACKED_BYTES
    assert packed


def test_rows_that_begin_anywhere_are_neither_packed_by_lines_nor_left_over() -> None:
    for n in SIZES:
        spec = Contraction(50, n, 100, DTYPES[0], (1, 50), (n, 1), scattered=True)
        assert tiling(spec, targets.host()).tail == "masked"


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("form", FORMS)
def test_parts_of_long_sums_are_whole_turns_of_the_loop(form: str, name: str) -> None:
    cut_up = 0
    lengths = (*range(250, 5000, 97), 21505, 68609, 75777)  # the last leave little over
    for m, k, n in itertools.product((7, 600), lengths, (64, 600)):
        for dtype in DTYPES:
            cut = tiling(laid_out(m, k, n, dtype, form, gap=600), targets.forced(name))
            depth = cut.depth
            assert depth == k or (depth < k and depth % MOST_STEPS == 0)
            assert k % depth == 0 or k % depth >= cut.lanes
            cut_up += depth < k
    assert cut_up


@pytest.mark.parametrize("name", TARGETS)
def test_tiles_are_low_where_writing_takes_the_time_and_rows_share_cache_sets(name: str) -> None:
    target = targets.forced(name)
    crowded, apart = (tiling(laid_out(256, 10, n, DTYPES[0], "rows"), target) for n in (1024, 1040))
    assert crowded.rows < apart.rows


@pytest.mark.parametrize("lanes", [2, 4, 8, 16])
def test_no_part_of_k_is_shorter_than_the_squares_in_which_it_is_turned(lanes: int) -> None:
    for most in (1, 3, 8, 16, 17, 33, 100):
        for k in range(1, 400):
            depth = tiling_module._depth(k, most, lanes)
            assert depth == k or k % depth == 0 or k % depth >= max(lanes, 4), (most, k, depth)


@pytest.mark.parametrize(("name", "rows", "vectors"), [("avx2", 6, 2), ("avx512", 6, 4)])
@pytest.mark.parametrize(("m", "k"), [(256, 784), (256, 1024), (1024, 256)])
def test_tiles_of_large_products_have_sums_to_spare(
    name: str, rows: int, vectors: int, m: int, k: int
) -> None:
    """As many as a multiply-add takes cycles are too few: what is late once stays late."""
    cut = tiling(laid_out(m, k, 1024, DTYPES[0], "rows"), targets.forced(name))
    assert (cut.rows, cut.vectors) == (rows, vectors)

"""Products in blocks of rows, whose right matrix lies copied in panels."""

import pytest
from executors.native.cpus import TARGETS
from executors.native.matmul.product_programs import DTYPES, check_with_panels

from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.matmul.cuts import Contraction
from pellucid.executors.native.matmul.packed_panels import panel_count
from pellucid.executors.native.matmul.tiling import tiling

SHAPES = [(16, 5, 7, 4), (21, 28, 100, 8), (64, 33, 48, 8), (9, 1, 3, 2), (17, 40, 16, 4)]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_blocks_of_rows_give_the_product_however_they_are_divided(shape, is_turned, dtype, target):
    m, k, n, block = shape
    b = (1, k + 1) if is_turned else (n + 1, 1)
    for side in ("end", "begin"):
        check_with_panels(Contraction(m, n, k, dtype, (k, 1), b, block=block), target, side)


@pytest.mark.parametrize("target", TARGETS)
def test_a_block_is_whole_tiles(target):
    for m, k, n, block in SHAPES:
        spec = Contraction(m, n, k, DTYPES[0], (k, 1), (n, 1), block=block)
        cut = tiling(spec, targets.forced(target))
        assert block % cut.rows == 0
        assert (cut.packs_b, cut.tail, cut.group) == (False, "masked", cut.rows)
        assert panel_count(spec, targets.forced(target)) == cut.panels

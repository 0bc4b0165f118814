"""Large products the first matrix of which lies transposed: right, block by block, all of them."""

from dataclasses import replace
from typing import Any

import pytest
from executors.native.cpus import HERE, TARGETS
from executors.native.matmul.product_programs import DTYPES, check, laid_out

from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.matmul.contraction import tiles
from pellucid.executors.native.matmul.cuts import is_spread
from pellucid.executors.native.matmul.tiling import tiling
from pellucid.executors.native.matmul.transposed_blocks import blocks, spans

BLOCKS = [  # m, k, n: A and B lie far apart, and A transposed
    (523, 40, 1039),
    (520, 300, 527),
    (513, 257, 777),
    (770, 5, 640),
    (2100, 33, 600),
    (600, 566, 527),  # parts of 189 would not be whole turns
    (130, 600, 850),  # few columns of A, each with more lines than the first cache has
]


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("shape", BLOCKS, ids=str)
def test_blocks_of_large_transposed_matrices_are_right(shape: Any, name: str) -> None:
    spec = laid_out(*shape, DTYPES[0], "a turned")
    assert tiling(spec, targets.forced(name)).packs_a
    check(spec, name)
    check(replace(spec, light=True), name, "begin")


def test_blocks_in_double_precision_and_with_gaps_are_right() -> None:
    spec = laid_out(530, 140, 610, DTYPES[1], "a turned", gap=3)
    assert tiling(spec, targets.host()).packs_a
    check(spec, HERE)


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("shape", BLOCKS, ids=str)
def test_runs_of_panels_are_all_panels_and_each_group_has_each_run(shape: Any, name: str) -> None:
    target = targets.forced(name)
    spec = laid_out(*shape, DTYPES[0], "a turned")
    cut = tiling(spec, target)
    assert (spans(cut) - 1) * cut.span < cut.panels <= spans(cut) * cut.span
    assert (cut.groups - 1) * cut.group < spec.m <= cut.groups * cut.group
    assert tiles(spec, target) == blocks(cut) == cut.groups * spans(cut)
    if is_spread(spec):
        assert min(cut.groups, spans(cut)) >= 2  # for threads to share

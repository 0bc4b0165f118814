"""Panels: their columns, their copies, and the memory that these take."""

from typing import Any

import pytest
from executors.native.lane_program import I64, module_text
from executors.native.matmul.product_programs import (
    DTYPES,
    FORMS,
    LANES,
    laid_out,
)

from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.matmul.panels import Panels, Site
from pellucid.executors.native.matmul.tiles import Finish
from pellucid.executors.native.matmul.tiling import tiling


def panels(b: Any, spec: Any) -> Panels:
    """The emission of a product of matrices that nobody reads."""
    finish = Finish(lambda *_: None)
    nowhere = b.function.args[0]
    site = Site(b, targets.host(), b.alloca)
    return Panels(site, spec, (nowhere, nowhere), finish)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("n", [3, 16, 50, 70, 300])
def test_vectors_and_what_is_left_over_are_all_columns_of_a_panel(n: int, form: str) -> None:
    spec, found = laid_out(100, 40, n, DTYPES[0], form), []

    def body(b: Any, places: Any, _: Any) -> None:
        made = panels(b, spec)
        count = made.cut.panels
        for index in range(count):
            panel = made.bare(I64(index * made.cut.columns), index == count - 1)
            assert len(panel.masks) == -(-panel.width // made.cut.lanes)
            found.append(panel.width + (panel.remainder.columns if panel.remainder else 0))

    module_text(body, 1)
    assert sum(found) == n
    assert len(found) == tiling(spec, targets.host()).panels


def test_memory_for_copies_is_taken_where_b_is_copied_alone() -> None:
    taken: dict[str, list[int]] = {}
    for form in ("rows", "b turned"):
        taken[form] = []

        def body(b: Any, places: Any, _: Any, form: str = form) -> None:
            def scratch(kind: Any, count: int) -> Any:
                taken[form].append(count)
                return b.alloca(kind, count)

            spec = laid_out(100, 40, 64, DTYPES[0], form)
            site = Site(b, targets.host(), scratch)
            Panels(site, spec, (places[0],) * 2, Finish(lambda *_: None))

        module_text(body, 1)
    assert len(taken["rows"]) == 1  # sums
    assert len(taken["b turned"]) == 2
    assert taken["b turned"][1] * LANES >= 40 * LANES

"""What all orders of tiles share: panels with their copies, claims, results handed out."""

import ctypes
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from executors.native.cpus import TARGETS
from executors.native.guarded import guarded
from executors.native.lane_program import I64, function, module_text
from executors.native.matmul.product_programs import (
    DTYPES,
    FORMS,
    LANES,
    check,
    laid_out,
    module,
    operands,
    run,
)

from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.matmul.contraction import tiles
from pellucid.executors.native.matmul.panels import SHORT_DEPTH, Finish, Panels
from pellucid.executors.native.matmul.tiling import tiling


def marks_of_claims(shape: tuple[int, int, int], form: str) -> Any:
    """1 for every element of C whose place was asked for, in memory that ends at a page."""
    spec = laid_out(*shape, DTYPES[0], form)
    code = module(spec, targets.host(), marks=True)
    engine = targets.loaded(targets.object_code(str(code), targets.host()), targets.host())
    kind = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3, *[ctypes.c_int64] * 2)
    (a, _), (b, _), _ = operands(spec, "end")
    width = -(-spec.n // LANES) * LANES + LANES  # the last vector, and what is left over beside it
    memory, _region = guarded(spec.m * width, "end")
    memory[:] = 0
    places = [x.ctypes.data for x in (a, b, memory)]
    kind(engine.get_function_address("product"))(*places, 0, tiles(spec, targets.host()))
    return memory.reshape(spec.m, width)[:, : spec.n]


@pytest.mark.parametrize("form", ["rows", "b turned", "a turned"])
@pytest.mark.parametrize(
    "shape", [(37, 300, 70), (37, 20, 70), (20, 1100, 700), (523, 300, 1031)], ids=str
)
def test_the_place_of_every_result_is_asked_for(shape: Any, form: str) -> None:
    marks = marks_of_claims(shape, form)
    assert np.all(marks[:, ::LANES] == 1)
    assert np.count_nonzero(marks) == marks[:, ::LANES].size


SHORT_SHAPES = [(37, 10, 70), (100, SHORT_DEPTH, 50), (5, 3, 1), (9, 10, 1024)]  # m, k, n


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", SHORT_SHAPES, ids=str)
def test_short_products_are_the_same_whatever_follows_them(form: str, shape: Any) -> None:
    for name in TARGETS:
        spec = laid_out(*shape, DTYPES[0], form)
        light = replace(spec, light=True)
        check(light, name)
        made, units = operands(spec, "end"), [(0, tiles(spec, targets.forced(name)))]
        assert run(spec, name, made, units).tobytes() == run(light, name, made, units).tobytes()


def panels(b: Any, spec: Any) -> Panels:
    """The emission of a product of matrices that nobody reads."""
    finish = Finish(lambda *_: None)
    nowhere = b.function.args[0]
    return Panels(b, targets.host(), spec, (nowhere, nowhere), finish, b.alloca)


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("differs", [False, True])
def test_the_last_of_many_is_chosen_when_the_code_runs(differs: bool, count: int) -> None:
    def body(b: Any, places: Any, index: Any) -> None:
        made = panels(b, laid_out(5, 6, 7, DTYPES[0], "rows"))
        made.choose(index, count, differs, lambda last: b.store(I64(2 if last else 1), places[0]))

    code = function(module_text(body, 1), 1)
    found = np.zeros(1, np.int64)
    for index in range(count):
        code(found.ctypes.data, index)
        assert found[0] == (2 if differs and index == count - 1 else 1)


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
            Panels(b, targets.host(), spec, (places[0],) * 2, Finish(lambda *_: None), scratch)

        module_text(body, 1)
    assert len(taken["rows"]) == 1  # sums
    assert len(taken["b turned"]) == 2
    assert taken["b turned"][1] * LANES >= 40 * LANES

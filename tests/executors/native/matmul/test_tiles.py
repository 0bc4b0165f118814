"""Tiles: the places of results asked for, and results handed out, by whichever way."""

import ctypes
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from executors.native.cpus import TARGETS
from executors.native.guarded import guarded
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
from pellucid.executors.native.matmul.tiles import SHORT_DEPTH


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

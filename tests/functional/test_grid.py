"""Convolution and pooling agree with PyTorch on a grid of shapes and options; see grid.py."""

import json
from pathlib import Path

import numpy as np
import pytest
from functional.grid import CASES, CONVOLUTIONS, POOLINGS, TRANSPOSED, inputs, projections, upstream

import pellucid as pc
from pellucid import functional as f

VALUES = json.loads(Path(__file__).with_name("grid_values.json").read_text())


def function_of(case):
    window = case.window
    if case.weight:
        rule = getattr(f, case.kind)
        options = {"padding": window.padding, "dilation": window.dilation, "groups": case.groups}
        return lambda x, w: rule(x, w, stride=window.stride or 1, **options)
    if case.kind == "max":
        return lambda x: f.max_pool(x, window)
    include = case.kind == "mean"
    return lambda x: f.mean_pool(x, window, include_padding=include)


def assert_values_and_gradients_are_those_of_pytorch(case, executor="eager"):
    function = function_of(case)

    def both(*arguments):
        y, pull = pc.vjp(function, *arguments)
        return y, *pull(upstream(y.shape).astype(np.float32))

    run = both if executor == "eager" else pc.compile(both, executor=executor)
    found = run(*(x.astype(np.float32) for x in inputs(case)))
    expected = np.array(VALUES[str(case)]).reshape(-1, 2)
    for array, pair in zip(found, expected, strict=True):
        assert array.dtype == np.float32
        sums, scale = projections(array.numpy())
        np.testing.assert_allclose(sums, pair, rtol=0, atol=1e-5 * max(scale, 1.0))


@pytest.mark.parametrize("first", range(0, len(CASES), 50))
def test_values_and_gradients_are_those_of_pytorch(first):
    for case in CASES[first : first + 50]:
        assert_values_and_gradients_are_those_of_pytorch(case)


@pytest.mark.parametrize("executor", ["native", "reference"])
@pytest.mark.parametrize("first", range(0, len(CASES), 100))
def test_so_are_those_of_compiled_functions(first, executor):
    for case in CASES[first : first + 100 : 13]:
        assert_values_and_gradients_are_those_of_pytorch(case, executor)


def test_the_grid_is_large_enough():
    assert min(len(set(kind)) for kind in (CONVOLUTIONS, TRANSPOSED, POOLINGS)) >= 300

"""Transforms of tiles in registers are products with their matrices."""

import numpy as np
import pytest
from executors.native.llvm.test_vectors import run

from pellucid.executors.native.ir.winograd import DATA, KERNEL, REACH, RESULT, TWO
from pellucid.executors.native.kernels.tile_transforms import both_axes, gathered, spread

LANES = 4
CASES = {
    "data": (spread, DATA),
    "gradient of results": (spread, RESULT.T),
    "results": (gathered, RESULT),
    "gradient of kernels": (gathered, KERNEL.T),
    "data of two": (spread, TWO.data),
    "two results": (gathered, TWO.result),
}


@pytest.mark.parametrize("name", CASES)
def test_a_transform_is_a_product_with_its_matrix(name):
    transform, matrix = CASES[name]
    x = np.random.default_rng(0).normal(size=(matrix.shape[1], LANES)).astype(np.float32)

    def emitted(v, places, _):
        line = [v.load(v.slot(places[0], i)) for i in range(len(x))]
        return transform(v, matrix, line)

    found = run(emitted, np.float32, LANES, len(matrix), x)
    np.testing.assert_allclose(found, matrix @ x, atol=1e-5)


def test_both_axes_are_transformed():
    high = TWO.reach
    x = np.random.default_rng(1).normal(size=(high, REACH, LANES)).astype(np.float32)

    def emitted(v, places, _):
        rows = [
            [v.load(v.slot(places[0], REACH * i + j)) for j in range(REACH)] for i in range(high)
        ]
        done = both_axes(v, gathered, (TWO.result, RESULT), rows)
        return [vector for row in done for vector in row]

    found = run(emitted, np.float32, LANES, 8, x)
    expected = np.einsum("ri,ijl,cj->rcl", TWO.result, x, RESULT)
    np.testing.assert_allclose(found.reshape(2, 4, LANES), expected, atol=1e-4)

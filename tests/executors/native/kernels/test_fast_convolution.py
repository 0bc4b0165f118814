"""Convolutions with fewer multiplications: values, threads, memory, errors, and their gradients."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from executors.native.cpus import TARGETS, on_target
from executors.native.fast import Drawn, errors, everywhere, plain, pooled_errors
from executors.native.guarded import ARENAS

import pellucid as pc
from pellucid import functional
from pellucid.executors.native.ir.fast_convolutions import tile_cut
from pellucid.executors.native.planning import planned

ROOT = Path(__file__).parents[4]
LAYERS = [(2, 16, 16, 28), (4, 32, 32, 16), (8, 64, 64, 8)]  # of the benchmarks


def of_shapes(x, w, before=(1, 1), after=(1, 1), pooled=False):
    rng = np.random.default_rng(0)
    arrays = (rng.normal(size=shape).astype(np.float32) for shape in (x, w))
    return Drawn(plain(before, after), *arrays, pooled)


UNITS_OF_AN_IMAGE = "several units an image, the last smaller"
POOLED_UNITS = "several units an image, behind max pooling"
CASES = {
    "several images a unit, the last unit fewer": of_shapes((13, 1, 5, 8, 8), (1, 7, 5, 3, 3)),
    UNITS_OF_AN_IMAGE: of_shapes((2, 1, 17, 50, 41), (1, 18, 17, 3, 3)),
    "several images a unit, behind max pooling": of_shapes(
        (13, 1, 5, 7, 8), (1, 7, 5, 3, 3), pooled=True
    ),
    POOLED_UNITS: of_shapes((2, 1, 17, 29, 41), (1, 18, 17, 3, 3), pooled=True),
    "many channels": of_shapes((3, 1, 100, 9, 9), (1, 70, 100, 3, 3)),
    "more zeros than data": of_shapes((2, 1, 3, 1, 2), (1, 2, 3, 3, 3), (2, 5), (4, 1)),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", CASES)
def test_values_are_right_on_every_cpu_and_the_same_bits_on_any_number_of_threads(name, target):
    with everywhere(), on_target(target):
        (kernel,) = [k for k in planned(CASES[name].procedure).plan.kernels if "fast" in k.name]
        (made,) = kernel.nodes
        assert made.primitive.tile_rows == (2 if CASES[name].pooled else 4)
        cut = tile_cut(made, made.primitive.tile_rows)
        assert (cut.units_of_image > 1) == (name in (UNITS_OF_AN_IMAGE, POOLED_UNITS))
        assert CASES[name].wrong() is None


def test_no_access_leaves_a_buffer_and_drawn_shapes_give_right_values():
    code = (
        "from contextlib import nullcontext\n"
        "from executors.native.cpus import TARGETS, on_target\n"
        "from executors.native.fast import drawn, everywhere\n"
        f"arenas = {ARENAS!r}\n"
        "with everywhere():\n"
        "    for seed in range(16):\n"
        "        with on_target(TARGETS[seed % len(TARGETS)]):\n"
        "            wrong = drawn(seed).wrong(arenas[seed % len(arenas)])\n"
        "        assert wrong is None, (seed, wrong)\n"
    )
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    env = {**os.environ, "PYTHONPATH": paths, "PELLUCID_CACHE": os.devnull}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=False, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-2000:]


@pytest.mark.parametrize("layer", LAYERS)
def test_root_mean_square_errors_are_at_most_four_times_those_of_the_direct_way(layer):
    fast, direct = errors(*layer)
    assert direct < fast < 4 * direct


@pytest.mark.parametrize("layer", LAYERS)
def test_errors_behind_max_pooling_are_at_most_four_times_those_of_the_direct_way(layer):
    fast, direct = pooled_errors(*layer)
    assert direct < fast < 4 * direct


def test_any_strides_of_x_are_read_where_they_lie():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(4, 9, 6, 7)).astype(np.float32)
    w = rng.normal(size=(5, 9, 3, 3)).astype(np.float32)

    def moved(x, w):
        return functional.cross_correlation(x.permute_dims((0, 1, 3, 2)), w, padding=1)

    wide = moved(*(pc.tensor(a.astype(np.float64)) for a in (x, w)))
    with everywhere():
        found = pc.compile(moved)(pc.tensor(x), pc.tensor(w))
    np.testing.assert_allclose(found.numpy(), wide.numpy(), atol=3e-5)


def loss(x, w):
    y = functional.cross_correlation(x, w, padding=1)
    return (y * y * y).sum()


def squared_gradients(x, w):
    """A loss made of gradients, whose own gradients are of second order."""
    dx, dw = pc.grad(loss, argument=(0, 1))(x, w)
    return (dx * dx).sum() + (dw * dw).sum()


@pytest.mark.parametrize("function", [loss, squared_gradients])
def test_gradients_of_first_and_second_order_are_those_of_the_reference(function):
    rng = np.random.default_rng(2)
    x, w = rng.normal(size=(3, 4, 9, 7)), rng.normal(size=(5, 4, 3, 3)) / 6
    gradients = pc.grad(function, argument=(0, 1))
    expected = gradients(pc.tensor(x), pc.tensor(w))
    narrow = [pc.tensor(a.astype(np.float32)) for a in (x, w)]
    with everywhere():
        found = pc.compile(gradients)(*narrow)
    for want, have in zip(expected, found, strict=True):
        scale = np.abs(want.numpy()).max()
        np.testing.assert_allclose(have.numpy() / scale, want.numpy() / scale, atol=2e-5)


def test_an_exact_program_computes_as_it_stands():
    x, w = (pc.tensor(np.ones(shape, np.float32)) for shape in ((8, 32, 16, 16), (32, 32, 3, 3)))

    def convolved(x, w):
        return functional.cross_correlation(x, w, padding=1)

    names = {
        name: [k.name for k in pc.compile(convolved, executor=name).report(x, w).rows]
        for name in ("native", "native-exact")
    }
    assert "fast_convolution" in names["native"]
    assert names["native-exact"] == ["convolution"]
    found = pc.compile(convolved, executor="native-exact")(x, w).numpy()
    assert found[0, 0, 5, 5] == 32 * 9

"""Convolutions in machine code: blocks, both ways, every option, and no access outside."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from executors.native.builder import Builder, Program, Seeded
from executors.native.examples import procedure, same
from executors.native.guarded import ARENAS
from executors.native.programs import difference, small_chunks
from executors.native.window_growth import convolution

from pellucid import primitives as p
from pellucid.executors.native.ir.convolution_cuts import cut_of
from pellucid.executors.native.ir.facts import has_code
from pellucid.executors.native.planning import planned

ROOT = Path(__file__).parents[4]


def text(primitive, x, w, dtype="float32", moved=""):
    """A graph of one convolution; `moved`: a movement of x before it."""
    source = p.PermuteDims(moved).shape(x) if moved else x
    y = primitive.shape(source, w)

    def of(shape):
        return f"{dtype}[{','.join(map(str, shape))}]"

    lines = [f"graph(x: {of(x)}, w: {of(w)})"]
    if moved:
        lines.append(f"%0: {of(source)} = permute_dims(axes={moved}) of (x)")
    lines.append(f"%1: {of(y)} = {primitive} of ({'%0' if moved else 'x'}, w)")
    return "\n".join([*lines, "return %1"])


def plain(axes, before=0, after=0):
    ones = (1,) * axes
    return p.Convolution(ones, (before,) * axes, (after,) * axes, ones, ones)


CASES = {
    "one block": (plain(2, 1, 1), (3, 2, 3, 9, 8), (2, 4, 3, 3, 3)),
    "several blocks, the last smaller": (plain(2), (2, 1, 64, 35, 33), (1, 5, 64, 3, 3)),
    "parts of a row, the last smaller": (plain(1, 2, 1), (2, 1, 40, 1500), (1, 3, 40, 5)),
    "rows shared, far apart": (p.Convolution((1, 2), (3, 1), (3, 0), (1, 1), (3, 2)),
                               (2, 2, 3, 9, 11), (2, 4, 3, 3, 3)),
    "one place, no padding": (plain(2), (2, 1, 7, 5, 5), (1, 6, 7, 1, 1)),
    "no axes": (plain(0), (5, 2, 6), (2, 3, 6)),
    "three axes": (plain(3, 1, 0), (2, 1, 2, 4, 5, 6), (1, 3, 2, 2, 3, 2)),
    "by channels": (plain(2), (16, 1, 5, 12, 12), (1, 8, 5, 10, 10)),
    "by channels, padded, several samples": (plain(2, 1, 1), (12, 2, 3, 9, 9), (2, 7, 3, 9, 9)),
    "by channels, in blocks": (plain(2), (8, 1, 2, 91, 100), (1, 6, 2, 89, 98)),
    "parts of a row, by channels": (plain(1), (5, 1, 2, 40000), (1, 2, 2, 39995)),
    "strides": (p.Convolution((2, 3), (1, 0), (1, 2), (1, 1), (1, 1)), (2, 1, 3, 9, 20),
                (1, 4, 3, 3, 3)),
    "gaps between numbers": (p.Convolution((1, 1), (2, 2), (2, 1), (2, 3), (1, 1)),
                             (2, 1, 3, 6, 7), (1, 4, 3, 3, 3)),
    "gaps everywhere": (p.Convolution((2, 3), (3, 4), (1, 2), (3, 2), (2, 2)), (2, 1, 3, 6, 9),
                        (1, 4, 3, 3, 2)),
    "cut off": (p.Convolution((1, 1), (-2, -1), (-1, 2), (1, 2), (1, 1)), (2, 1, 3, 8, 9),
                (1, 4, 3, 2, 3)),
    "gaps by channels": (p.Convolution((1, 2), (1, 3), (0, 1), (2, 2), (1, 2)), (4, 1, 3, 6, 9),
                         (1, 5, 3, 7, 6)),
}  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", CASES)
def test_values_are_those_of_the_reference_at_any_number_of_threads(name, dtype):
    primitive, x, w = CASES[name]
    made = procedure(text(primitive, x, w, dtype))
    (node,) = made.graph.nodes
    assert has_code(node)
    with small_chunks():
        assert same(made) is None


@pytest.mark.parametrize("moved", [(2, 1, 0, 3, 4), (0, 1, 2, 4, 3), (0, 2, 1, 3, 4)])
def test_any_strides_of_x_are_read_where_they_lie(moved):
    made = procedure(text(plain(2, 1, 1), (4, 4, 4, 9, 9), (4, 3, 4, 3, 3), moved=moved))
    assert [kernel.name for kernel in planned(made).plan.kernels] == ["convolution"]
    assert same(made) is None


def test_weights_that_do_not_lie_in_rows_are_copied():
    lines = text(plain(2), (2, 1, 3, 6, 6), (1, 4, 3, 2, 2)).splitlines()
    lines.insert(1, "%2: float32[1,4,3,2,2] = flip(axis=(4,)) of (w)")
    made = procedure("\n".join(lines).replace("(x, w)\n", "(x, %2)\n"))
    assert [kernel.name for kernel in planned(made).plan.kernels] == ["identity", "convolution"]
    assert same(made) is None


def test_the_cases_meet_every_kind_of_block():
    cuts = {}
    for name, (primitive, x, w) in CASES.items():
        (node,) = procedure(text(primitive, x, w)).graph.nodes
        cuts[name] = cut_of(node)
    assert cuts["several blocks, the last smaller"].blocks > 1
    assert cuts["rows shared, far apart"].more == 6
    assert cuts["by channels"].more == 2
    assert cuts["strides"].more == cuts["gaps everywhere"].more == 0
    assert cuts["parts of a row, the last smaller"].segments > 1
    assert cuts["by channels, in blocks"].blocks > 1
    assert cuts["parts of a row, by channels"].segments > 1
    assert cuts["by channels, padded, several samples"].samples > 1


def test_a_gradient_by_weights_is_summed_in_parts():
    made = procedure(text(plain(2, 1, 1), (3, 1, 20, 30, 30), (1, 8, 20, 30, 30)))
    kernels = planned(made).plan.kernels
    assert [kernel.name for kernel in kernels] == ["convolution", "sum"]
    assert kernels[0].nodes[0].output.shape == (3, 5, 8, 3, 3)
    assert same(made) is None


def test_integers_run_on_the_reference_rule():
    made = procedure(text(plain(1), (2, 1, 3, 6), (1, 4, 3, 2), "int64"))
    (node,) = made.graph.nodes
    assert not has_code(node)
    assert same(made) is None


def grown(seed):
    """A program of convolutions, each perhaps of the one before."""
    builder = Builder(Seeded(seed))
    for _ in range(3):
        convolution(builder)
    return builder.finished()


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_random_convolutions_agree_with_the_reference(first):
    for seed in range(first, first + 10):
        with small_chunks():
            assert difference(grown(seed)) is None, seed


def of_case(name):
    """The program of a case, with numbers."""
    primitive, x, w = CASES[name]
    generator = np.random.default_rng(0)
    arrays = [generator.normal(size=shape).astype(np.float32) for shape in (x, w)]
    made = procedure(text(primitive, x, w))
    return Program(made, arrays[: made.arguments], arrays[made.arguments :])


@pytest.mark.parametrize("arena", ARENAS)
def test_no_access_leaves_a_buffer(arena):
    code = (
        "from executors.native.programs import difference\n"
        "from executors.native.kernels.test_convolution import CASES, grown, of_case\n"
        f"for seed in range(100, 125): assert difference(grown(seed), {arena!r}) is None, seed\n"
        f"for name in CASES: assert difference(of_case(name), {arena!r}) is None, name\n"
    )
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        env={**os.environ, "PYTHONPATH": paths, "PELLUCID_CACHE": os.devnull},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-2000:]


def test_zeros_of_the_padding_are_multiplied_as_in_the_reference():
    made = procedure(text(plain(1, 1, 1), (1, 1, 1, 3), (1, 1, 1, 3)))
    x = np.array([1.0, 2.0, 3.0], np.float32).reshape(1, 1, 1, 3)
    w = np.array([np.inf, 0.0, 1.0], np.float32).reshape(1, 1, 1, 3)
    (y,) = native_run(made, x, w)
    np.testing.assert_array_equal(y.ravel(), [np.nan, np.inf, np.inf])


def native_run(made, *arrays):
    from pellucid.executors.native.executor import Native

    return Native(made)(list(arrays[: made.arguments]), list(arrays[made.arguments :]))

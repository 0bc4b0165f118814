"""Windows side by side as axes: which are, what becomes one kernel, and the same numbers."""

import numpy as np
import pytest
from executors.native.cpus import TARGETS, on_target
from executors.native.examples import procedure, same

import pellucid as pc
from pellucid import functional
from pellucid import primitives as p
from pellucid.executors import threads
from pellucid.executors.native.executor import Native
from pellucid.executors.native.passes.simplify import simplify
from pellucid.executors.native.passes.windows_as_axes import WindowAxes, windows_as_axes
from pellucid.executors.native.planning import planned

JOINED = {
    "max": lambda x: x.max(axis=(-2, -1)),
    "min": lambda x: x.min(axis=(-2, -1)),
    "mean": lambda x: x.mean(axis=(-2, -1)),
    "product": lambda x: x.prod(axis=(-2, -1)),
}
SIZES = {  # the array, and windows of its last two axes
    "two by two": ((3, 2, 8, 14), (2, 2)),
    "one vector and more": ((2, 3, 6, 34), (2, 2)),
    "small images": ((5, 4, 4, 8), (2, 2)),
    "three by three": ((2, 2, 9, 12), (3, 3)),
    "single rows": ((2, 3, 5, 24), (1, 3)),
    "single columns": ((2, 3, 12, 10), (4, 1)),
    "with a rest": ((2, 2, 7, 13), (2, 2)),
    "large ones": ((2, 2, 8, 16), (4, 4)),
}


def pooled(joined, size):
    """relu, pooling, and the gradient of its square by x: as a network asks for it."""

    def of(x):
        window = pc.Window(size, stride=size)
        windows = functional.sliding_windows(functional.relu(x * 2 - 0.5), window, axis=(-2, -1))
        return JOINED[joined](windows)

    def both(x):
        y, dx = pc.value_and_grad(lambda x: (of(x) ** 2).sum())(x)
        return of(x), y, dx

    return both


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("joined", JOINED)
def test_pooling_is_that_of_the_reference(joined, name, target):
    shape, size = SIZES[name]
    rng = np.random.default_rng(0)
    x = np.round(rng.normal(size=shape), 1).astype(np.float32)  # with ties
    x[0, 0, 0, :2] = np.nan, np.inf
    x[0, 1, :2, :2] = -0.0
    expected = pc.compile(pooled(joined, size), executor="reference")(x)
    with on_target(target):
        found = pc.compile(pooled(joined, size), executor="native")(x)
    for got, wanted in zip(found, expected, strict=True):
        np.testing.assert_allclose(got.numpy(), wanted.numpy(), rtol=2e-5, atol=1e-6)


def test_curvature_is_that_of_the_reference():
    def curved(x):
        def loss(x):
            window = pc.Window((2, 2), stride=2)
            windows = functional.sliding_windows(functional.tanh(x), window, axis=(-2, -1))
            return (windows.max(axis=(-2, -1)) ** 3).sum()

        return pc.grad(lambda x: (pc.grad(loss)(x) ** 2).sum())(x)

    x = np.random.default_rng(0).normal(size=(2, 2, 6, 18))
    expected = pc.compile(curved, executor="reference")(x).numpy()
    np.testing.assert_allclose(pc.compile(curved)(x).numpy(), expected, rtol=1e-12, atol=1e-14)


GRAPH = """graph(x: float32[3,2,8,24], b: float32[2,1,1])
      %c0: float32[] = constant [0.0]
      %0: float32[3,2,8,24] = add() of (x, b)
      %1: bool[3,2,8,24] = less_equal() of (%0, %c0)
      %2: float32[3,2,8,24] = where() of (%1, %c0, %0)
      %3: float32[3,2,4,12,2,2] = windows(axis=(2, 3), size=(2, 2), stride=(2, 2), dilation=(1, 1)) of (%2)
      %4: float32[3,2,4,12,1,1] = max(axis=(4, 5)) of (%3)
      %5: bool[3,2,4,12,2,2] = equal() of (%3, %4)
      %6: float32[3,2,4,12,2,2] = cast(to=float32) of (%5)
      %7: float32[1,1,1,12,1,1] = sum(axis=(0, 1, 2)) of (%4)
      %8: float32[3,2,4,12,2,2] = multiply() of (%7, %6)
      %9: float32[3,2,8,24] = overlap_add(axis=(2, 3), to=(8, 24), stride=(2, 2), dilation=(1, 1)) of (%8)
      %10: float32[3,2,8,24] = where() of (%1, %c0, %9)
      %11: float32[1,2,1,1] = sum(axis=(0, 2, 3)) of (%10)
      return %4, %10, %11"""  # noqa: E501


def test_what_is_computed_for_the_places_of_windows_is_one_kernel_each_way():
    made = procedure(GRAPH)
    assert same(made) is None
    kernels = planned(made).plan.kernels
    names = [kernel.name for kernel in kernels]
    assert len(names) == 3
    assert names[0].startswith("add+less_equal+where+max")
    assert names[1:] == ["sum", "cast+multiply+where+sum"]
    assert "identity" not in " ".join(names)  # nothing is copied


def test_only_a_mask_is_kept_of_ties():
    kernels = planned(procedure(GRAPH)).plan.kernels
    kept = {value.dtype.name for value in kernels[0].stores if value.shape[-1] == 2}
    assert kept <= {"bool"}


def test_the_same_bits_for_any_threads(monkeypatch):
    made = procedure(GRAPH)
    rng = np.random.default_rng(0)
    given = [rng.normal(size=v.shape).astype(np.float32) for v in made.graph.inputs]
    found = []
    for count in (1, 2, 3, 4):
        monkeypatch.setattr(threads._Choice, "count", count)
        found.append(b"".join(a.tobytes() for a in Native(made)(given, [])))
    assert len({*found}) == 1


def windows(shape, axis, size, stride, dilation):
    primitive = p.Windows(axis, size, stride, dilation)
    of = primitive.shape(shape)
    places = tuple(range(len(shape), len(of)))
    joined = ",".join("1" if i in places else str(n) for i, n in enumerate(of))
    given, taken = (",".join(map(str, each)) for each in (shape, of))
    return procedure(f"""graph(x: float32[{given}])
      %0: float32[{taken}] = {primitive} of (x)
      %1: float32[{joined}] = max(axis={places}) of (%0)
      return %1""")


@pytest.mark.parametrize(
    ("given", "is_cut"),
    [
        (((6, 8), (0, 1), (2, 2), (2, 2), (1, 1)), True),
        (((6, 8), (0,), (3,), (3,), (1,)), True),
        (((2, 6, 8, 3), (1, 2), (2, 4), (2, 4), (1, 1)), True),  # channels last
        (((4, 6, 6), (0, 1, 2), (2, 2, 2), (2, 2, 2), (1, 1, 1)), True),
        (((6, 8), (0, 1), (2, 2), (1, 2), (1, 1)), False),  # they overlap
        (((6, 8), (0, 1), (2, 2), (3, 2), (1, 1)), False),  # gaps between
        (((7, 8), (0, 1), (2, 2), (2, 2), (1, 1)), False),  # a rest
        (((6, 8), (0,), (2,), (2,), (2,)), False),  # numbers of a window apart
        (((8, 8), (0, 1), (4, 4), (4, 4), (1, 1)), False),  # too many places
        (((6, 8), (0,), (1,), (1,), (1,)), False),  # a single one
    ],
)
def test_which_windows_are_axes(given, is_cut):
    made = windows(*given)
    cut = windows_as_axes(simplify(made.graph))
    names = {node.primitive.name for node in cut.nodes}
    assert ("windows" not in names) == is_cut
    assert same(made) is None


def test_forms():
    axes = WindowAxes((5, 8, 3, 6), axis=(1, 3), size=(2, 3))
    assert axes.order == (0, 1, 4, 2, 3, 5)
    assert axes.cut_whole((8, 1, 6)) == (1, 4, 2, 1, 2, 3)
    assert axes.cut_windows((5, 4, 3, 2, 1, 1)) == (5, 4, 1, 3, 2, 1)
    assert axes.places((4, 5), whole=False) == (2, 5)
    assert axes.places((0, 3), whole=True) == (0, 4, 5)


def test_two_ways_of_cutting_one_array_meet():
    text = """graph(x: float32[4,12,12])
      %0: float32[4,12,12] = tanh() of (x)
      %1: float32[4,6,6,2,2] = windows(axis=(1, 2), size=(2, 2), stride=(2, 2), dilation=(1, 1)) of (%0)
      %2: float32[4,4,4,3,3] = windows(axis=(1, 2), size=(3, 3), stride=(3, 3), dilation=(1, 1)) of (%0)
      %3: float32[4,6,6,1,1] = max(axis=(3, 4)) of (%1)
      %4: float32[4,4,4,1,1] = sum(axis=(3, 4)) of (%2)
      %5: float32[4,6,6,2,2] = subtract() of (%1, %3)
      %6: float32[1,6,6,2,2] = sum(axis=(0,)) of (%5)
      %7: float32[4,1,1,2,2] = sum(axis=(1, 2)) of (%5)
      return %0, %3, %4, %5, %6, %7"""  # noqa: E501
    assert same(procedure(text)) is None


def test_a_network_is_one_pass_forward_and_one_back():
    def step(x, w, b, v):
        y = functional.relu(functional.cross_correlation(x, w) + b.reshape((4, 1, 1)))
        y = functional.max_pool(y, 2).reshape((16, 144)) @ v
        return (y**2).sum()

    shapes = [(16, 1, 14, 14), (4, 1, 3, 3), (4,), (144, 5)]
    arrays = [np.random.default_rng(0).normal(size=s).astype(np.float32) for s in shapes]
    report = pc.compile(pc.value_and_grad(step, argument=(0, 1, 2, 3))).report(*arrays)
    pools = [row.name for row in report.rows if "max" in row.name or "where" in row.name]
    assert len(pools) == 2

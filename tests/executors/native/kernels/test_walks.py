"""Walks over two arrays at once: every place once, joined axes and vectors or not."""

import itertools

import numpy as np
import pytest
from executors.native.examples import procedure
from executors.native.kernels.frame_program import run

from pellucid.executors.native.kernels.walks import Places, Walk, along_row, each, over
from pellucid.executors.native.llvm.indices import Index

MADE = procedure("""graph(x: float32[200])
  %0: float32[200] = add() of (x, x)
  return %0""")
X = np.arange(1, 201, dtype=np.float32)

WALKS = [
    Walk.of((), (), ()),
    Walk.of((7,), (1,), (1,)),
    Walk.of((37,), (1,), (0,)),
    Walk.of((5,), (3,), (2,)),
    Walk.of((4, 9), (9, 1), (9, 1)),
    Walk.of((4, 9), (20, 1), (9, 1)),
    Walk.of((3, 4, 5), (20, 5, 1), (1, 3, 12)),
    Walk.of((3, 4, 5), (60, 5, 1), (40, 5, 1)),
    Walk.of((3, 1, 2), (2, 9, 1), (2, 0, 1)),
    Walk.of((3, 0, 2), (2, 2, 1), (2, 2, 1)),
]


def places(walk):
    """Pairs of places in y and in x, in order."""
    for point in itertools.product(*map(range, walk.sizes)):
        yield (
            sum(i * axis.y for i, axis in zip(point, walk.axes, strict=True)),
            sum(i * axis.x for i, axis in zip(point, walk.axes, strict=True)),
        )


def start(frame):
    return Places(Index(frame.builder, 2), Index(frame.builder, 1))


def expected(walk):
    result = np.zeros(200, np.float32)
    for y, x in places(walk):
        result[y + 2] = X[x + 1]
    return result


@pytest.mark.parametrize("walk", WALKS, ids=str)
def test_joined_axes_visit_the_same_places_in_the_same_order(walk):
    joined = walk.joined()
    assert list(places(joined)) == list(places(walk))
    assert len(joined.sizes) <= len(walk.sizes)


def test_axes_without_gaps_become_one():
    assert Walk.of((4, 9), (9, 1), (9, 1)).joined() == Walk.of((36,), (1,), (1,))
    assert Walk.of((4, 9), (9, 1), (10, 1)).joined() == Walk.of((4, 9), (9, 1), (10, 1))
    assert Walk.of((2, 3, 4), (12, 4, 1), (0, 0, 0)).joined() == Walk.of((24,), (1,), (0,))


def test_some_axes_can_be_chosen():
    assert WALKS[6].chosen((2, 0)) == Walk.of((5, 3), (1, 20), (12, 1))


@pytest.mark.parametrize("walk", WALKS, ids=str)
def test_all_places_are_visited_once(walk):
    def emitted(frame):
        y, x = frame.shared.graph.outputs[0], frame.shared.graph.inputs[0]
        with over(frame, walk, start(frame)) as at:
            frame.store(y, at.y, frame.load(x, at.x))

    np.testing.assert_array_equal(run(MADE, emitted, [X])[0], expected(walk))


@pytest.mark.parametrize("walk", WALKS, ids=str)
def test_in_vectors_too(walk):
    widths = []

    def emitted(frame):
        y, x = frame.shared.graph.outputs[0], frame.shared.graph.inputs[0]
        joined = walk.joined()

        def body(at, width):
            widths.append(width)
            frame.store(y, at.y, frame.load(x, at.x, width, joined.along).splat(width))

        each(frame, y.dtype, joined, start(frame), body)

    np.testing.assert_array_equal(run(MADE, emitted, [X])[0], expected(walk))
    assert max(widths, default=1) == 1 or walk.joined().has_vectors


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 16, 19])
def test_a_row_is_vectors_then_single_numbers(size):
    def emitted(frame):
        y, x = frame.shared.graph.outputs[0], frame.shared.graph.inputs[0]

        def body(i, width):
            assert width in (1, 8)
            frame.store(y, i, frame.load(x, i, width, 1))

        along_row(frame, size, 8, body)

    (found,) = run(MADE, emitted, [X])
    np.testing.assert_array_equal(found, np.where(np.arange(200) < size, X, 0))

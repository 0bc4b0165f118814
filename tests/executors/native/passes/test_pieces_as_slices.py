"""Pieces of what was split are slices: no record is made, and their numbers are the same."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.compile import capture
from pellucid.executors.native.passes.simplify import simplify


def split(axis, count=3):
    return lambda x: tuple(piece * 2.0 for piece in pc.split(x, count, axis=axis))


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_pieces_become_slices_of_what_was_split(axis):
    x = np.arange(216, dtype=np.float32).reshape(6, 6, 6)
    graph = capture(split(axis))(x)
    assert {"split", "part"} <= {node.primitive.name for node in graph.nodes}
    names = [node.primitive.name for node in simplify(graph).nodes]
    assert not {"split", "part"} & set(names)
    assert names.count("slice") == 3
    slices = [node for node in simplify(graph).nodes if node.primitive.name == "slice"]
    assert {node.inputs[0] for node in slices} == {graph.inputs[0]}
    expected = np.split(x * 2, 3, axis)
    for found, wanted in zip(pc.compile(split(axis))(x), expected, strict=True):
        np.testing.assert_array_equal(found.numpy(), wanted)


def test_parts_of_other_records_stay_parts():
    def looped(x):
        return pc.scan(lambda s, row: (s + row, s), x[0], x)

    graph = simplify(capture(looped)(np.ones((4, 3), np.float32)))
    assert "part" in [node.primitive.name for node in graph.nodes]

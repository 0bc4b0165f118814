"""Movements as algebra: pieces, other orders of axes, equal pieces taken apart and put together."""

import numpy as np

import pellucid as pc
from pellucid.explanation.expressions import Operation, is_call, symbol
from pellucid.explanation.reading import reader

X = np.zeros((5, 4, 3))


def read(function, *inputs):
    graph = pc.capture(function)(*inputs)
    return reader(graph).expression(graph.outputs[0].name, {})


def test_a_piece_says_its_axis_from_the_back_and_its_places():
    found = read(lambda x: x[:, 1:3], X)
    assert (found.head, found.shape) == (Operation("piece", (-2, 1, 3)), (5, 2, 3))
    assert found.inputs == (symbol("x", (5, 4, 3)),)


def test_pieces_along_several_axes_or_with_steps_stay_what_they_are():
    assert is_call(read(lambda x: x[:, ::2], X), "slice")
    assert is_call(read(lambda x: x[1:3, 1:3], X), "slice")


def test_axes_in_another_order_and_back_are_nothing():
    assert read(lambda x: x.permute_dims((2, 0, 1)).permute_dims((1, 2, 0)), X) is (
        symbol("x", (5, 4, 3)))  # fmt: skip
    found = read(lambda x: x.permute_dims((1, 0, 2)), X)
    assert found.head == Operation("permute_dims", (1, 0, 2))


def test_axes_of_size_one_move_without_a_word():
    found = read(lambda x: x.permute_dims((1, 0, 2)) + 1.0, np.zeros((1, 4, 3)))
    assert not any(is_call(y, "permute_dims") for y in found.inputs)


def test_one_array_put_behind_nothing_is_that_array():
    assert read(lambda x: pc.concat([x], axis=0), X) is symbol("x", (5, 4, 3))
    assert is_call(read(lambda x: pc.concat([x, x], axis=0), X), "concat")

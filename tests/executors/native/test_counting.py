"""Counting in wholes: no piece is missing, and none is more than it may be."""

import itertools

from pellucid.executors.native.counting import ceil_div, equal_part, floor_power, padded


def test_pieces_cover_a_count_and_one_less_would_not():
    for count, size in itertools.product(range(40), range(1, 12)):
        pieces = ceil_div(count, size)
        assert (pieces - 1) * size < count <= pieces * size or count == pieces == 0


def test_padding_is_to_whole_pieces():
    assert [padded(n, 8) for n in (0, 1, 7, 8, 9, 16)] == [0, 8, 8, 8, 16, 16]


def test_nearly_equal_pieces_are_as_few_as_pieces_of_the_most_would_be():
    for count, most in itertools.product(range(1, 60), range(1, 15)):
        size = equal_part(count, most)
        assert 1 <= size <= most
        assert ceil_div(count, size) <= ceil_div(count, most)


def test_the_largest_power_of_two_that_is_no_more():
    assert floor_power(0) == 0
    for count in range(1, 300):
        power = floor_power(count)
        assert power.bit_count() == 1
        assert power <= count < 2 * power

"""Windows: where they stand, for every kind of padding, and what makes none."""

import math

import numpy as np
import pytest

from pellucid import Window
from pellucid.errors import OptionError, ShapeError


@pytest.mark.parametrize("size", [1, 3, 5, 7])
def test_same_puts_half_of_an_odd_size_less_one_on_both_sides(size):
    placed = Window(size, padding="same").place((20,))
    assert placed.padding == (((size - 1) // 2,) * 2,)
    assert placed.counts((20,)) == (20,)


@pytest.mark.parametrize("n", [1, 2, 5, 6, 9])
@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("dilation", [1, 2])
def test_same_gives_the_sizes_over_the_stride_rounded_up(n, size, stride, dilation):
    placed = Window(size, stride=stride, padding="same", dilation=dilation).place((n,))
    (before, after) = placed.padding[0]
    assert placed.counts((n,)) == (math.ceil(n / stride),)
    assert before in (after, after - 1)


@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_number_of_windows_is_n_plus_padding_less_size_plus_one(size, padding):
    assert Window(size, padding=padding).place((6,)).counts((6,)) == (6 + 2 * padding - size + 1,)


def test_each_axis_has_its_own_numbers():
    window = Window((2, 3), stride=(1, 2), padding=((0, 1), (2, 0)), dilation=(3, 1))
    placed = window.place((4, 5))
    assert (placed.span, placed.counts((4, 5))) == ((4, 3), (2, 3))


def test_without_a_stride_windows_stand_apart_where_asked():
    assert Window(2).place((6,), apart=True).counts((6,)) == (3,)
    assert Window(2).place((6,)).counts((6,)) == (5,)
    assert Window(2, stride=1).place((6,), apart=True).counts((6,)) == (5,)


@pytest.mark.parametrize("padding", ["valid", "same", 1, ((1, 0),)])
@pytest.mark.parametrize("stride", [1, 2, 3, 5])
@pytest.mark.parametrize("size", [3, 4])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_backwards_as_many_windows_stand_on_the_sizes_found(padding, stride, size, count):
    window = Window(size, stride=stride, padding=padding)
    placed = window.place_back((count,))
    sizes = placed.sizes((count,))
    assert placed.counts(sizes) == (count,)
    if padding == "same":
        assert sizes == (count * stride,)
        assert window.place(sizes).counts(sizes) == (count,)


def test_a_window_shows_what_is_not_usual():
    assert str(Window(2)) == "2"
    assert str(Window(3, stride=2, padding="same")) == "3, stride=2, padding='same'"
    assert str(Window((3, 1), padding=((1, 1), (0, 0)), dilation=2)) == (
        "(3, 1), padding=((1, 1), (0, 0)), dilation=2"
    )


REFUSED = [
    (lambda: Window(0), r"Window: size 0\. A whole number from 1 on"),
    (lambda: Window(True), "Window: size True"),
    (lambda: Window(2.0), r"Window: size 2\.0"),
    (lambda: Window(()), r"Window: size \(\)"),
    (lambda: Window(2, stride=0), "Window: stride 0"),
    (lambda: Window(2, stride=(1, -1)), r"Window: stride \(1, -1\)"),
    (lambda: Window(2, dilation=0), "Window: dilation 0"),
    (lambda: Window(2, padding="smae"), "Window: padding 'smae'. Did you mean 'same'"),
    (lambda: Window(2, padding=-1), "Window: padding -1.* pair .before, after. per axis"),
    (lambda: Window(2, padding=(1, 1)), r"Window: padding \(1, 1\)"),
    (lambda: Window(2, padding=((1, 1, 1),)), r"Window: padding \(\(1, 1, 1\),\)"),
    (lambda: Window(2, padding=((1, -1),)), "Window: padding"),
    (lambda: Window(2, padding=()), "Window: padding"),
    (lambda: Window((2, 2), stride=(1, 1, 1)), "tuples of 2 and 3 numbers"),
    (lambda: Window((2, 2)).place((5,)), r"window: window \(2, 2\) for 1 axes\. A tuple has one"),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[1])
def test_what_is_no_window_is_refused(case):
    with pytest.raises(OptionError, match=case[1]):
        case[0]()


def test_a_window_larger_than_its_input_is_refused_with_the_numbers():
    with pytest.raises(ShapeError, match=r"pool: .* Axis 1 .* has 1 \+ 3 \+ 1 places, .* needs 7"):
        Window((2, 4), padding=((0, 0), (1, 1)), dilation=2).place((5, 3), where="pool")
    with pytest.raises(ShapeError, match="no axis be empty"):
        Window(1, padding=1).place((0,))


def test_padding_that_leaves_nothing_is_refused_backwards():
    with pytest.raises(ShapeError, match=r"window: sizes \(1,\), window 3, padding=2 gives sizes"):
        Window(3, padding=2).place_back((1,))


def test_numbers_of_numpy_are_sizes_like_any() -> None:
    three, pair = np.int64(3), (np.int32(1), np.uint8(2))
    given = Window(three, stride=pair, padding=((three, three), pair), dilation=np.int8(1))
    assert given == Window(3, stride=(1, 2), padding=((3, 3), (1, 2)), dilation=1)
    assert str(given) == "3, stride=(1, 2), padding=((3, 3), (1, 2))"
    with pytest.raises(OptionError, match="size np"):
        Window(np.float64(3))  # type: ignore[arg-type]

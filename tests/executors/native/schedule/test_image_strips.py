"""Convolutions and the loops behind them go image by image where each reads its own."""

import numpy as np
import pytest
from executors.native.builder import Program
from executors.native.programs import difference

import pellucid as pc
from pellucid.compile import capture_call
from pellucid.executors.native.executor import Native
from pellucid.executors.native.ir.kernels import ConvolutionLoop
from pellucid.executors.native.planning import planned
from pellucid.executors.native.schedule import image_strips
from pellucid.functional import cross_correlation, max_pool, relu
from pellucid.structure import row


def program(step, *shapes):
    """A program of some arrays, with numbers to run it on."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape).astype(np.float32) for shape in shapes]
    return Program(capture_call(step, row(len(arrays)), arrays).procedure, arrays, [])


def joined(made):
    """The kernels that are a convolution and a loop."""
    kernels = planned(made.procedure).plan.kernels
    return [kernel for kernel in kernels if isinstance(kernel, ConvolutionLoop)]


X, W, B = (9, 2, 8, 10), (7, 2, 3, 3), (7, 1, 1)


def layer(x, w, b):
    return max_pool(relu(cross_correlation(x, w) + b), 2)


@pytest.mark.parametrize("batch", [8, 9, 17])
def test_bias_relu_and_pooling_go_on_with_some_channels_of_an_image(batch):
    made = program(layer, (batch, *X[1:]), W, B)
    (kernel,) = joined(made)
    assert (kernel.strips, kernel.by_channels) == (batch, True)
    assert difference(made) is None


@pytest.mark.parametrize("batch", [1, 2, 7])
@pytest.mark.parametrize(("channels", "parts"), [(24, 2), (30, 2), (48, 4), (60, 4)])
def test_the_channels_of_few_images_go_in_parts(batch, channels, parts):
    made = program(layer, (batch, *X[1:]), (channels, *W[1:]), (channels, 1, 1))
    (kernel,) = joined(made)
    assert (kernel.strips, kernel.parts, kernel.by_channels) == (batch, parts, True)
    assert difference(made) is None


@pytest.mark.parametrize("channels", [7, 16, 25, 31])
def test_not_where_a_part_would_have_few(channels):
    made = program(layer, (2, *X[1:]), (channels, *W[1:]), (channels, 1, 1))
    assert joined(made) == []


def test_nor_where_images_of_few_are_needed_whole():
    made = program(lambda x, w: cross_correlation(x, w).sum(axis=1), (2, *X[1:]), (24, *W[1:]))
    assert joined(made) == []
    assert difference(made) is None


def test_what_is_between_has_no_place():
    made = program(layer, X, W, B)
    (kernel,) = joined(made)
    assert kernel.between.name not in planned(made.procedure).plan.places


def test_several_groups_of_channels_go_on_one_after_the_other():
    made = program(layer, (8, 1, 40, 36), (19, 1, 5, 5), (19, 1, 1))
    assert len(joined(made)) == 1
    assert difference(made) is None


def test_fast_convolutions_go_strip_by_strip():
    made = program(layer, (16, 16, 18, 18), (16, 16, 3, 3), (16, 1, 1))
    (kernel,) = joined(made)
    assert kernel.convolution.nodes[0].primitive.name == "fast_convolution"
    assert not kernel.by_channels
    assert difference(made) is None


def behind(then):
    """What is done with a convolution and a number for each channel."""
    return lambda x, w, b: then(cross_correlation(x, w), b)


@pytest.mark.parametrize(
    "then",
    [
        lambda y, b: relu(y + b),
        lambda y, b: relu(y + b).sum(axis=3),
        lambda y, b: y * y[:, :, ::-1] + b,
        lambda y, b: y * y[:, ::-1] + b,
        lambda y, b: (y - y.mean(axis=(2, 3), keepdims=True)) ** 2 + b,
        lambda y, b: (y * b).sum(axis=1),
        lambda y, b: pc.exp(y[:, :, 1:3] + b),
    ],
    ids=[
        "bias",
        "sums of rows",
        "turned",
        "channels turned",
        "less its mean",
        "summed",
        "some rows",
    ],
)
def test_other_loops_give_the_same(then):
    assert difference(program(behind(then), X, W, B)) is None


def test_bias_and_relu_alone_go_on_image_by_image():
    assert len(joined(program(behind(lambda y, b: relu(y + b)), X, W, B))) == 1


@pytest.mark.parametrize(
    "then",
    [
        lambda y, b: (y + b).sum(axis=0),
        lambda y, b: relu(y[::-1] + b),
        lambda y, b: relu(y[1:] + y[:-1] + b),
        lambda y, b: relu(y[:1] + b) + pc.zeros((9, 1, 1, 1)),
        lambda y, b: relu(y.reshape((7, 9, 6, 8)).permute_dims((1, 0, 2, 3)) + b),
        lambda y, b: (relu(y + b), y),
        lambda y, b: (relu(y + b), (y @ y.mT).sum(axis=3)),
    ],
    ids=["over images", "images turned", "two images", "one", "cut otherwise", "returned", "twice"],
)
def test_not_where_a_loop_reads_other_images_or_others_read_them(then):
    made = program(behind(then), X, W, B)
    assert joined(made) == []
    assert difference(made) is None


def test_nor_where_there_are_few_images_or_large_ones(monkeypatch):
    assert joined(program(layer, (7, *X[1:]), W, B)) == []
    monkeypatch.setattr(image_strips, "MOST_BYTES", 4 * 7 * 6 * 8 - 1)
    assert joined(program(layer, X, W, B)) == []


def test_nor_of_groups_of_channels():
    def step(x, w, b):
        return relu(cross_correlation(x, w, groups=2) + b)

    made = program(step, (9, 4, 6, 6), (6, 2, 3, 3), (6, 1, 1))
    assert joined(made) == []
    assert difference(made) is None


def test_any_number_of_threads_gives_the_same_bits():
    made = program(layer, (64, 1, 28, 28), (30, 1, 5, 5), (30, 1, 1))
    ready = Native(made.procedure)
    found = []
    for count in (1, 2, 3):
        pc.set_threads(count)
        found.append(ready(made.arguments, [])[0].tobytes())
    assert found == found[:1] * 3

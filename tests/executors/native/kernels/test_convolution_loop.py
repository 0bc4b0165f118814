"""A convolution and a loop as one kernel: units, time, words, and what it gives."""

import numpy as np
import pytest
from executors.native.examples import procedure, same

from pellucid.executors.native.executor import Native
from pellucid.executors.native.ir.kernels import ConvolutionLoop
from pellucid.executors.native.kernels import convolution_loop
from pellucid.executors.native.kernels.kinds import kind_of

RULES = "stride=(1, 1), before=(0, 0), after=(0, 0), x_dilation=(1, 1), w_dilation=(1, 1)"
TEXT = f"""graph(x: float32[10,1,2,9,9], w: float32[1,13,2,3,3], b: float32[13,1,1])
  %0: float32[10,1,13,7,7] = convolution({RULES}) of (x, w)
  %1: float32[10,13,7,7] = reshape(to=(10, 13, 7, 7)) of (%0)
  %2: float32[10,13,7,7] = add() of (%1, b)
  %3: float32[10,13,7,7] = tanh() of (%2)
  return %3"""


def only():
    """The one kernel, with what it shares."""
    (each,) = Native(procedure(TEXT)).coded
    assert isinstance(each.kernel, ConvolutionLoop)
    return each


def test_images_are_units():
    each = only()
    assert kind_of(each.kernel).units(each.kernel, each.shared) == 10


def test_so_are_parts_of_the_channels_of_few():
    few = TEXT.replace("[10,", "[2,").replace("to=(10,", "to=(2,").replace("13", "26")
    (each,) = Native(procedure(few)).coded
    assert kind_of(each.kernel).units(each.kernel, each.shared) == 2 * 2
    assert same(procedure(few)) is None


def test_its_time_is_that_of_both_and_its_bytes_leave_out_what_is_between():
    each = only()
    kind, kernel = kind_of(each.kernel), each.kernel
    parts = (kernel.convolution, kernel.loop)
    assert kind.nanoseconds(kernel) == sum(kind_of(p).nanoseconds(p) for p in parts)
    numbers = 10 * 2 * 81 + 13 * 18 + 13 + 10 * 13 * 49
    assert kind.bytes(kernel, each.shared) == 4 * numbers
    assert kind.shape(kernel) == (10, 1, 13, 7, 7)


def test_it_is_told_how_it_goes():
    each = only()
    told = "convolution and loop [10, 13, 7, 7], some channels at a time"
    assert kind_of(each.kernel).described(each.kernel) == told


@pytest.mark.parametrize("most", [1, 4 * 49 * 8, 1 << 20], ids=["one group", "some", "all"])
def test_however_many_channels_go_on_at_a_time_the_result_is_the_same(monkeypatch, tmp_path, most):
    monkeypatch.setattr(convolution_loop, "NEAREST_BYTES", most)
    # Code that is kept is that of another limit.
    monkeypatch.setenv("PELLUCID_CACHE", str(tmp_path))
    assert same(procedure(TEXT)) is None


def test_some_images_alone_are_those_images():
    rng = np.random.default_rng(0)
    x, w, b = (
        rng.normal(size=s).astype("f") for s in ((10, 1, 2, 9, 9), (1, 13, 2, 3, 3), (13, 1, 1))
    )
    whole = Native(procedure(TEXT))([x, w], [b])[0]
    turned = Native(procedure(TEXT))([x[::-1].copy(), w], [b])[0]
    np.testing.assert_array_equal(turned[::-1], whole)

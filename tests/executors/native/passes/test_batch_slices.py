"""Batches are cut into slices where rows do not meet, and only there."""

import numpy as np
import pytest
from executors.native.examples import procedure

from pellucid.executors.native.passes import batch_slices
from pellucid.executors.native.passes.batch_slices import slice_of, slices_of
from pellucid.executors.reference import Reference

ROWS = 16  # of a slice of the 40 rows below

HEAD = "graph(x: float32[40,6,8], w: float32[48,40], w2: float32[8])\n"
# One node or a few behind x that keep rows apart, and what they return.
APART = {
    "elementwise": "%0: float32[40,6,8] = multiply() of (x, w2)",
    "two of rows": "%0: float32[40,6,8] = add() of (x, x)",
    "reduced": "%0: float32[40,1,8] = sum(axis=(1,)) of (x)",
    "rows side by side": "%0: float32[240,8] = reshape(to=(240, 8)) of (x)",
    "permuted": "%0: float32[40,8,6] = permute_dims(axes=(0, 2, 1)) of (x)",
    "cut": "%0: float32[40,6,3] = slice(start=(0, 0, 1), count=(40, 6, 3), step=(1, 1, 2)) of (x)",
    "flipped": "%0: float32[40,6,8] = flip(axis=(1,)) of (x)",
    "padded": "%0: float32[40,6,9] = pad(before=(0, 0, 1), after=(0, 0, 0), "
    "interior=(0, 0, 0), value=0.5) of (x)",
    "joined": "%0: float32[40,12,8] = concat(axis=1) of (x, x)",
    "windows": "%0: float32[40,3,8,2] = windows(axis=(1,), size=(2,), stride=(2,), "
    "dilation=(1,)) of (x)",
    "broadcast": "%1: float32[40,1,8] = max(axis=(1,)) of (x)\n"
    "  %0: float32[40,6,8] = broadcast_to(to=(40, 6, 8)) of (%1)",
    "product": "%1: float32[40,48] = reshape(to=(40, 48)) of (x)\n"
    "  %0: float32[40,40] = matmul() of (%1, w)",
    "products of rows": "%1: float32[40,8,6] = permute_dims(axes=(0, 2, 1)) of (x)\n"
    "  %0: float32[40,6,6] = matmul() of (x, %1)",
    "convolved": "%1: float32[40,1,6,8] = reshape(to=(40, 1, 6, 8)) of (x)\n"
    "  %2: float32[1,5,6,64] = reshape(to=(1, 5, 6, 64)) of (w)\n"
    "  %3: float32[1,5,6,3] = slice(start=(0, 0, 0, 0), count=(1, 5, 6, 3), "
    "step=(1, 1, 1, 1)) of (%2)\n"
    "  %0: float32[40,1,5,6] = convolution(stride=(1,), before=(0,), after=(0,), "
    "x_dilation=(1,), w_dilation=(1,)) of (%1, %3)",
    "position": "%0: int64[40,1,8] = argmax(axis=1) of (x)",
    "summed on": "%0: float32[40,6,8] = cumulative_sum(axis=2) of (x)",
}
# The same where rows meet, or might.
MEETING = {
    "reduced": "%0: float32[1,6,8] = sum(axis=(0,)) of (x)",
    "rows mixed": "%0: float32[6,320] = reshape(to=(6, 320)) of (x)",
    "permuted": "%0: float32[6,40,8] = permute_dims(axes=(1, 0, 2)) of (x)",
    "cut": "%0: float32[40,6,8] = slice(start=(0, 0, 0), count=(40, 6, 8), step=(1, 1, 1)) of (x)\n"
    "  %1: float32[20,6,8] = slice(start=(0, 0, 0), count=(20, 6, 8), step=(2, 1, 1)) of (%0)",
    "flipped": "%0: float32[40,6,8] = flip(axis=(0,)) of (x)",
    "padded": "%0: float32[80,6,8] = pad(before=(40, 0, 0), after=(0, 0, 0), "
    "interior=(0, 0, 0), value=0.5) of (x)",
    "joined": "%0: float32[80,6,8] = concat(axis=0) of (x, x)",
    "summed on": "%0: float32[40,6,8] = cumulative_sum(axis=0) of (x)",
    "position": "%0: int64[1,6,8] = argmax(axis=0) of (x)",
    "row by row of weights": "%1: float32[40,48] = permute_dims(axes=(1, 0)) of (w)\n"
    "  %2: float32[40,6,8] = reshape(to=(40, 6, 8)) of (%1)\n"
    "  %0: float32[40,6,8] = add() of (x, %2)",
    "a right matrix": "%1: float32[40,48] = reshape(to=(40, 48)) of (x)\n"
    "  %0: float32[48,48] = matmul() of (w, %1)",
    "sorted": "%0: int64[40,6,8] = argsort(axis=2) of (x)",
    "nothing of rows": "%0: float32[48,40] = negative() of (w)",
}


@pytest.fixture
def slices(monkeypatch):
    """Slices of 16 rows, however little there is."""
    monkeypatch.setattr(batch_slices, "LEAST_BYTES", 1)
    monkeypatch.setattr(batch_slices, "SLICE_BYTES", 1 << 20)
    monkeypatch.setattr(batch_slices, "equal_part", lambda _batch, _most: ROWS)


def of(body, results="%0"):
    return procedure(f"{HEAD}  {body}\n  return {results}")


@pytest.mark.parametrize("name", APART)
def test_rows_that_do_not_meet_are_cut(slices, name):
    made = of(APART[name])
    cut = slice_of(made)
    assert cut.graph.inputs[0].shape == (ROWS, 6, 8)
    rng = np.random.default_rng(0)
    x, *state = (rng.normal(size=v.shape).astype(np.float32) for v in made.graph.inputs)
    (whole,) = Reference(made)([x], state)
    (first,) = Reference(cut)([x[:ROWS]], state)
    np.testing.assert_allclose(first, whole[: len(first)], rtol=1e-5)
    assert len(first) * 40 == len(whole) * ROWS


@pytest.mark.parametrize("name", MEETING)
def test_rows_that_may_meet_stay_together(slices, name):
    last = "%1" if name == "cut" else "%0"
    assert slice_of(of(MEETING[name], last)) is None


def test_what_updates_variables_stays_whole(slices):
    text = HEAD + "  %0: float32[40,6,8] = add() of (x, x)\n"
    text += "  %1: float32[8] = negative() of (w2)\n  return %0"
    assert slice_of(procedure(text)) is not None
    assert slice_of(procedure(text, {"w2": "%1"})) is None


def test_small_batches_stay_whole():
    assert slice_of(of(APART["elementwise"])) is None


def test_large_weights_are_not_read_again_and_again(slices, monkeypatch):
    weights = 4 * (48 * 40 + 8)
    for bytes_of_slice, cut in ((weights, True), (weights - 1, False)):
        monkeypatch.setattr(batch_slices, "SLICE_BYTES", bytes_of_slice)
        assert (slice_of(of(APART["product"])) is not None) == cut


def test_a_slice_has_as_many_rows_as_fit():
    text = "graph(x: float32[{n},8192])\n  %0: float32[{n},8192] = negative() of (x)\n  return %0"
    for batch, rows in ((511, None), (512, 256), (1000, 250), (1100, 220)):
        cut = slice_of(procedure(text.format(n=batch)))
        assert (cut and cut.graph.inputs[0].shape[0]) == rows
    assert [slices_of(n, 16) for n in (16, 17, 32)] == [1, 2, 2]

"""Kernels over a batch of matrices go matrix by matrix where none reads those of others."""

import numpy as np
import pytest
from executors.native.builder import Program
from executors.native.programs import difference

import pellucid as pc
from pellucid.compile import capture_call
from pellucid.executors.native.planning import planned
from pellucid.executors.native.schedule import batch_strips
from pellucid.functional.attention import scaled_dot_product_attention
from pellucid.structure import row


@pytest.fixture(autouse=True)
def few_bytes(monkeypatch):
    """What is done for large batches is done for small ones too."""
    monkeypatch.setattr(batch_strips, "LARGE_BYTES", 0)


def program(step, *shapes):
    """A program of some arrays, with numbers to run it on."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape).astype(np.float32) for shape in shapes]
    return Program(capture_call(step, row(len(arrays)), arrays).procedure, arrays, [])


def strips_of(made):
    """Over how many strips each kernel is run with the one before, where more than one."""
    return [count for count in planned(made.procedure).plan.strips if count > 1]


HEADS = [(2, 4, 24, n) for n in (5, 5, 6)]


def attended(q, k, v, mask=None):
    return scaled_dot_product_attention(q, k, v, mask)


def test_scores_softmax_and_mixture_go_head_by_head():
    made = program(lambda q, k, v: attended(q, k, v).sum(axis=0), *HEADS)
    assert strips_of(made)[:2] == [8, 8]
    assert difference(made) is None


def gradients_by(mask):
    """The gradients of attention, summed over some heads."""

    def step(q, k, v):
        def loss(q, k, v):
            return (attended(q, k, v, None if mask is None else pc.tensor(mask)) ** 2).sum()

        return tuple(g.sum(axis=0) for g in pc.grad(loss, argument=(0, 1, 2))(q, k, v))

    return step


@pytest.mark.parametrize("mask", [None, np.tri(24, dtype=bool), np.eye(24, dtype=bool)])
def test_so_do_its_gradients(mask):
    made = program(gradients_by(mask), *HEADS)
    assert len(strips_of(made)) >= 4
    assert difference(made) is None


def twice(then):
    """A product, something done with it, and the product of that."""
    return lambda x, z: (then(x @ z, z) @ z).sum(axis=0)


SQUARES = [(9, 8, 8)] * 2


@pytest.mark.parametrize(
    "then",
    [
        lambda y, z: y.flip(axis=0),
        lambda y, z: y[::-1].mT,
        lambda y, z: (y[:, ::-1] - y[:1]).sum(axis=2, keepdims=True) + z,
        lambda y, z: y.sum(axis=0, keepdims=True) + z,
        lambda y, z: y.cumulative_sum(axis=1),
        lambda y, z: y.reshape((8, 9, 8)).permute_dims((1, 0, 2)),
    ],
    ids=["flipped", "turned and flipped", "less the first", "summed", "no loop", "cut otherwise"],
)
def test_not_where_a_kernel_reads_the_matrices_of_others(then):
    made = program(twice(then), *SQUARES)
    assert strips_of(made) == []
    assert difference(made) is None


@pytest.mark.parametrize(
    "then",
    [
        lambda y, z: y,
        lambda y, z: y[:, ::-1].mT,
        lambda y, z: (y[:, ::-1] - y).sum(axis=2, keepdims=True) + z[:1],
        lambda y, z: y.sum(axis=2, keepdims=True) + z,
    ],
    ids=["itself", "flipped inside", "less itself", "sums of rows"],
)
def test_where_each_reads_its_own_they_go_together(then):
    made = program(twice(then), *SQUARES)
    assert set(strips_of(made)) == {9}
    assert difference(made) is None


def in_arena(plan, values):
    """Where values lie in the arena, by name."""
    places = {v.name: (plan.places[v.name], v.nbytes) for v in values if v.name in plan.places}
    return {
        name: range(place.offset, place.offset + size)
        for name, (place, size) in places.items()
        if place.slot == plan.arena_slot
    }


def test_what_is_read_by_some_of_them_is_not_written_over_by_others():
    shared = planned(program(gradients_by(None), *HEADS).procedure)
    groups: list[list] = []
    for kernel, count in zip(shared.plan.kernels, shared.plan.strips, strict=True):
        groups = [*groups, [kernel]] if count == 1 else [*groups[:-1], [*groups[-1], kernel]]
    assert max(map(len, groups)) >= 4
    for group in groups:
        read = [shared.views[v].base for kernel in group for v in kernel.operands()]
        met = in_arena(shared.plan, [*read, *(v for kernel in group for v in kernel.stores)])
        for name, own in met.items() if len(group) > 1 else ():
            others = [other for key, other in met.items() if key != name]
            assert not any(own.start < o.stop and o.start < own.stop for o in others), name


def test_products_that_read_the_same_go_together_and_others_do_not():
    def both(other):
        return lambda x, y, z: (
            (x @ y).exp().sum(axis=(1, 2), keepdims=True) * 2.0,
            (other(x, y) @ z).exp(),
        )

    shapes = [(9, 8, 8)] * 3
    assert strips_of(program(both(lambda x, y: x), *shapes)) == []  # results are memory handed in
    kept = program(lambda x, y, z: ((x @ y) * (x @ z).mT).mT @ z + 1.0, *shapes)
    assert set(strips_of(kept)) == {9}
    assert difference(kept) is None


@pytest.mark.parametrize(
    ("shape", "large"),
    [((7, 8, 8), 0), ((9, 8, 8), 1 << 21), ((9, 200, 200), 0)],
    ids=["few", "small", "large matrices"],
)
def test_where_it_would_not_pay_it_is_not_done(shape, large, monkeypatch):
    monkeypatch.setattr(batch_strips, "LARGE_BYTES", large)
    assert strips_of(program(lambda x: ((x @ x).exp() @ x) * 2.0, shape)) == []


def test_it_is_done_for_a_network_of_usual_size(monkeypatch):
    monkeypatch.undo()
    made = program(lambda q, k, v: attended(q, k, v).sum(axis=0), *[(16, 4, 128, 32)] * 3)
    assert strips_of(made) == [64, 64]

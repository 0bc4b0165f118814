"""Loops that keep the rows of a batch apart: which do, and that all threads find the same bits."""

import numpy as np
import pytest
from executors.native.cpus import TARGETS, on_target
from executors.native.guarded import ARENAS, Guarded
from executors.native.programs import same_bits, small_chunks

import pellucid as pc
from pellucid import functional as f
from pellucid import nn, optim
from pellucid.executors import threads
from pellucid.executors.native.executor import Native
from pellucid.executors.native.ir.kernels import Single, TurnedLoop
from pellucid.executors.native.planning import planned
from pellucid.executors.native.schedule.plan import MemoryPlace
from pellucid.executors.native.schedule.row_blocks import FEWEST_TURNS
from pellucid.executors.reference import Reference

CELLS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}


def numbers(*shape, seed=0, dtype=np.float32):
    return np.random.default_rng(seed).uniform(-1.0, 1.0, shape).astype(dtype)


def training(kind, *, rows=16, steps=5, masked=False, **options):
    """A step of gradient descent of a recurrent layer, its arguments, and its variables."""
    layer = CELLS[kind](6, 12, rng=pc.Generator(seed=0), **options)
    optimizer = optim.SGD(layer.parameters(), 0.1)

    def step(x, lengths):
        y, end = layer(x, lengths) if masked else layer(x)
        h = end[0] if isinstance(end, tuple) else end
        loss = (y * y).mean() + (h * h).sum()
        optimizer.minimize(loss)
        return loss

    lengths = np.random.default_rng(1).integers(1, steps + 1, rows)
    arguments = [numbers(rows, steps, 6, seed=2), lengths]
    captured = pc.compile(step).captured(*arguments)
    state = [np.array(variable.numpy()) for variable in captured.variables]
    return captured.procedure, arguments, state


def apart(procedure):
    """For each loop of a program, whether it keeps rows apart."""
    loops = (k for k in planned(procedure).plan.kernels if isinstance(k, TurnedLoop))
    return [any(k.rows is not None for k in loop.body.plan.kernels) for loop in loops]


def loop_apart(body, *start, turns=FEWEST_TURNS):
    """The same of one loop, which takes a sequence of the shape of its first carry."""
    x = numbers(turns, *start[0].shape)
    run = pc.compile(lambda x, *start: pc.scan(body, start, x))
    return apart(run.captured(x, *start).procedure)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("kind", CELLS)
def test_recurrent_layers_keep_rows_apart_on_both_ways_and_back(kind, masked):
    assert apart(training(kind, masked=masked, bidirectional=True)[0]) == [True] * 4


def test_arrays_that_are_only_joined_are_made_where_they_are_joined():
    for kind, count in (("LSTM", 4), ("GRU", 0)):
        *_, back = (k for k in planned(training(kind)[0]).plan.kernels if isinstance(k, TurnedLoop))
        joins = [k for k in back.body.plan.kernels if isinstance(k, Single)]
        assert [len(join.in_place) for join in joins][:1] == [count]
        places = back.body.plan.places
        for join in joins:
            whole = places[join.nodes[0].output.name]
            for i, value in enumerate(join.in_place):
                assert places[value.name] == MemoryPlace(whole.slot, whole.offset + 48 * i)


W = pc.Parameter(numbers(16, 16))
MIXING = {
    "a sum over rows": lambda s, x: ((f.tanh(s[0] + s[0].sum(axis=0, keepdims=True)),), None),
    "rows backwards": lambda s, x: ((s[0].flip(axis=0) * 0.5 + x,), None),
    "a row of all": lambda s, x: ((s[0] * 0.5 + s[0][3:4],), None),
    "rows multiplied from the left": lambda s, x: ((f.tanh(W @ s[0] + x),), None),
    "what a step has made as a matrix": lambda s, x: ((f.tanh(x @ s[0]),), None),
    "rows turned": lambda s, x: ((f.tanh(s[0].T + x),), None),
    "the matrix of a step": lambda s, x: ((f.tanh(s[0] @ x),), None),
}


@pytest.mark.parametrize("name", MIXING)
def test_what_mixes_rows_is_shared_turn_by_turn(name):
    assert loop_apart(MIXING[name], numbers(16, 16)) == [False]


KEEPING = {
    "elementwise": lambda s, x: ((s[0] * 0.5 + x,), s[0]),
    "a product": lambda s, x: ((f.tanh(s[0] @ W + x),), s[0]),
    "a turned matrix": lambda s, x: ((f.tanh(s[0] @ W.T + x),), s[0]),
    "a sum along rows": lambda s, x: ((s[0] * 0.5 + s[0].sum(axis=1, keepdims=True),), None),
    "a mean and a deviation": lambda s, x: ((f.softmax(s[0] @ W) + x,), s[0].max(axis=1)),
    "columns side by side": lambda s, x: ((pc.concat([s[0][:, 8:], x[:, :8]], axis=1),), s[0]),
    "few features of a row": lambda s, x: ((f.tanh(s[0][:, :3] @ W[:3] + x),), s[0][:, :1]),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", KEEPING)
def test_what_keeps_rows_apart_needs_no_meetings_and_gives_what_the_reference_does(name, target):
    body, start = KEEPING[name], numbers(22, 16, seed=1)
    assert loop_apart(body, start) == [True]
    run = lambda x, start: pc.scan(body, (start,), x)  # noqa: E731
    x = numbers(6, 22, 16, seed=2)
    captured = pc.compile(run).captured(x, start)
    procedure, state = captured.procedure, [np.array(v.numpy()) for v in captured.variables]
    expected = Reference(procedure)([x, start], state)
    with small_chunks(), on_target(target):
        program = Native(procedure)
        for count in (1, 2, 3, 4):
            threads.set_threads(count)
            for y, wanted in zip(program([x, start], state), expected, strict=True):
                np.testing.assert_allclose(y, wanted, rtol=3e-6, atol=3e-6)


def test_few_rows_or_turns_carries_of_several_heights_and_counters_are_shared_turn_by_turn():
    body = KEEPING["elementwise"]
    assert loop_apart(body, numbers(8, 16)) == [True]
    assert loop_apart(body, numbers(7, 16)) == [False]
    assert loop_apart(body, numbers(16, 16), turns=FEWEST_TURNS - 1) == [False]
    assert loop_apart(lambda s, x: ((s[0] + x, s[1] * 2.0), None), *map(numbers, (16, 1))) == [
        False
    ]
    assert loop_apart(lambda s, x: ((s[0] + x, s[1] + 1), None), numbers(16), np.int32(0)) == [
        False
    ]


@pytest.mark.parametrize("target", TARGETS[:2])
@pytest.mark.parametrize("rows", [3, 9, 21])
@pytest.mark.parametrize("kind", CELLS)
def test_a_step_is_that_of_the_reference_whoever_takes_which_rows(kind, rows, target):
    procedure, arguments, state = training(kind, rows=rows, masked=rows == 21)
    expected = [a.copy() for a in state]
    (loss,) = Reference(procedure)(arguments, expected)
    first = None
    with small_chunks(), on_target(target):
        program = Native(procedure)
        for count in (1, 2, 3, 4):
            threads.set_threads(count)
            found = [a.copy() for a in state]
            (own,) = program(arguments, found)
            first = first or [own, *found]
            assert all(map(same_bits, [own, *found], first))
    np.testing.assert_allclose(first[0], loss, rtol=1e-5)
    for a, b in zip(first[1:], expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_in_float64_a_gradient_and_its_own_are_those_of_the_reference_to_the_last_digits():
    x, start, w = (numbers(*s, dtype=np.float64) for s in ((5, 64, 8), (64, 8), (8, 16)))

    def loss(w, x, start):
        def body(state, row):
            h, c = state
            keep, new = pc.split(row @ w + h @ w, 2, axis=1)
            c = f.sigmoid(keep) * c + f.tanh(new)
            return (f.tanh(c), c), c

        (h, _), cs = pc.scan(body, (start, start * 0.5), x)
        return (h * h).sum() + (cs * cs).mean()

    def both(w, x, start):
        slope = pc.grad(loss)
        return slope(w, x, start), pc.grad(lambda w: (slope(w, x, start) ** 2).sum())(w)

    procedure = pc.compile(both).captured(w, x, start).procedure
    assert apart(procedure)[:2] == [True, True]
    expected = Reference(procedure)([w, x, start], [])
    for y, wanted in zip(Native(procedure)([w, x, start], []), expected, strict=True):
        np.testing.assert_allclose(y, wanted, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("arena", ARENAS)
@pytest.mark.parametrize("kind", CELLS)
def test_no_block_of_rows_touches_what_is_not_its_own(kind, arena):
    procedure, arguments, state = training(kind, rows=19, masked=True)
    with small_chunks():
        program = Guarded(procedure, arena)
        first = None
        for count, side in ((1, "end"), (2, "begin"), (3, "end")):
            threads.set_threads(count)
            results, _, after = program.call(arguments, state, side)
            first = first or [*results, *after]
            assert all(map(same_bits, [*results, *after], first))


def test_a_loop_within_a_loop_copies_its_matrix_anew():
    def run(x, start):
        def outer(w, block):
            s, _ = pc.scan(lambda s, row: (f.tanh(s @ w + row), None), block[0] * 0.0, block)
            return w * 0.5, s

        return pc.scan(outer, start, x)

    x, start = numbers(3, 5, 16, 8), numbers(8, 8, seed=1)
    expected = pc.compile(run, executor="reference")(x, start)
    for y, wanted in zip(pc.compile(run)(x, start), expected, strict=True):
        np.testing.assert_allclose(y.numpy(), wanted.numpy(), rtol=1e-5, atol=1e-6)

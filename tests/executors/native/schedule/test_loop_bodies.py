"""Loops of a graph run as loops of kernels: as many as one turn has, on memory that moves."""

import numpy as np
import pytest
from executors.native.programs import small_chunks

import pellucid as pc
from pellucid import functional as f
from pellucid.errors import PositionError
from pellucid.executors import threads
from pellucid.executors.native.executor import Native
from pellucid.executors.native.kernels.emission import emit
from pellucid.executors.native.planning import planned
from pellucid.executors.reference import Reference


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1.0, 1.0, shape).astype(np.float32)


def gated(weights, x, h):
    """Gates whose values, carries and results are all used behind the loop, and their gradient."""
    w, b = weights

    def body(state, row):
        h, c = state
        gate = f.sigmoid(row @ w + h @ w + b)
        c = gate * c + row
        return (gate * f.tanh(c), c), (c, gate)

    (h, c), (cs, gates) = pc.scan(body, (h, h * 0.5), x)
    return (h * c).sum() + (cs * gates).sum()


def training(steps, rows=5, features=33):
    """A step of gradient descent through the loop, and arguments for it."""
    w, b = pc.Parameter(numbers(features, features, seed=1) * 0.1), pc.Parameter(numbers(features))

    def step(x, h):
        loss = gated((w, b), x, h)
        pc.optim.SGD({"w": w, "b": b}, 0.01).minimize(loss)
        return loss

    arguments = [numbers(steps, rows, features, seed=2), numbers(rows, features, seed=3)]
    captured = pc.compile(step).captured(*arguments)
    return captured.procedure, arguments, [np.array(v.numpy()) for v in captured.variables]


def test_code_and_kernels_are_those_of_one_turn():
    plans = [planned(training(steps)[0]) for steps in (50, 500)]
    few, many = ((len(plan.plan.kernels), len(emit(plan).names)) for plan in plans)
    assert few == many
    assert len(emit(plans[1]).text) < 1.1 * len(emit(plans[0]).text)


@pytest.mark.parametrize("steps", [1, 2, 3, 10])
def test_a_step_is_that_of_the_reference(steps):
    procedure, arguments, state = training(steps)
    expected, found = ([a.copy() for a in state] for _ in range(2))
    (loss,) = Reference(procedure)(arguments, expected)
    (own,) = Native(procedure)(arguments, found)
    np.testing.assert_allclose(own, loss, rtol=1e-5)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_any_number_of_threads_and_a_loop_over_steps_give_the_same_bits():
    procedure, arguments, state = training(4)
    with small_chunks():
        program = Native(procedure)
        found = []
        for count in (1, 2, 3):
            threads.set_threads(count)
            own = [a.copy() for a in state]
            losses = [program(arguments, own)[0] for _ in range(3)]
            found.append([np.stack(losses), *own])
        for count in (1, 3):
            threads.set_threads(count)
            own = [a.copy() for a in state]
            (losses,), failure = program.loop([np.stack([a] * 3) for a in arguments], own)
            assert failure is None
            found.append([losses, *own])
    for other in found[1:]:
        for a, b in zip(found[0], other, strict=True):
            np.testing.assert_array_equal(a, b)


SEEN = {
    "whole": lambda x: x,
    "turned": lambda x: x.permute_dims((1, 0, 2)),
    "backwards": lambda x: x.flip(axis=0),
    "every second": lambda x: x[::2],
    "from the third": lambda x: x[2:],
    "columns": lambda x: x[:, :, 1:],
    "the same": lambda x: x[:1].broadcast_to(x.shape),
    "features turned": lambda x: x.permute_dims((0, 2, 1)),
    "repeated": lambda x: x[:, :1, :1].broadcast_to(x.shape),
}


@pytest.mark.parametrize("name", SEEN)
@pytest.mark.parametrize("reverse", [False, True])
def test_sequences_are_read_where_they_lie_or_copied(name, reverse):
    def run(x):
        seen = SEEN[name](x)
        start = seen[0] * 0.5
        state, (a, b) = pc.scan(
            lambda s, row: (s * 0.5 + row, (s, s * row)), start, seen, reverse=reverse
        )
        return state, a, b

    x = numbers(6, 6, 20)
    expected = pc.compile(run, executor="reference")(x)
    for y, wanted in zip(pc.compile(run)(x), expected, strict=True):
        np.testing.assert_allclose(y.numpy(), wanted.numpy(), rtol=1e-6)


def test_constants_of_a_body_are_those_of_the_program():
    table, x = numbers(20, 30), numbers(3, 20, 30)
    run = pc.compile(lambda x: pc.scan(lambda s, row: (s + (row + table).exp(), s), x[0], x)[0])
    expected = x[0] + np.exp(x + table).sum(axis=0)
    np.testing.assert_allclose(run(x).numpy(), expected, rtol=1e-5)


def test_loops_within_loops_move_with_both():
    def run(x):
        def outer(s, block):
            s, inner = pc.scan(lambda r, row: (r * 0.5 + row, r * row), s, block, reverse=True)
            return s, (inner, s)

        return pc.scan(outer, x[0, 0] * 0.0, x)

    x = numbers(3, 4, 17)
    expected = pc.compile(run, executor="reference")(x)
    found = pc.compile(run)(x)
    np.testing.assert_allclose(found[0].numpy(), expected[0].numpy(), rtol=1e-6)
    for y, wanted in zip(found[1], expected[1], strict=True):
        np.testing.assert_allclose(y.numpy(), wanted.numpy(), rtol=1e-6)


def test_the_report_counts_the_turns_and_names_no_fallback():
    w = pc.Parameter(numbers(33, 33))
    run = pc.compile(lambda x: pc.scan(lambda s, row: (f.tanh(row + s @ w), None), x[0], x)[0])
    found = run.report(numbers(7, 5, 33))
    assert found.fallbacks == ()
    (row,) = (row for row in found.rows if row.flops)
    assert (row.turns, row.flops) == (7, 7 * 2 * 5 * 33 * 33)
    assert "7 times" in str(found)
    assert "loop of 7 turns" in run.source("schedule", numbers(7, 5, 33))


def test_positions_in_a_body_are_checked_in_every_turn():
    table = pc.Parameter(numbers(5, 20))

    def run(ids):
        def body(total, i):
            return total + table.take(i, axis=0), total

        return pc.scan(body, pc.zeros((3, 20)), ids)

    ids = np.array([[0, 4, 2], [1, 1, 1], [3, 0, -1], [2, 2, 4]])
    compiled = pc.compile(run)
    np.testing.assert_allclose(
        compiled(ids)[0].numpy(), table.numpy()[ids].sum(axis=0), rtol=1e-5, atol=1e-6
    )
    assert compiled.report(ids).fallbacks == ()
    ids[2, 1] = 5
    with pytest.raises(PositionError, match=r"take: index 5 .*size 5"):
        compiled(ids)


def test_a_step_that_fails_within_a_loop_changes_nothing():
    table = pc.Parameter(numbers(5, 20))
    optimizer = pc.optim.SGD({"table": table}, 0.1)

    @pc.compile
    def step(ids, x):
        total, _ = pc.scan(lambda s, i: (s + table.take(i, axis=0), None), x, ids)
        loss = (total * total).mean()
        optimizer.minimize(loss)
        return loss

    ids, x = np.array([[0, 4, 2], [1, 1, 1]]), numbers(3, 20)
    step(ids, x)
    before = table.numpy().copy()
    with pytest.raises(PositionError):
        step(np.array([[0, 4, 2], [1, 7, 1]]), x)
    np.testing.assert_array_equal(table.numpy(), before)
    step(ids, x)
    assert (table.numpy() != before).any()


def test_class_ids_are_checked_in_a_body():
    def run(x, t):
        def body(total, row):
            return total + f.cross_entropy(row[0], row[1]), None

        return pc.scan(body, pc.zeros(()), (x, t))[0]

    x, t = numbers(3, 4, 5), np.array([[0, 1, 2, 3], [4, 3, 2, 1], [0, 0, 0, 0]])
    compiled = pc.compile(run)
    expected = pc.compile(run, executor="reference")(x, t)
    np.testing.assert_allclose(compiled(x, t).numpy(), expected.numpy(), rtol=1e-6)
    t[1, 2] = 5
    with pytest.raises(PositionError):
        compiled(x, t)


def test_a_body_without_native_code_runs_through_its_rule():
    def body(total, row):
        return total + row @ row.T, total

    x = np.arange(24, dtype=np.int64).reshape(2, 3, 4)
    run = pc.compile(lambda x: pc.scan(body, pc.zeros((3, 3), dtype="int64"), x))
    total, before = run(x)
    products = x @ x.transpose(0, 2, 1)
    np.testing.assert_array_equal(total.numpy(), products.sum(axis=0))
    np.testing.assert_array_equal(before.numpy(), [products[0] * 0, products[0]])
    assert run.report(x).fallbacks == ("scan+part",)


def test_a_result_of_one_number_is_not_taken_for_a_state():
    """Single numbers are computed first; what a loop gives stays where it is among its parts."""

    def last_and_results(start, x):
        return pc.scan(lambda state, now: (state * 0.5 + state, now), start, x)

    start, x = numbers(17), numbers(1, 1)
    state, results = pc.compile(last_and_results)(start, x)
    np.testing.assert_array_equal(state.numpy(), start * 0.5 + start)
    np.testing.assert_array_equal(results.numpy(), x)

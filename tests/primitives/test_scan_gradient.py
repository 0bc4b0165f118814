"""Gradients of scans: those of the same steps written out, to second order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loop_bodies import (
    BODIES,
    arguments,
    by_steps,
    close,
    each_body,
    each_executor,
    outputs_of,
    second,
    slopes,
    weighted,
)

import pellucid as pc
from pellucid.executors import EXECUTORS


@pytest.mark.parametrize(("reverse", "dx"), [(False, [4.0, 2.0, 1.0]), (True, [1.0, 2.0, 4.0])])
def test_the_gradient_of_a_loop_worked_by_hand(reverse, dx):
    def last(s, x):
        return pc.scan(lambda s, x: (2.0 * s + x, None), s, x, reverse=reverse)[0]

    found = pc.grad(last, argument=(0, 1))(np.array(7.0), np.ones(3))
    assert [g.tolist() for g in found] == [8.0, dx]  # s <- 2 s + x, three times


@each_executor
@pytest.mark.parametrize("reverse", [False, True])
@each_body
def test_gradients_are_those_of_the_steps_written_out(body, count, reverse, executor):
    xs = arguments(count, 4)
    expected = slopes(outputs_of(by_steps, body, count, reverse=reverse), xs)(*xs)
    run = slopes(outputs_of(pc.scan, body, count, reverse=reverse), xs)
    for dx, wanted in zip(pc.compile(run, executor=executor)(*xs), expected, strict=True):
        close(dx.numpy(), wanted.numpy())


@each_executor
@each_body
def test_second_derivatives_are_those_of_the_steps_written_out(body, count, executor):
    xs = arguments(count, 3)
    expected = second(outputs_of(by_steps, body, count), xs)(*xs)
    found = pc.compile(second(outputs_of(pc.scan, body, count), xs), executor=executor)(*xs)
    for dx, wanted in zip(found, expected, strict=True):
        close(dx.numpy(), wanted.numpy())


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_part_of_a_loop_by_any_part_of_its_inputs(data):
    count = data.draw(st.sampled_from([1, 2]))
    body = data.draw(st.sampled_from(BODIES[count]))
    reverse, steps = data.draw(st.booleans()), data.draw(st.integers(1, 4))
    xs = arguments(count, steps)
    every = outputs_of(by_steps, body, count)(*map(pc.tensor, xs))
    chosen = data.draw(st.sets(st.integers(0, len(every) - 1), min_size=1))
    by = data.draw(st.sets(st.integers(0, len(xs) - 1), min_size=1))

    def derivative(loop):
        run = outputs_of(loop, body, count, reverse=reverse)
        some = weighted(lambda *arrays: [run(*arrays)[i] for i in sorted(chosen)])
        return pc.grad(some, argument=tuple(sorted(by)))

    expected = derivative(by_steps)(*xs)
    executor = data.draw(st.sampled_from(EXECUTORS))
    for dx, wanted in zip(
        pc.compile(derivative(pc.scan), executor=executor)(*xs), expected, strict=True
    ):
        close(dx.numpy(), wanted.numpy())

"""What is kept between calls is computed anew when weights have changed, in whichever way."""

import threading

import numpy as np
import pytest
from executors.native.examples import procedure
from executors.native.passes.test_kept_values import CONVOLVED, SQUARED, given

import pellucid as pc
from pellucid import nn, optim
from pellucid.executors.native.executor import Native
from pellucid.executors.native.keeping import KeepingProgram
from pellucid.executors.native.slices import native_program


@pytest.mark.parametrize("text", [SQUARED, CONVOLVED])
def test_it_gives_what_a_program_that_keeps_nothing_gives(text):
    made = procedure(text)
    x, state = given(made)
    program = native_program(made)
    assert isinstance(program, KeepingProgram)
    (expected,) = Native(made)([x], state)
    np.testing.assert_allclose(program([x], state)[0], expected, rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(
        program.loop([np.stack([x, x])], state)[0][0][1], expected, rtol=1e-4, atol=1e-3
    )


def test_other_arrays_and_updates_are_noticed_and_nothing_else_is_computed_again():
    made = procedure(SQUARED)
    x, state = given(made)
    program, counted = native_program(made), []
    preparation = program.preparation
    program.preparation = lambda *given: counted.append(0) or preparation(*given)
    first = program([x], state)[0]
    np.testing.assert_array_equal(program([x], state)[0], first)
    assert len(counted) == 1
    other = [state[0].copy(), *state[1:]]
    np.testing.assert_array_equal(program([x], other)[0], first)
    assert len(counted) == 2
    other[0] *= 2  # as a program does that updates it
    np.testing.assert_allclose(program([x], other, 1)[0] - other[1], 4 * (first - state[1]), 1e-4)
    assert len(counted) == 3


def model_of():
    return nn.Sequential(
        nn.Conv2d(4, 32, 3, padding=1, rng=pc.Generator(seed=1)),
        nn.ReLU(),
        nn.Conv2d(32, 32, 3, padding=1, rng=pc.Generator(seed=2)),
        nn.Flatten(),
    )


def trained(model, executor="native"):
    rule = optim.SGD(model.parameters(), 0.01)

    @pc.compile(executor=executor)
    def step(x):
        loss = (model(x) ** 2).mean()
        rule.minimize(loss)
        return loss

    return step


@pytest.mark.parametrize("images", [1, 8])
def test_predictions_follow_steps_assignments_and_threads(images):
    model = model_of()
    x = np.random.default_rng(0).normal(size=(images, 4, 16, 16)).astype(np.float32)
    predict = pc.compile(model)
    exact = pc.compile(model, executor="reference")

    def agree():
        np.testing.assert_allclose(predict(x).array, exact(x).array, rtol=1e-3, atol=1e-4)

    agree()
    before = predict(x).array
    step = trained(model)
    for _ in range(3):
        step(x)
        agree()
    assert not np.allclose(predict(x).array, before, atol=1e-4)
    weight = next(iter(model.parameters().values()))
    for value in (2 * weight.array, weight.array):
        weight.assign(value)
        agree()
    step.loop(np.stack([x, x]))
    agree()
    thread = threading.Thread(target=lambda: step(x))
    thread.start()
    thread.join()
    agree()


@pytest.mark.parametrize("threads", [1, 2, 3, 4])
def test_bits_do_not_depend_on_threads(threads):
    made = procedure(CONVOLVED)
    x, state = given(made)
    (expected,) = native_program(made)([x], state)
    pc.set_threads(threads)
    np.testing.assert_array_equal(native_program(made)([x], state)[0], expected)


def test_room_is_told_with_what_is_kept():
    from pellucid.executors import room_for

    made = procedure(CONVOLVED)
    assert room_for(made, "native") >= 36 * 64 * 64 * 4

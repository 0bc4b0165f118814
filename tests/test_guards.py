"""Threads and variables: what was read never changes, readers see whole steps, none gets lost."""

import os
import threading
import time

import numpy as np
import pytest
from guarded import SECONDS, SIZE, adding, until, variables, working

import pellucid as pc
from pellucid import nn, optim
from pellucid.errors import GraphError
from pellucid.guards import Guard, joined
from pellucid.primitives import Primitive
from pellucid.primitives.base import FLOATS
from pellucid.state import copies, restore
from pellucid.variables import assign_all


def test_a_value_that_was_read_never_changes(compiled):
    held = variables()
    step = adding(compiled, held)
    kept = []
    with working(step):
        for _ in until(SECONDS):
            value = held[0].read()
            kept.append((value, value.array.tobytes()))
            time.sleep(0)
            del kept[:-50]
            assert all(value.array.tobytes() == before for value, before in kept)


def test_assigning_takes_turns_with_programs(compiled):
    held = variables()
    step = adding(compiled, held)
    zeros = {"a": np.zeros(SIZE), "b": np.zeros(SIZE)}
    with working(step, lambda: restore("", {"a": held[0], "b": held[1]}, zeros, strict=True)):
        for _ in until(SECONDS):
            state = copies({"a": held[0], "b": held[1]})
            assert len(set(state["a"]) | set(state["b"])) == 1


def test_a_tensor_that_was_assigned_does_not_change_with_later_steps(compiled):
    (held,) = variables(1)
    step = adding(compiled, [held])
    with working(step):
        for _ in until(SECONDS):
            value = pc.tensor(np.full(SIZE, 5.0))
            held.assign(value)
            time.sleep(0)
            assert set(value.numpy()) == {5.0}


def test_training_while_another_thread_predicts_and_saves():
    rng = pc.Generator(seed=0)
    model = nn.Sequential(nn.Linear(20, 30, rng=rng), nn.Tanh(), nn.Linear(30, 4, rng=rng))
    optimizer = optim.Adam(model.parameters(), 0.01)
    x = pc.tensor(np.random.default_rng(0).normal(size=(16, 20)).astype(np.float32))
    step = pc.compile(lambda: optimizer.minimize((model(x) ** 2.0).mean()))
    predict = pc.compile(model)
    expected, whole = [], optim.Adam(model.parameters(), 0.01)
    start = model.state_dict()
    for _ in range(300):
        expected.append(predict(x).numpy().tobytes())
        step()
    final = model.state_dict()
    model.load_state_dict(start)
    optimizer.load_state_dict(whole.state_dict())
    seen = []
    with working(lambda: seen.append(predict(x).numpy().tobytes()), model.state_dict):
        for _ in range(300):
            step()
    assert all(np.array_equal(final[k], v) for k, v in model.state_dict().items())
    known = {*expected, predict(x).numpy().tobytes()}
    assert set(seen) <= known


class Asking(Primitive):
    """Raises, or does what a test asks for; the values stay."""

    accepts = FLOATS
    asked = None

    def shape(self, x):
        return x

    def forward(self, xp, x):
        Asking.asked()
        return xp.array(x)


def asking_step(compiled, variable):
    return compiled(lambda: variable.assign(pc.apply(Asking(), variable.read()) + 1.0))


def test_a_rule_reads_what_variables_held_before_the_step(compiled, monkeypatch):
    (held,) = variables(1, 10)
    total = compiled(held.sum)
    step, seen = asking_step(compiled, held), []
    monkeypatch.setattr(
        Asking, "asked", lambda: seen.append((held.read(), total().item(), copies({"v": held})))
    )
    for _ in range(3):
        step()
    assert [(v.numpy()[0], t, c["v"][0]) for v, t, c in seen] == [(i, 10 * i, i) for i in range(3)]


def test_a_rule_cannot_assign_what_its_program_updates(compiled, monkeypatch):
    held, other = variables(2, 10)
    step, second = asking_step(compiled, held), adding(compiled, [held])
    for asked, text in [
        (lambda: held.assign(held + 5.0), "the function itself updates"),
        (second, "called by a primitive that it runs"),
        (step, "called by a primitive that it runs"),
    ]:
        monkeypatch.setattr(Asking, "asked", asked)
        with pytest.raises(GraphError, match=text):
            step()
        assert set(held.numpy()) == {0.0}
    monkeypatch.setattr(Asking, "asked", lambda: other.assign(other + 5.0))
    step()
    assert (held.numpy()[0], other.numpy()[0]) == (1.0, 5.0)


def test_a_thread_that_a_rule_waits_for_cannot_wait_for_its_program(compiled, monkeypatch):
    (held,) = variables(1, 10)
    step = asking_step(compiled, held)

    def by_thread(function):
        found = []

        def catch():
            try:
                function()
            except GraphError as error:
                found.append(error)

        def run():
            thread = threading.Thread(target=catch)
            thread.start()
            thread.join()
            raise found[0]

        return run

    for function in (step, held.read, lambda: held.assign(held.array), lambda: copies({"v": held})):
        held.assign(np.zeros(10))
        step_before = copies({"v": held})
        monkeypatch.setattr(Asking, "asked", by_thread(function))
        with pytest.raises(GraphError, match="called by a primitive that it runs"):
            step()
        np.testing.assert_array_equal(held.numpy(), step_before["v"])


@pytest.mark.parametrize("way", ["join", "assign"])
def test_a_rule_may_begin_a_program_while_others_wait_for_its_own(compiled, monkeypatch, way):
    held, second, third, free = variables(4, 10)
    step = asking_step(compiled, held)
    adding(compiled, [second])()  # so that it has a guard of its own
    joining, inner = adding(compiled, [held, second]), adding(compiled, [third])
    waiting = threading.Event()

    def wait_for_step():
        waiting.set()
        joining() if way == "join" else assign_all({held: np.ones(10), free: np.ones(10)})

    other = threading.Thread(target=wait_for_step, daemon=True)

    def ask():
        other.start()
        waiting.wait()
        time.sleep(0.3)  # so that the other one has all locks that it can have
        inner()

    monkeypatch.setattr(Asking, "asked", ask)
    stepping = threading.Thread(target=step, daemon=True)
    stepping.start()
    stepping.join(20)
    other.join(20)
    assert not stepping.is_alive()
    assert not other.is_alive()
    assert third.numpy()[0] == 1.0


def test_several_variables_are_assigned_or_none():
    held = variables(3, 4)
    with pytest.raises(pc.errors.ShapeError):
        assign_all({held[0]: np.ones(4), held[1]: np.ones(4), held[2]: np.ones(5)})
    assert all(set(variable.numpy()) == {0.0} for variable in held)
    assign_all({variable: np.full(4, 2.0) for variable in held})
    assert all(set(variable.numpy()) == {2.0} for variable in held)


def test_an_eager_update_that_fails_changes_nothing():
    class Failing(optim.SGD):
        def update(self, w, g, state, step):
            if w.shape == (2,):
                raise ValueError("here")
            return super().update(w, g, state, step)

    model = nn.Linear(3, 2, rng=pc.Generator(seed=0))
    noise = optim.GradientNoise(rng=pc.Generator(seed=1))
    rule = Failing(model.parameters(), 0.1, rules=(noise,))
    everything = {**model.variables(), **rule.variables()}
    before = copies(everything)
    with pytest.raises(ValueError, match="here"):
        rule.minimize((model(pc.tensor(np.ones((4, 3), np.float32))) ** 2.0).mean())
    for name, array in copies(everything).items():
        np.testing.assert_array_equal(array, before[name], err_msg=name)


def test_a_draw_that_is_refused_is_not_counted():
    rng = pc.Generator(seed=0)
    with pytest.raises(pc.errors.PellucidError):
        rng.bits((-1,))
    assert rng.draws.item() == 0


def test_guards_are_joined_once_and_for_all():
    a, b, c = variables(3, 1)
    first, second = joined([a]), joined([b, c])
    assert first is not second
    both = joined([a, c])
    assert {v.guard.root for v in (a, b, c)} == {both}
    assert joined([b]) is joined([a, b, c]) is both
    assert isinstance(both, Guard)


@pytest.mark.forks
def test_a_child_forked_during_a_step_of_another_thread_can_step_too(compiled):
    held = variables()
    step = adding(compiled, held)
    with working(step):
        for _ in range(5):
            time.sleep(0.01)
            child = os.fork()
            if child == 0:
                try:
                    step()
                    held[0].read()
                    os._exit(0)
                finally:
                    os._exit(1)
            assert os.waitpid(child, 0)[1] == 0

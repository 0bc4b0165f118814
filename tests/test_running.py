"""Programs on variables of several threads: who reads sees whole steps, and no update gets lost."""

import threading
import time

import pytest
from guarded import SECONDS, adding, until, variables, working

import pellucid as pc
from pellucid.primitives import Primitive
from pellucid.primitives.base import FLOATS
from pellucid.state import copies


def test_who_reads_sees_whole_steps(compiled):
    held = variables()
    step = adding(compiled, held)
    seen = set()
    with working(step):
        for _ in until(SECONDS, lambda: len(seen) > 1):
            for variable in held:
                array = variable.read().array
                assert array.min() == array.max()
                seen.add(float(array[0]))
            state = copies({"a": held[0], "b": held[1]})
            assert len(set(state["a"]) | set(state["b"])) == 1


def test_programs_that_read_see_whole_steps(compiled):
    held = variables()
    step = adding(compiled, held)
    spread = compiled(lambda: pc.concat(held).max() - pc.concat(held).min())
    step()

    def look():
        assert spread().item() == 0.0

    begun = held[0].numpy()[0]
    with working(step, look, look):
        for _ in until(SECONDS, lambda: held[0].numpy()[0] > begun):
            time.sleep(0.01)


def test_programs_that_were_there_before_the_first_update_see_whole_steps(compiled):
    held = variables()
    spread = compiled(lambda: pc.concat(held).max() - pc.concat(held).min())
    with working(lambda: spread().item() and pytest.fail("torn"), count=2):
        time.sleep(0.05)
        steps = [adding(compiled, held) for _ in range(5)]
        for _ in range(20):
            for step in steps:
                step()


def test_updates_of_several_programs_all_count(compiled):
    held = variables(3, 100)
    pairs = [held[:2], held[1:], held[:1], held]
    steps = [adding(compiled, some) for some in pairs]
    done = [0] * len(steps)

    def counting(i):
        def run():
            steps[i]()
            done[i] += 1

        return run

    with working(*map(counting, range(len(steps)))):
        for _ in until(SECONDS, lambda: all(done)):
            time.sleep(0.01)
    for variable in held:
        expected = sum(
            n for n, some in zip(done, pairs, strict=True) if any(variable is v for v in some)
        )
        assert set(variable.numpy()) == {float(expected)}


def test_programs_on_other_variables_do_not_wait_for_each_other(compiled):
    meeting = threading.Barrier(2, timeout=20)

    class Meeting(Primitive):
        accepts = FLOATS

        def shape(self, x):
            return x

        def forward(self, xp, x):
            meeting.wait()
            return x + 1.0

    def meeting_on(variable):
        return compiled(lambda: variable.assign(pc.apply(Meeting(), variable.read())))

    held = variables()
    threads = [threading.Thread(target=meeting_on(v)) for v in held]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [v.numpy()[0] for v in held] == [1.0, 1.0]

"""Rules in Python that call the program that runs them: refused, on whichever thread."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from executors.native.programs import small_chunks

import pellucid as pc
from pellucid.errors import GraphError
from pellucid.executors import threads
from pellucid.primitives import Primitive
from pellucid.primitives.base import FLOATS


class Asking(Primitive):
    """What the test's function makes of it."""

    accepts = FLOATS
    asked = staticmethod(lambda x: x)

    def shape(self, x):
        return x

    def forward(self, xp, x):
        return np.asarray(Asking.asked(x))


@pytest.fixture(params=[1, 3], ids=["one thread", "three"])
def program(request):
    """A program that asks the test's function."""
    before = threads._Choice.count
    threads.set_threads(request.param)
    with small_chunks():
        yield pc.compile(lambda x: pc.apply(Asking(), x @ x))
    threads._Choice.count = before


X = np.eye(64, dtype=np.float32)


def by_thread(call):
    found = []

    def catch():
        try:
            found.append(call())
        except GraphError as error:
            found.append(error)

    thread = threading.Thread(target=catch)
    thread.start()
    thread.join()
    if isinstance(found[0], GraphError):
        raise found[0]
    return found[0]


def by_new_pool(call):
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result()


OLD_POOL = ThreadPoolExecutor(1)


def by_old_pool(call):
    return OLD_POOL.submit(call).result()


WAYS = [lambda call: call(), by_thread, by_new_pool, by_old_pool]


@pytest.mark.parametrize("way", WAYS, ids=["itself", "thread", "new pool", "old pool"])
def test_a_thread_of_a_rule_that_calls_the_program_is_refused(program, way, monkeypatch):
    OLD_POOL.submit(int).result()
    monkeypatch.setattr(Asking, "asked", lambda x: way(lambda: program(x)).numpy())
    with pytest.raises(GraphError, match="called by a primitive that it runs"):
        program(X)
    monkeypatch.setattr(Asking, "asked", lambda x: x * 2)
    np.testing.assert_array_equal(program(X).numpy(), 2 * X)


def test_a_thread_that_is_not_waited_for_waits_for_its_turn(program, monkeypatch):
    others, found = [], []

    def asked(x):
        if not others:
            others.append(threading.Thread(target=lambda: found.append(program(X))))
            others[0].start()
            time.sleep(0.5)
        return x

    monkeypatch.setattr(Asking, "asked", asked)
    np.testing.assert_array_equal(program(X).numpy(), X)
    others[0].join(10)
    np.testing.assert_array_equal(found[0].numpy(), X)


def test_many_threads_take_turns_while_rules_wait_for_something_else(program, monkeypatch):
    def asked(x):
        threading.Event().wait(0.05)
        return x + 1

    monkeypatch.setattr(Asking, "asked", asked)
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(program, [X] * 24):
            np.testing.assert_array_equal(found.numpy(), X + 1)

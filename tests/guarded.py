"""Programs that update variables, and threads that wait for one another."""

import os
import threading
import time
from contextlib import contextmanager

import numpy as np

from pellucid.variables import Buffer

SECONDS = float(os.environ.get("PELLUCID_SECONDS", "0.4"))  # of each test; more: the long form
PATIENCE = 60.0  # seconds, for threads of a machine that is busy


SIZE = 20_000


@contextmanager
def working(*functions, count=1):
    """Threads that call functions over and over; what they raise is raised."""
    stop, faults = threading.Event(), []

    def run(function):
        try:
            while not stop.is_set():
                function()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(f,)) for f in functions for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    if faults:
        raise faults[0]


def variables(count=2, size=SIZE):
    return [Buffer(np.zeros(size, np.float64), name=f"v{i}") for i in range(count)]


def adding(compiled, held):
    """A function that adds 1 to every element of some variables."""

    def add():
        for variable in held:
            variable.assign(variable + 1.0)

    return compiled(add)


def until(seconds, enough=lambda: True):
    """Turns for so many seconds, and longer where threads had no turn yet that is enough."""
    begun = time.monotonic()
    while (passed := time.monotonic() - begun) < seconds or not enough():
        assert passed < PATIENCE, "the other threads had no turn"
        yield

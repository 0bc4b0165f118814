"""The most that a thread can do: what is timed makes as many operations as it says."""

import time

import numpy as np

from pellucid.executors.native.machine.target import host
from pellucid.executors.native.runtime.peak import CHAINS, multiply_adds, peak


def test_operations_are_a_multiplication_and_an_addition_for_each_lane_chain_and_step():
    _, operations = multiply_adds(10)
    assert operations == 2 * host().lanes(np.dtype(np.float32)) * CHAINS * 10


def test_the_work_is_done_and_not_left_out_by_the_compiler():
    """y = 0.5 + i for each chain, then y = y / 2 + 1/2, n times; the sum of the first lanes."""
    for steps in (0, 1, 3):
        run, _ = multiply_adds(steps)
        lanes = [0.5 + i for i in range(CHAINS)]
        for _ in range(steps):
            lanes = [y * 0.5 + 0.5 for y in lanes]
        assert run() == np.float32(sum(lanes))
    few, many = (multiply_adds(n)[0] for n in (10_000, 1_000_000))
    times = []
    for run in (few, many):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    assert times[1] > 10 * times[0]


def test_the_rate_is_measured_once():
    assert 0.1 < peak() < 10_000  # GFLOP/s
    assert peak() == peak()

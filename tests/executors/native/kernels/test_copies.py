"""Kernels that only copy: whole values, by one unit, each from where it lies."""

import numpy as np
import pytest
from executors.native.examples import procedure

import pellucid as pc
from pellucid.executors.native.executor import Native
from pellucid.executors.native.kernels.copies import CopyBackKind
from pellucid.executors.native.schedule.plan import CopyBack

# Both variables read the other's old value: one of them needs a copy.
SWAPPED = """graph(x: float32[3], w: float32[3,5], w2: float32[5,3])
  %0: float32[5,3] = permute_dims(axes=(1, 0)) of (w)
  %1: float32[3,5] = permute_dims(axes=(1, 0)) of (w2)
  return x"""


def test_variables_are_exchanged_whole_in_every_step():
    ready = Native(procedure(SWAPPED, {"w": "%1", "w2": "%0"}))
    copies = [each.kernel for each in ready.coded if isinstance(each.kernel, CopyBack)]
    assert copies
    first, second = np.arange(15, dtype=np.float32).reshape(3, 5), -np.ones((5, 3), np.float32)
    state = [first.copy(), second.copy()]
    for old, new in ((first, second), (second.T, first.T), (first, second)):
        np.testing.assert_array_equal(state[0], old if old.shape == (3, 5) else old.T)
        np.testing.assert_array_equal(state[1], new if new.shape == (5, 3) else new.T)
        ready([np.zeros(3, np.float32)], state)


def test_a_copy_reads_and_writes_its_value_and_says_so():
    ready = Native(procedure(SWAPPED, {"w": "%1", "w2": "%0"}))
    (copy, *_) = [each for each in ready.coded if isinstance(each.kernel, CopyBack)]
    kind = CopyBackKind()
    assert kind.bytes(copy.kernel, copy.shared) == 2 * 15 * 4
    assert kind.units(copy.kernel, copy.shared) == 1
    assert kind.described(copy.kernel) == f"copy {copy.kernel.source} to input {copy.kernel.slot}"
    assert (kind.name(copy.kernel), kind.scope(copy.kernel)) == ("copy", "")


@pytest.mark.parametrize("reverse", [False, True])
def test_a_loop_begins_with_all_its_carries_wherever_they_lie(reverse):
    x = np.arange(12, dtype=np.float32).reshape(4, 3)

    def looped(x):
        first = x[1], x[:, 0][::-1]  # a row, and a column backwards

        def body(state, row):
            return (state[0] + row, state[1] * 2.0), state[0]

        return pc.scan(body, first, x, reverse=reverse)

    (total, column), rows = pc.compile(looped)(x)
    order = x[::-1] if reverse else x
    sums = x[1] + np.concatenate([[[0] * 3], np.cumsum(order, axis=0)])
    np.testing.assert_array_equal(total.numpy(), sums[-1])
    np.testing.assert_array_equal(column.numpy(), x[::-1, 0] * 16)
    np.testing.assert_array_equal(rows.numpy(), sums[:-1][:: -1 if reverse else 1])

"""Words that kernels, the code that runs them and Python agree on: no two have one place."""

import ctypes

import pytest

from pellucid.executors.native.kernels import interface as words

GROUPS = {
    "listed program": (words.COUNT, words.LIST, words.GATE, words.FAILS, words.KERNELS),
    "table": (
        words.CALL_BACK,
        words.FAILURE,
        words.FAILED_STEP,
        words.FAILED_INDEX,
        words.FAILED_PLACE,
    ),
    "task": (words.STEPS, words.COME, words.LEFT),
}


@pytest.mark.parametrize("name", GROUPS)
def test_no_two_words_of_a_group_have_one_place(name):
    assert len(set(GROUPS[name])) == len(GROUPS[name])


def test_the_table_ends_behind_its_last_word_and_begins_behind_the_arena():
    assert min(GROUPS["table"]) == 1
    assert max(GROUPS["table"]) < words.TABLE_END


def test_the_memory_of_a_pool_has_room_for_lock_signal_and_numbers():
    from pellucid.executors.native.runtime import thread_pool as pool

    ends = [pool.SIGNAL, pool.NUMBERS, words.POOL_BYTES]
    assert pool.NUMBERS - pool.SIGNAL >= 128
    assert ends == sorted(ends)
    last = max(pool.TASK, pool.WANTED, pool.CALLER)
    assert pool.NUMBERS + (last + 1) * ctypes.sizeof(ctypes.c_int64) <= words.POOL_BYTES

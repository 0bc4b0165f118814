"""Orders of samples: what batches hold, over epochs, and as functions of seed and epoch."""

import numpy as np
import pytest

from pellucid.data import ByLength, ClassBalanced, from_arrays, from_sequences
from pellucid.errors import DataError, OptionError

LABELS = np.array([0] * 40 + [1] * 9 + [3] * 4)  # none of class 2
RARE = from_arrays(np.zeros((53, 1)), LABELS, classes=4, name="rare")
RNG = np.random.default_rng(0)
LENGTHS = RNG.integers(1, 13, 103)
SEQUENCES = from_sequences([np.ones((n, 2)) for n in LENGTHS], np.arange(103) % 2)
BOTH = [(ClassBalanced(), RARE), (ByLength(pool=3), SEQUENCES)]


@pytest.mark.parametrize(("sampling", "data"), BOTH, ids=["balanced", "by length"])
def test_an_order_is_a_pure_function_of_seed_and_epoch(sampling, data):
    def order(seed, epoch):
        full, rest = sampling.matrix(data, 10, seed=seed, epoch=epoch)
        assert full.shape == (len(data) // 10, 10)
        assert rest.shape == (len(data) % 10,)
        assert full.dtype == rest.dtype == np.int64
        return [*full.reshape(-1).tolist(), *rest.tolist()]

    later = order(3, 7)
    assert order(3, 0) == order(3, 0)
    assert order(3, 7) == later
    assert len({tuple(order(seed, epoch)) for seed in (3, 4) for epoch in (0, 7)}) == 4
    parts = sampling.batches(data, 10, seed=3, epoch=7)
    assert np.concatenate(parts).tolist() == later
    dropped = sampling.batches(data, 10, seed=3, epoch=7, drop_last=True)
    assert {len(part) for part in dropped} == {10}


def test_orders_are_pinned_for_all_versions_to_come():
    few = from_arrays(np.zeros((7, 1)), [0, 0, 0, 0, 0, 1, 1])
    full, rest = ClassBalanced().matrix(few, 3, seed=0, epoch=1)
    assert (full.tolist(), rest.tolist()) == ([[6, 1, 6], [0, 5, 4]], [5])
    rows = [np.ones((n, 1)) for n in (3, 1, 2, 5, 4, 1, 2)]
    full, rest = ByLength(pool=2).matrix(from_sequences(rows, few.labels), 3, seed=0, epoch=1)
    assert (full.tolist(), rest.tolist()) == ([[6, 4, 3], [5, 1, 2]], [0])


def test_a_class_of_one_sample_comes_in_every_batch():
    labels = np.array([0] * 99 + [1])
    data = from_arrays(np.zeros((100, 1)), labels)
    for rows in ClassBalanced().batches(data, 10, seed=0, epoch=5):
        assert np.bincount(labels[rows]).tolist() == [5, 5]


@pytest.mark.parametrize("size", [3, 7, 10, 32])
def test_every_batch_has_each_class_as_often_or_once_more(size):
    for epoch in range(4):
        for rows in ClassBalanced().batches(RARE, size, seed=5, epoch=epoch):
            counts = np.bincount(LABELS[rows], minlength=4)[[0, 1, 3]]
            assert counts.max() - counts.min() <= 1


def test_all_samples_of_a_class_are_seen_alike_often():
    seen = np.zeros(53, int)
    for epoch in range(60):
        full, rest = ClassBalanced().matrix(RARE, 10, seed=5, epoch=epoch)
        np.add.at(seen, np.concatenate([full.reshape(-1), rest]), 1)
    for label in (0, 1, 3):
        counts = seen[label == LABELS]
        assert counts.max() - counts.min() <= 1
    assert seen.sum() == 60 * 53


def test_no_sample_of_a_class_comes_again_before_all_have_come():
    rows = np.concatenate(ClassBalanced().batches(RARE, 10, seed=5, epoch=0))
    rare = rows[LABELS[rows] == 3]
    rounds = [rare[i : i + 4].tolist() for i in range(0, 16, 4)]
    assert all(sorted(each) == [49, 50, 51, 52] for each in rounds)
    assert len({tuple(each) for each in rounds}) > 1


def test_by_length_every_sample_comes_once_with_others_like_it():
    spreads = {}
    for pool in (1, 10):
        parts = ByLength(pool=pool).batches(SEQUENCES, 10, seed=1, epoch=2)
        assert sorted(np.concatenate(parts).tolist()) == list(range(103))
        spreads[pool] = np.mean([np.ptp(LENGTHS[rows]) for rows in parts[:-1]])
    assert spreads[10] < 2.0
    assert spreads[1] > 8.0


def test_batches_of_like_lengths_come_in_a_drawn_order():
    full, _ = ByLength(pool=10).matrix(SEQUENCES, 10, seed=1, epoch=2)
    longest = LENGTHS[full].max(axis=1)
    assert (np.diff(longest) < 0).any()


@pytest.mark.parametrize("buckets", [1, 4, 5, 8])
def test_steps_are_enough_and_of_few_kinds(buckets):
    rows = np.arange(100).reshape(50, 2)
    steps = ByLength(buckets=buckets).steps(SEQUENCES, rows)
    needed = LENGTHS[rows].max(axis=1)
    assert (steps >= needed).all()
    assert (steps - needed <= -(-12 // buckets)).all()
    assert len(set(steps.tolist())) <= buckets
    one = ByLength(buckets=buckets).steps(SEQUENCES, rows[3])
    assert one == steps[3]


def test_fewer_samples_than_a_batch_are_what_is_left():
    full, rest = ByLength().matrix(SEQUENCES[:7], 10, seed=0, epoch=0)
    assert full.shape == (0, 10)
    assert sorted(rest.tolist()) == list(range(7))


def test_what_has_no_classes_or_no_lengths_is_refused():
    numbers = from_arrays([[0.0], [1.0]], [0.5, 1.5], classes=0, name="line")
    steps = from_arrays([[0, 1], [1, 1]], [[0, 1], [1, 0]], vocabulary=2, name="words")
    with pytest.raises(DataError, match=r"'line' has numbers as targets\. Batches are balanced"):
        ClassBalanced().matrix(numbers, 2, seed=0, epoch=0)
    with pytest.raises(DataError, match="'words' has a class for each step"):
        ClassBalanced().check(steps)
    with pytest.raises(DataError, match=r"'line' has no lengths\..*data\.with_inputs\(lengths\)"):
        ByLength().check(numbers)
    with pytest.raises(DataError, match=r"has no lengths\. .* from 0 to 1, its steps"):
        ByLength().check(numbers.with_inputs([1, 2]))
    with pytest.raises(OptionError, match=r"ByLength: pool is 0\. It counts batches: 1 or more"):
        ByLength(pool=0)
    with pytest.raises(OptionError, match=r"ByLength: buckets is 9\. It is from 1 to 8, as each"):
        ByLength(buckets=9)

"""Random bits and counted numbers: the known cipher, and numbers that follow from positions."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import primitives as p
from pellucid.errors import DTypeError, ShapeError
from pellucid.primitives import random
from pellucid.primitives.base import FLOAT32, UINT8
from pellucid.primitives.random import RandomBits, threefry_2x32

# Random123, tests/kat_vectors: threefry2x32, 20 rounds.
KNOWN = [
    ((0x00000000, 0x00000000), (0x00000000, 0x00000000), (0x6B200159, 0x99BA4EFE)),
    ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0x1CB996FC, 0xBB002BE7)),
    ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
]


@pytest.mark.parametrize("case", KNOWN)
def test_the_cipher_gives_the_known_answers(case):
    key, counter, expected = (np.array(words, np.uint32) for words in case)
    found = threefry_2x32((key[:1], key[1:]), counter[:1], counter[1:])
    np.testing.assert_array_equal(np.concatenate(found), expected)


def test_the_cipher_never_writes_into_its_counters():
    high, low = np.zeros(3, np.uint32), np.arange(3, dtype=np.uint32)
    threefry_2x32((np.uint32(1), np.uint32(2)), high, low)
    assert low.tolist() == [0, 1, 2]
    assert high.tolist() == [0, 0, 0]


def test_keys_and_counts_of_bits_are_checked():
    key, draw = np.zeros(2, np.uint32), np.zeros((), np.uint32)
    with pytest.raises(ShapeError, match=r"33 bits.* a word has 1 to 32 bits"):
        pc.apply(RandomBits((2,), 33), key, draw)
    with pytest.raises(ShapeError, match=r"key of shape \(3,\)"):
        pc.apply(RandomBits((2,), 8), np.zeros(3, np.uint32), draw)
    with pytest.raises(DTypeError, match="Both are uint32"):
        pc.apply(RandomBits((2,), 8), key.astype(np.int64), draw)


@pytest.mark.parametrize(
    "primitive",
    [p.Arange(0, 1, 300, UINT8), p.Arange(0, 0.5, 3, UINT8), p.Arange(-1, 1, 2, UINT8)],
    ids=str,
)
def test_an_arange_that_its_integers_cannot_hold_is_refused(primitive):
    with pytest.raises(DTypeError, match=r"arange: .* must be numbers of that kind"):
        pc.apply(primitive)


def test_an_arange_of_float32_counts_without_adding_up_errors():
    y = pc.apply(p.Arange(0.0, 0.1, 1001, FLOAT32)).numpy()
    np.testing.assert_allclose(y, np.arange(1001) * 0.1, rtol=1.2e-7)


def test_bits_drawn_in_pieces_are_those_drawn_at_once(monkeypatch):
    key, draw = np.array([3, 4], np.uint32), np.array(7, np.uint32)
    whole = pc.apply(RandomBits((5, 9), 24), key, draw).numpy()
    monkeypatch.setattr(random, "_AT_ONCE", 7)
    np.testing.assert_array_equal(pc.apply(RandomBits((5, 9), 24), key, draw).numpy(), whole)
    longer = pc.apply(RandomBits((45,), 32), key, draw).numpy()
    np.testing.assert_array_equal(longer >> np.uint32(8), whole.ravel())

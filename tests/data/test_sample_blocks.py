"""Samples are gathered into blocks of some bytes, whatever they come in."""

import numpy as np
import pytest

from pellucid.data import from_arrays
from pellucid.data.sample_blocks import blocks_of


def test_blocks_are_of_some_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pellucid.data.sample_blocks.BLOCK_BYTES", 24)
    whole = from_arrays(np.arange(20.0).reshape(10, 2), np.arange(10) % 3)
    pairs = list(blocks_of(list(whole), "p", None, 0))
    sets = list(blocks_of(whole, "p", None, 0))
    for blocks in (pairs, sets):
        assert [len(block) for block in blocks] == [3, 3, 3, 1]
        assert {block.classes for block in blocks} == {3}
        joined = np.concatenate([block.features for block in blocks])
        np.testing.assert_array_equal(joined, whole.features)
    assert (pairs[0].name, sets[0].name) == ("p", "arrays")
    assert list(blocks_of([], "p", None, 0)) == []

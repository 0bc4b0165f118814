"""Numbers for samples: the documented cipher, by seed, epoch and row."""

import numpy as np

from pellucid.data.draws import LOOK, TRAIN, Draws


def test_the_numbers_are_those_of_the_cipher() -> None:
    found = Draws(5, 2).of(9).integers(0, 2**64, 3, dtype=np.uint64)
    wanted = np.random.Philox(key=[5, TRAIN], counter=[0, 0, 2, 9]).random_raw(3)
    np.testing.assert_array_equal(found, wanted)
    assert TRAIN == 0x7472616E


def test_seed_epoch_row_and_purpose_each_change_them() -> None:
    found = [Draws(5, 2), Draws(6, 2), Draws(5, 3), LOOK, Draws(0, 0), Draws(2**64 - 1, 2**32 - 1)]
    drawn = [draws.of(row).random() for draws in found for row in (0, 1, 2**40)]
    assert len(set(drawn)) == len(drawn)

"""A transform gets each sample with a generator of its own, and what it makes is looked at."""

import numpy as np

from pellucid.data.draws import LOOK, Draws
from pellucid.data.transformed import Transformed
from pellucid.data.unread_rows import Shards

WHOLE = np.arange(12, dtype=np.float32).reshape(6, 2)


def test_each_row_is_what_the_function_makes_of_it() -> None:
    made = Transformed(Shards([WHOLE], ["a"]), lambda x, rng: np.append(x, rng.random()))
    assert (made.shape, made.dtype) == ((6, 3), np.float32)
    out = np.empty((2, 3), np.float32)
    made.take([4, 1]).fill(np.arange(2), out, Draws(7, 2))
    wanted = [[*WHOLE[i], Draws(7, 2).of(i).random()] for i in (4, 1)]
    np.testing.assert_array_equal(out, np.array(wanted, np.float32))
    np.testing.assert_array_equal(made[3], np.float32([*WHOLE[3], LOOK.of(3).random()]))


def test_a_transform_may_write_into_its_sample() -> None:
    def doubled(x: object, rng: object) -> object:
        x *= 2  # type: ignore[operator]
        return x

    made = Transformed(Shards([WHOLE], ["a"]), doubled)
    np.testing.assert_array_equal(made[:], WHOLE * 2)
    np.testing.assert_array_equal(made[:], WHOLE * 2)
    assert made.digest() != Shards([WHOLE], ["a"]).digest()

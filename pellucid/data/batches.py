"""Batches as lists of sample numbers: which samples go into which step, the same every time.

    permutation(count, seed, epoch)    the order of all samples in one epoch
    batches(count, batch_size, ...)    that order, cut into batches
    batch_matrix(...)                  the same as one matrix and a rest, for compiled loops

Nothing here remembers anything. The order is a pure function of (seed, epoch), drawn from the
counter-based cipher Threefry-2x32: any epoch can be had again, in any order, on any machine and
executor, also after a crash in the middle of it. The numbers belong to a purpose of their own, so
shuffling never shares numbers with dropout, initial values or splitting.
"""

import numpy as np

from pellucid.data.datasets import Indices
from pellucid.errors import OptionError
from pellucid.primitives.random import threefry_2x32
from pellucid.strict import strict

# The letters "shuf" and "splt": they tell the streams of one seed apart.
SHUFFLE = int.from_bytes(b"shuf", "big")
SPLIT = int.from_bytes(b"splt", "big")


@strict
def permutation(count: int, seed: int, epoch: int, *, purpose: int = SHUFFLE) -> Indices:
    """The numbers 0..count-1 in an order that depends on (seed, purpose, epoch) only.

        key = threefry(seed, (purpose, epoch));  order = stable argsort of threefry(key, i)

    Each i is given a random 64-bit word; sorting the words shuffles the numbers.

    Shapes: -> (count,) int64.
    Errors: OptionError for count below 0, seed outside 0..2^64-1 or epoch outside 0..2^32-1.
    Source: the sort-key shuffle, Knuth, The Art of Computer Programming 2, 3.4.2; Threefry:
        Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".

    >>> permutation(6, seed=0, epoch=0).tolist() == permutation(6, seed=0, epoch=0).tolist()
    True
    >>> sorted(permutation(6, seed=0, epoch=1).tolist())
    [0, 1, 2, 3, 4, 5]
    """
    _check("count", count, 0, 2**63 - 1)
    _check("seed", seed, 0, 2**64 - 1)
    _check("epoch", epoch, 0, 2**32 - 1)
    order: Indices = permutations(count, seed, epoch, 1, purpose=purpose)[0]
    return order


def permutations(
    count: int,
    seed: int,
    epoch: int,
    epochs: int,
    *,
    purpose: int,
) -> Indices:
    """Those of several epochs, one after the other: (epochs, count) int64."""
    high, low = threefry_2x32(_words(seed), *_counters((purpose << 32) | epoch, epochs))
    key = high.reshape(epochs, 1), low.reshape(epochs, 1)
    high, low = threefry_2x32(key, *_counters(0, count))
    words = (high.astype(np.uint64) << np.uint64(32)) | low.astype(np.uint64)
    return np.argsort(words, axis=1, kind="stable").astype(np.int64, copy=False)


@strict
def batches(
    count: int,
    batch_size: int,
    *,
    seed: int,
    epoch: int,
    shuffle: bool = True,
    drop_last: bool = False,
) -> list[Indices]:
    """The batches of one epoch, as arrays of sample numbers.

    Every sample is in exactly one batch. The last batch holds what is left, unless `drop_last`
    leaves it out so that all batches are equal. Called again with the same arguments it gives
    the same batches: a run resumed in the middle of an epoch goes on with batches(...)[step:].

    Errors: OptionError for a count or batch size below 1, where `drop_last` would leave nothing,
    and as in `permutation`.

    >>> [batch.tolist() for batch in batches(5, 2, seed=0, epoch=0, shuffle=False)]
    [[0, 1], [2, 3], [4]]
    """
    full, rest = batch_matrix(
        count,
        batch_size,
        seed=seed,
        epoch=epoch,
        shuffle=shuffle,
    )
    if drop_last and not len(full):
        raise OptionError(
            f"batches: batch_size is {batch_size}, of {count} samples, with drop_last. No batch is "
            "full, and none would be left: choose a smaller one, or keep the last."
        )
    return list(full) if drop_last or rest.size == 0 else [*full, rest]


@strict
def batch_matrix(
    count: int, batch_size: int, *, seed: int, epoch: int, shuffle: bool = True
) -> tuple[Indices, Indices]:
    """The full batches of one epoch as the rows of a matrix, and the samples left over.

    Shapes: -> (count // batch_size, batch_size) int64, (count % batch_size,) int64.
    Errors: as in `batches`.

    >>> full, rest = batch_matrix(5, 2, seed=0, epoch=0, shuffle=False)
    >>> full.tolist(), rest.tolist()
    ([[0, 1], [2, 3]], [4])
    """
    _check("count", count, 1, 2**63 - 1)
    _check("batch_size", batch_size, 1, 2**63 - 1)
    order = permutation(count, seed, epoch) if shuffle else np.arange(count, dtype=np.int64)
    steps = count // batch_size
    end = steps * batch_size
    return order[:end].reshape(steps, batch_size), order[end:]


def _check(name: str, value: int, low: int, high: int) -> None:
    # A bool is an int to Python; as a seed or size it can only be a mistake.
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool):
        raise OptionError(f"batches: {name} is {value!r}. It must be an integer.")
    if not low <= value <= high:
        raise OptionError(f"batches: {name} is {value}. It must be between {low} and {high}.")


def _words(number: int) -> tuple[np.uint32, np.uint32]:
    """A 64-bit number as two words, high and low."""
    return np.uint32(int(number) >> 32), np.uint32(int(number) & 0xFFFFFFFF)


def _counters(start: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The counters start..start+count-1 as arrays of high and low words."""
    position = np.arange(count, dtype=np.uint64) + np.uint64(start)
    return (position >> np.uint64(32)).astype(np.uint32), position.astype(np.uint32)

"""Random numbers: the right distributions, streams that can be replayed."""

import itertools

import numpy as np
import pytest
from scipy import stats

import pellucid as pc
from pellucid.errors import OptionError
from pellucid.executors import EXECUTORS
from pellucid.random import AUGMENTATION, DROPOUT, INITIAL_VALUES


def draws(seed=3, size=200_000, **how):
    return pc.Generator(seed, **how).fraction((size,)).numpy()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_uniform_numbers_are_uniform(dtype):
    u = pc.Generator(1).uniform(-1.0, 3.0, (200_000,), dtype).numpy()
    assert u.dtype == dtype
    assert u.min() >= -1.0
    assert u.max() <= 3.0
    assert stats.kstest(u, stats.uniform(-1, 4).cdf).pvalue > 0.01


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_normal_numbers_are_normal(dtype):
    z = pc.Generator(2).normal(5.0, 2.0, (200_000,), dtype).numpy()
    assert z.dtype == dtype
    assert stats.kstest(z, stats.norm(5, 2).cdf).pvalue > 0.01
    assert z.mean() == pytest.approx(5, abs=0.02)
    assert z.std() == pytest.approx(2, abs=0.02)
    assert stats.kurtosis(z) == pytest.approx(0, abs=0.05)


def test_fractions_never_reach_one_and_use_all_their_bits():
    u = draws(size=2**20)
    assert 0.0 <= u.min() < u.max() < 1.0
    assert np.all(u * 2.0**24 == np.round(u * 2.0**24))
    assert np.unique(u).size > 2**20 * 0.96  # as many as 2^20 of 2^24 balls leave apart


def test_bernoulli_is_true_with_its_probability():
    y = pc.Generator(4).bernoulli(0.3, (100_000,))
    assert y.dtype == np.bool_
    assert y.numpy().mean() == pytest.approx(0.3, abs=0.005)
    assert not pc.Generator(4).bernoulli(0.0, (1000,)).any().item()
    assert pc.Generator(4).bernoulli(1.0, (1000,)).all().item()


@pytest.mark.parametrize("count", [1, 5, 24, 32])
def test_bits_fill_their_range(count):
    bits = pc.Generator(5).bits((4096,), count).numpy()
    assert bits.max() < 2**count
    for bit in range(count):
        assert (bits >> np.uint32(bit) & np.uint32(1)).mean() == pytest.approx(0.5, abs=0.04)


def test_neighbouring_numbers_and_draws_do_not_depend_on_each_other():
    generator = pc.Generator(6)
    u, v = generator.fraction((100_000,)).numpy(), generator.fraction((100_000,)).numpy()
    for a, b in [(u[:-1], u[1:]), (u, v)]:
        assert abs(np.corrcoef(a, b)[0, 1]) < 0.01


def test_seeds_purposes_and_children_give_streams_of_their_own():
    streams = [draws(seed, 1000, purpose=n) for seed in (0, 1) for n in range(8)]
    parents = [pc.Generator(0), pc.Generator(0, DROPOUT), pc.Generator(1)]
    children = [parent.child() for parent in parents for _ in range(4)]
    children += [parents[0].child(purpose) for purpose in (INITIAL_VALUES, DROPOUT, AUGMENTATION)]
    children += [pc.Generator(0, n).child(AUGMENTATION) for n in (INITIAL_VALUES, DROPOUT)]
    children += [child.child() for child in children]
    streams += [child.fraction((1000,)).numpy() for child in children]
    for a, b in itertools.combinations(streams, 2):
        assert np.intersect1d(a, b).size < 20
        assert abs(np.corrcoef(a, b)[0, 1]) < 0.2


def test_the_same_seed_and_purpose_give_the_same_bits():
    np.testing.assert_array_equal(draws(2**64 - 1), draws(2**64 - 1))
    one, other = pc.Generator(9), pc.Generator(9)
    np.testing.assert_array_equal(
        one.child().normal(0, 1, (5,)).numpy(), other.child().normal(0, 1, (5,)).numpy()
    )


def test_numbers_depend_on_their_position_alone():
    long, short = (pc.Generator(7).bits(shape).numpy() for shape in ((10, 10), (37,)))
    np.testing.assert_array_equal(long.ravel()[:37], short)


def test_a_restored_count_continues_the_stream():
    generator = pc.Generator(8)
    generator.normal(0.0, 1.0, (3,))
    kept = generator.draws.numpy().copy()
    expected = generator.uniform(0.0, 1.0, (4,)).numpy()
    again = pc.Generator(8)
    again.draws.assign(kept)
    np.testing.assert_array_equal(again.uniform(0.0, 1.0, (4,)).numpy(), expected)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_compiled_function_draws_what_an_eager_one_draws(executor):
    eager, inside = pc.Generator(11), pc.Generator(11)
    run = pc.compile(lambda: (inside.bits((5,), 32), inside.fraction((3,))), executor=executor)
    for _ in range(3):
        bits, fraction = run()
        np.testing.assert_array_equal(bits.numpy(), eager.bits((5,), 32).numpy())
        np.testing.assert_array_equal(fraction.numpy(), eager.fraction((3,)).numpy())
    assert inside.draws.item() == eager.draws.item() == 6


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_seeds_outside_64_bits_are_refused(seed):
    with pytest.raises(OptionError, match="A seed lies between 0 and 2"):
        pc.Generator(seed)


def test_purposes_outside_their_range_are_refused():
    with pytest.raises(OptionError, match="purpose -1"):
        pc.Generator(0, purpose=-1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("low", "ulps"), [(1.0, 1), (1.0, 3), (-2.0, 2), (3e8, 1)])
def test_uniform_numbers_stay_below_the_upper_end(dtype, low, ulps):
    kind = np.dtype(dtype).type
    high = kind(low)
    for _ in range(ulps):
        high = np.nextafter(high, kind(np.inf))
    u = pc.Generator(0).uniform(low, float(high), (500,), dtype).numpy()
    assert low <= u.min()
    assert u.max() < high


def test_uniform_numbers_may_go_down_from_the_first_end():
    up, down = (pc.Generator(0).uniform(*ends, (500,)).numpy() for ends in ((-1, 1), (1, -1)))
    np.testing.assert_array_equal(down, -up)


class Half:
    """The last three samples of six."""

    def __init__(self):
        self.draws = 0

    def number(self, generator):
        self.draws += 1
        return generator.draws.value + (self.draws - 1)

    def rows(self, draw, sizes, axis):
        wanted = [slice(None)] * axis + [slice(3, None)]
        return draw((*sizes[:axis], 6, *sizes[axis + 1 :]))[tuple(wanted)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_part_of_a_batch_draws_the_numbers_of_its_rows(monkeypatch, dtype):
    def drawn(count):
        return [
            rng.bits((count, 2)), rng.bits(count, 7), rng.uniform(1.0, 2.0, (count,), dtype),
            rng.normal(3.0, 2.0, (2, count), dtype, samples=1), rng.bernoulli(0.5, (count, 4)),
            rng.fraction((2, 1, count), dtype, samples=2),
        ]  # fmt: skip

    rng = pc.Generator(5)
    whole = drawn(6)
    used, rng = rng.draws.item(), pc.Generator(5)
    half = Half()
    monkeypatch.setattr("pellucid.random.at_work.part", half)
    parts = drawn(3)
    assert half.draws == used
    assert rng.draws.item() == 0  # whoever has parts counts for all of them
    for part, all_rows, axis in zip(parts, whole, (0, 0, 0, 1, 0, 2), strict=True):
        np.testing.assert_array_equal(part.numpy(), np.split(all_rows.numpy(), 2, axis)[1])


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_single_number_is_drawn_behind_others(executor):
    rng, same = pc.Generator(3), pc.Generator(3)

    def draw(x):
        unused, one = rng.fraction((2,)), rng.fraction((1,))
        return x.take((one * 3.0).floor().astype("int32"), axis=0), unused

    x = np.arange(3.0, dtype=np.float32)
    found, _ = pc.compile(draw, executor=executor)(x)
    same.fraction((2,))
    assert found.item() == float(int(same.fraction((1,)).item() * 3.0))

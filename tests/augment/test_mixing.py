"""Mixtures of samples: by their formulas, how shares are spread, and the same on executors."""

import numpy as np
import pytest
from scipy import stats

import pellucid as pc
from pellucid.augment import CutMix, Mixup
from pellucid.errors import DTypeError, OptionError, ShapeError
from pellucid.executors import EXECUTORS
from pellucid.random import Generator

X = np.random.default_rng(0).random((6, 3, 8, 10)).astype(np.float32)
T = np.eye(6, dtype=np.float32)
KINDS = [Mixup, CutMix]


def mix(kind, executor="reference", seed=3, x=X, alpha=0.8):
    """What is mixed, with whom, and how much is kept."""
    mixing = kind(alpha, rng=Generator(seed))

    def both(x):
        y, shares = mixing.mix(x)
        return y, shares.partner, shares.kept

    return [array.numpy() for array in pc.compile(both, executor=executor)(x)]


@pytest.mark.parametrize("kind", KINDS)
def test_executors_mix_the_same_samples_in_the_same_shares(kind):
    (y, partner, kept), native = mix(kind), mix(kind, "native")
    assert np.array_equal(native[1], partner)
    np.testing.assert_allclose(native[2], kept, atol=1e-6)
    np.testing.assert_allclose(native[0], y, atol=1e-6)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_mixup_is_a_weighted_mean_with_another_of_the_batch(executor):
    y, partner, kept = mix(Mixup, executor)
    assert sorted(partner) == list(range(6))
    assert not (partner == np.arange(6)).any()
    share = kept[:, None, None, None]
    np.testing.assert_allclose(y, share * X + (1 - share) * X[partner], rtol=1e-6)
    assert len(set(kept.tolist())) == 6


@pytest.mark.parametrize("executor", EXECUTORS)
def test_cutmix_pastes_a_box_and_counts_its_pixels(executor):
    y, partner, kept = mix(CutMix, executor, seed=5)
    boxes = (y != X).any(axis=1)
    np.testing.assert_array_equal(y, np.where(boxes[:, None], X[partner], X))
    np.testing.assert_allclose(kept, 1.0 - boxes.mean(axis=(1, 2)), atol=1e-6)
    for box in boxes:
        rows, columns = np.flatnonzero(box.any(1)), np.flatnonzero(box.any(0))
        assert box.sum() == len(rows) * len(columns)
        assert len(rows) == 0 or len(rows) == rows[-1] - rows[0] + 1
    assert 0 < boxes.sum() < boxes.size


@pytest.mark.parametrize("alpha", [0.05, 0.2, 0.5, 1.0, 4.0, 100.0])
def test_shares_are_those_of_the_beta_distribution(alpha):
    kept = Mixup(alpha, rng=Generator(3)).kept(100_000).numpy()
    expected = stats.beta(alpha, alpha)
    assert ((kept >= 0.0) & (kept <= 1.0)).all()
    places = np.linspace(0.001, 0.999, 200)  # further out float32 is coarser than the tails
    found = (kept[:, None] < places).mean(axis=0)
    np.testing.assert_allclose(found, expected.cdf(places), atol=0.006)
    assert kept.var() == pytest.approx(expected.var(), rel=0.02)


def test_every_other_sample_is_as_likely_a_partner():
    mixing = Mixup(rng=Generator(3))
    partners = [mixing.partners(5).numpy()[0] for _ in range(2000)]
    counts = np.bincount(partners, minlength=5)
    assert counts[0] == 0
    assert stats.chisquare(counts[1:]).pvalue > 0.001


@pytest.mark.parametrize("kind", KINDS)
def test_targets_are_mixed_as_the_samples_are(kind):
    mixing, again = kind(0.8, rng=Generator(3)), kind(0.8, rng=Generator(3))
    y, t = mixing(pc.tensor(X), pc.tensor(T))
    x, shares = again.mix(pc.tensor(X))
    assert np.array_equal(y.numpy(), x.numpy())
    kept = shares.kept.numpy()
    np.testing.assert_allclose(t.numpy()[np.arange(6), np.arange(6)], kept, atol=1e-7)
    np.testing.assert_allclose(t.numpy().sum(1), 1.0, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_in_inference_nothing_is_mixed_or_drawn(kind):
    mixing, x, t = kind(rng=Generator(0)).inference(), pc.tensor(X), pc.tensor(T)
    assert mixing(x, t) == (x, t)
    assert mixing.state_dict()["draws"] == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_alone_stays_as_it_is(kind):
    y, partner, _ = mix(kind, x=X[:1])
    assert partner.tolist() == [0]
    np.testing.assert_allclose(y, X[:1], rtol=1e-6)


def test_doubles_stay_doubles():
    for kind in KINDS:
        y, t = kind(rng=Generator(0))(pc.tensor(X.astype(float)), pc.tensor(T.astype(float)))
        assert y.dtype == t.dtype == np.float64


def test_what_cannot_be_mixed_is_refused():
    x, t = pc.tensor(X), pc.tensor(T)
    with pytest.raises(OptionError, match=r"Mixup: alpha 0\.0\. It must be above 0"):
        Mixup(0.0)
    with pytest.raises(DTypeError, match=r"targets of int64.*pellucid\.one_hot\(ids, classes\)"):
        Mixup()(x, pc.tensor([0, 1, 2, 3, 4, 5]))
    with pytest.raises(ShapeError, match=r"targets of shape \(2, 6\)\. Their first axis"):
        Mixup()(x, t[:2])
    with pytest.raises(ShapeError, match=r"\(6, 6\) for CutMix.*must be \(batch, channels"):
        CutMix()(t, t)

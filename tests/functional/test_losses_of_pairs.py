"""Losses of embeddings: by hand, at their kinks, in the batch, and what is refused."""

import math

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f
from pellucid.errors import DataError, DTypeError, OptionError, ShapeError
from pellucid.executors import EXECUTORS

RNG = np.random.default_rng(5)
A, B, C = RNG.normal(size=(3, 6, 3))
IDS = np.array([0, 1, 0, 2, 1, 0])  # the 2 is alone


def distances(a, b):
    return np.sqrt(((a - b) ** 2).sum(-1))


def test_contrastive_by_its_formula():
    same = np.array([1.0, 0.0, 1.0, 0.0, 0.0, 0.25])
    d = distances(A, B)
    expected = same * d**2 / 2 + (1 - same) * np.maximum(0.0, 3.0 - d) ** 2 / 2
    found = f.contrastive_loss(A, B, same, margin=3.0, reduction="none").numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-14)


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("distance", ["squared", "euclidean"])
def test_triplets_by_their_formula(distance, executor):
    power = 2 if distance == "squared" else 1
    expected = np.maximum(0.0, distances(A, B) ** power - distances(A, C) ** power + 0.2)

    def each(a, b, c):
        return f.triplet_loss(a, b, c, margin=0.2, distance=distance, reduction="none")

    found = pc.compile(each, executor=executor)(A, B, C).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("distance", ["squared", "euclidean"])
def test_the_hardest_of_a_batch_are_those_found_one_by_one(distance, executor):
    power = 2 if distance == "squared" else 1
    expected, counted = np.zeros(6), np.zeros(6)
    for i in range(6):
        d = distances(A[i], A) ** power
        alike = [d[j] for j in range(6) if IDS[j] == IDS[i] and j != i]
        others = [d[j] for j in range(6) if IDS[j] != IDS[i]]
        if alike:
            expected[i], counted[i] = max(0.0, max(alike) - min(others) + 0.2), 1.0
    options = {"distance": distance}

    def each(x):
        return f.batch_hard_triplet(x, IDS, reduction="none", **options)

    found = pc.compile(each, executor=executor)(A).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-15)
    assert counted.tolist() == [1, 1, 1, 0, 1, 1]
    mean = f.batch_hard_triplet(A, IDS, **options).item()
    assert mean == pytest.approx(expected.sum() / 5)
    w = np.arange(6.0)
    mean = f.batch_hard_triplet(A, IDS, **options, weights=w).item()
    assert mean == pytest.approx((w * expected).sum() / (w * counted).sum())


def test_a_batch_of_one_class_has_no_triplets():
    value, slope = pc.value_and_grad(f.batch_hard_triplet)(A, [1] * 6)
    assert value.item() == 0.0
    assert not slope.numpy().any()


@pytest.mark.parametrize(
    "loss",
    [
        lambda a, b, c: f.contrastive_loss(a, b, [1, 0, 1, 0, 0, 1], margin=3.0),
        lambda a, b, c: f.triplet_loss(a, b, c, margin=9.0),
        lambda a, b, c: f.triplet_loss(a, b, c, margin=9.0, distance="euclidean"),
        lambda a, b, c: f.batch_hard_triplet(a, IDS, margin=9.0, distance="euclidean"),
    ],
    ids=["contrastive", "squared", "euclidean", "hard"],
)
def test_derivatives_agree_with_differences_to_second_order(loss):
    pc.check_gradients(loss, A, B, C)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_at_the_same_place_slopes_and_bends_are_finite(executor):
    def of_pairs(a):
        return f.contrastive_loss(a, A, [1, 0, 1, 0, 0, 1], reduction="sum")

    def of_triplets(a):
        return f.triplet_loss(a, A, A, distance="euclidean", reduction="sum")

    for loss in (of_pairs, of_triplets):
        both = pc.compile(pc.value_and_grad(loss), executor=executor)
        value, slope = both(A)
        assert math.isfinite(value.item())
        assert not slope.numpy().any()
        bend = pc.grad(lambda a, loss=loss: pc.grad(loss)(a).sum())
        assert np.isfinite(pc.compile(bend, executor=executor)(A).numpy()).all()


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: f.triplet_loss(A, B, C[:3]), ShapeError, r"shapes \(6, 3\) and \(3, 3\)\. They"),
        (lambda: f.triplet_loss(A, B, C, margin=0.0), OptionError, r"margin 0\.0\. It must be"),
        (
            lambda: f.triplet_loss(A, B, C, distance="euclidian"),
            OptionError,
            r"'euclidian'.*euclidean",
        ),
        (
            lambda: f.contrastive_loss(A, B, [1, 0]),
            ShapeError,
            r"same of shape \(2,\) for pairs of shape \(6,\)",
        ),
        (lambda: f.contrastive_loss(A, B, [-1] * 6), DataError, r"target -1\.0 at \(0,\)"),
        (
            lambda: f.batch_hard_triplet(A, IDS[:3]),
            ShapeError,
            r"embeddings of shape \(6, 3\), target of shape \(3,\)",
        ),
        (lambda: f.batch_hard_triplet(A, IDS > 0), DTypeError, "class ids of bool"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_rule(call, error, words):
    with pytest.raises(error, match=words):
        call()


FURTHER = {
    "contrastive": lambda **options: f.contrastive_loss(A, B, [1, 0, 1, 0, 0, 1], **options),
    "triplet": lambda **options: f.triplet_loss(A, B, C, **options),
    "gaussian": lambda **options: f.gaussian_loss(A[:, :2], B[:, 0], **options),
    "alignments": lambda **options: f.ctc_loss(np.stack([A, B, C], 1), IDS[:, None], **options),
}


@pytest.mark.parametrize("name", FURTHER)
def test_reductions_and_weights_are_those_of_the_losses_of_samples(name):
    loss, w = FURTHER[name], np.array([1.0, 2.0, 0.0, 0.5, 3.0, 1.0])
    losses = loss(reduction="none").numpy()
    assert losses.shape == (6,)
    assert loss().item() == pytest.approx(losses.mean(), rel=1e-14)
    assert loss(reduction="sum").item() == pytest.approx(losses.sum(), rel=1e-14)
    each = loss(weights=w, reduction="none").numpy()
    np.testing.assert_allclose(each, w * losses, rtol=1e-15)
    assert loss(weights=w).item() == pytest.approx((w * losses).sum() / w.sum(), rel=1e-14)
    with pytest.raises(OptionError, match="reduction 'avg'"):
        loss(reduction="avg")
    with pytest.raises(ShapeError, match=r"weights of shape \(2,\) for losses of shape \(6,\)"):
        loss(weights=[1.0, 2.0])

"""Dropout: which units are off, what is scaled when, and that masks can be repeated."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn
from pellucid.errors import OptionError, ShapeError


@pytest.fixture
def rng():
    return pc.Generator(seed=0)


X = np.linspace(0.5, 1.5, 20_000).reshape(100, 200)


@pytest.mark.parametrize("ratio", [0.2, 0.3, 0.5])
@pytest.mark.parametrize("kind", [nn.Dropout, nn.BookDropout])
def test_the_ratio_is_the_fraction_switched_off(kind, ratio):
    y = kind(ratio, rng=pc.Generator(seed=1))(X).numpy()
    assert (y == 0.0).mean() == pytest.approx(ratio, abs=0.01)


def test_inverted_dropout_scales_what_it_keeps_while_training():
    layer = nn.Dropout(0.5, rng=pc.Generator(seed=1))
    y = layer(X).numpy()
    np.testing.assert_allclose(y[y != 0.0], 2.0 * X[y != 0.0], rtol=1e-15)
    assert layer.inference()(X).numpy().tolist() == X.tolist()


def test_the_dropout_of_the_book_scales_at_inference():
    layer = nn.BookDropout(0.3, rng=pc.Generator(seed=1))
    y = layer(X).numpy()
    assert y[y != 0.0].tolist() == X[y != 0.0].tolist()
    np.testing.assert_allclose(layer.inference()(X).numpy(), X * 0.7, rtol=1e-15)


@pytest.mark.parametrize("kind", [nn.Dropout, nn.BookDropout])
def test_training_and_inference_agree_in_expectation(kind):
    layer = kind(0.5, rng=pc.Generator(seed=3))
    x = pc.ones((400, 500), dtype="float64")
    training = layer(x).numpy().mean()
    assert training == pytest.approx(layer.inference()(x).numpy().mean(), abs=0.01)


def test_both_kinds_agree_in_expectation_up_to_their_common_scale():
    usual, book = (kind(0.3, rng=pc.Generator(seed=5)) for kind in (nn.Dropout, nn.BookDropout))
    np.testing.assert_allclose(usual(X).numpy() * 0.7, book(X).numpy(), rtol=1e-14)


@pytest.mark.parametrize("executor", ["eager", "reference", "native"])
def test_every_call_draws_another_mask_and_every_executor_the_same_ones(executor):
    layer = nn.Dropout(0.5, rng=pc.Generator(seed=7))
    run = layer if executor == "eager" else pc.compile(layer, executor=executor)
    eager = nn.Dropout(0.5, rng=pc.Generator(seed=7))
    first, second = (run(X[:3]).numpy() for _ in range(2))
    assert (first != second).any()
    assert first.tolist() == eager(X[:3]).tolist()
    assert second.tolist() == eager(X[:3]).tolist()


def test_the_mask_can_be_replayed_from_the_state():
    layer = nn.Dropout(0.5, rng=pc.Generator(seed=7))
    layer(X)
    state = layer.state_dict()
    expected = layer(X).tolist()
    other = nn.Dropout(0.5, rng=pc.Generator(seed=7))
    other.load_state_dict(state)
    assert other(X).tolist() == expected
    assert list(state) == ["draws"]


def test_with_the_same_mask_its_gradient_agrees_with_differences():
    layer = nn.Dropout(0.5, rng=pc.Generator(seed=7))

    def replayed(x):
        layer.draws.assign(np.uint32(3))
        return layer(x * x)

    pc.check_gradients(replayed, X[:2, :5])


def test_two_layers_of_one_generator_have_masks_of_their_own():
    rng = pc.Generator(seed=7)
    first, second = nn.Dropout(0.5, rng=rng), nn.Dropout(0.5, rng=rng)
    assert (first(X).numpy() != second(X).numpy()).any()
    assert list(nn.Sequential(first, second).buffers()) == ["0.draws", "1.draws"]


def test_nothing_is_dropped_at_ratio_0():
    assert nn.Dropout(0.0, rng=pc.Generator(seed=0))(X).tolist() == X.tolist()


@pytest.mark.parametrize("ratio", [1.0, -0.1, float("nan")])
@pytest.mark.parametrize("kind", [nn.Dropout, nn.BookDropout])
def test_a_ratio_outside_its_range_is_refused(kind, ratio):
    with pytest.raises(OptionError, match=f"{kind.__name__}: ratio {ratio}"):
        kind(ratio, rng=pc.Generator(seed=0))


def test_whole_channels_are_off_in_training(rng):
    layer, x = nn.Dropout2d(0.3, rng=rng), np.ones((50, 20, 3, 3), np.float32)
    y = layer(x).numpy().reshape(1000, 9)
    assert (y == y[:, :1]).all()
    assert set(np.unique(y)) == {0.0, np.float32(1 / 0.7)}
    assert 0.24 < np.mean(y[:, 0] == 0) < 0.36
    layer.inference()
    np.testing.assert_array_equal(layer(x).numpy(), x)
    with pytest.raises(ShapeError, match=r"\(4,\).*channels"):
        layer(np.ones(4, np.float32))

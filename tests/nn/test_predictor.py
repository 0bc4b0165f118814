"""Predictors answer batches of any size as the model does, with few programs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pellucid as pc
from pellucid import nn
from pellucid.errors import PellucidError, ShapeError
from pellucid.nn.predictor import LARGEST, SIZES, pieces


def network() -> nn.Module:
    rng = pc.Generator(seed=0)
    return nn.Sequential(
        nn.Linear(6, 5, rng=rng.child()),
        nn.BatchNorm(5),
        nn.ReLU(),
        nn.Dropout(0.5, rng=rng.child()),
        nn.Linear(5, 3, rng=rng.child()),
    )


def rows(count: int) -> np.ndarray:
    return np.random.default_rng(count).normal(size=(count, 6)).astype(np.float32)


@given(st.integers(0, 5000))
def test_pieces_are_the_batch_and_have_few_sizes(count):
    found = pieces(count)
    assert sum(wanted for wanted, _ in found) == count
    assert all(wanted <= size and size in SIZES for wanted, size in found)
    assert all(wanted == size for wanted, size in found[:-1])
    assert found[-1][1] < 2 * max(found[-1][0], 1)
    assert len(found) <= count // LARGEST + 3
    assert pieces(count) == [(count, count)] or count not in SIZES


@pytest.mark.parametrize("executor", ["native", "reference"])
def test_any_number_of_rows_is_answered_as_in_inference_mode(executor):
    model = network()
    predict = model.predictor(executor)
    for count in (0, 1, 2, 3, 7, 64, 65, 100, 1000, 1024, 1025, 2500):
        x = rows(count)
        with model.mode(training=False):
            expected = model(x).numpy()
        found = predict(x)
        assert found.shape == (count, 3)
        np.testing.assert_allclose(found.numpy(), expected, rtol=2e-5, atol=2e-6)
        assert predict(pc.tensor(x)).numpy().tobytes() == found.numpy().tobytes()


def test_all_sizes_take_few_programs():
    predict = network().predictor()
    for count in range(1, 300):
        predict(rows(count))
    assert len(predict._program._specializations) == 13  # 1, 2, 4, 8, 16; 32, 64, ..., 256
    assert len(SIZES) == 19


def test_a_last_piece_takes_rows_that_are_answered_already_along():
    predict, x = network().predictor(), rows(37)
    x[31] = np.nan  # answered by the first piece, taken along by the second
    found = predict(x).numpy()
    assert np.isnan(found[31]).all()
    assert np.isfinite(np.delete(found, 31, axis=0)).all()
    assert found[32:].tobytes() == predict(x[29:37]).numpy()[3:].tobytes()


def test_the_mode_stays_and_later_parameters_are_used():
    model = network()
    predict = model.predictor()
    before = predict(rows(3)).numpy()
    assert all(module.training for module in model.modules().values())
    assert predict(rows(3)).numpy().tobytes() == before.tobytes()
    model[4].bias.assign(model[4].bias + 1.0)
    np.testing.assert_allclose(predict(rows(3)).numpy(), before + 1.0, rtol=1e-5)
    kinds = predict._program._specializations.values()
    model.inference()
    predict(rows(3))
    assert all(len(known) == 1 for known in kinds)


class Pair(nn.Module):
    """Two inputs, two outputs."""

    def __init__(self) -> None:
        self.scale = pc.Parameter(2.0)

    def forward(self, x, y):
        return x * self.scale, (x + y).sum(axis=1)


def test_several_inputs_and_outputs_go_together():
    predict = Pair().predictor()
    x = rows(70)
    doubled, sums = predict(x, x[::-1])
    np.testing.assert_array_equal(doubled.numpy(), 2 * x)
    np.testing.assert_allclose(sums.numpy(), (x + x[::-1]).sum(axis=1), rtol=1e-5, atol=1e-6)


class Mean(nn.Module):
    """One number for the whole batch: no row of its own for each."""

    def forward(self, x):
        return x.mean()


@pytest.mark.parametrize("count", [4, 5])
def test_an_output_without_rows_is_refused(count):
    with pytest.raises(ShapeError, match=r"predictor: an output of shape \(\) for \d+ rows"):
        Mean().predictor()(rows(count))


@pytest.mark.parametrize(
    "inputs",
    [(np.float32(1.0),), (rows(3), rows(4)), (rows(3), np.float32(2.0)), ()],
    ids=["no rows", "other rows", "one without", "none"],
)
def test_inputs_without_equally_many_rows_are_refused(inputs):
    with pytest.raises(
        ShapeError, match=r"predictor: inputs of shapes .*first axis counts the rows"
    ):
        Pair().predictor()(*inputs)


def test_wrong_features_are_told_by_the_layer():
    with pytest.raises(PellucidError, match="Linear"):
        network().predictor()(np.ones((3, 7), np.float32))

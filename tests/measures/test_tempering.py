import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from pellucid.errors import DataError, OptionError
from pellucid.measures import best_temperature, best_threshold, log_loss, tempered


def softmax(z):
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def scores(seed, classes, spread):
    numbers = np.random.default_rng(seed)
    labels = numbers.integers(0, classes, 300)
    return labels, spread * (np.eye(classes)[labels] + numbers.normal(size=(300, classes)))


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_it_is_softmax_of_logits_divided(temperature):
    _, z = scores(0, 4, 2.0)
    np.testing.assert_allclose(tempered(softmax(z), temperature), softmax(z / temperature), 1e-12)


@pytest.mark.parametrize("spread", [0.5, 3.0, 9.0])
def test_the_temperature_is_that_of_a_minimizer(spread):
    labels, z = scores(1, 3, spread)
    found = best_temperature(labels, softmax(z))
    wanted = minimize_scalar(
        lambda t: log_loss(labels, softmax(z / t)), bounds=(0.05, 20), options={"xatol": 1e-10}
    )
    assert found == pytest.approx(wanted.x, rel=1e-6)
    assert log_loss(labels, tempered(softmax(z), found)) <= log_loss(labels, softmax(z))


def test_where_all_is_right_it_ends_at_its_bound():
    assert best_temperature([0, 1], [[0.9, 0.1], [0.1, 0.9]]) < 0.06
    assert best_temperature([1, 0], [[0.9, 0.1], [0.1, 0.9]]) == pytest.approx(20)
    assert np.isfinite(best_temperature([0, 1, 1], [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("aim", ["f1", "accuracy"])
def test_no_threshold_is_better(seed, aim):
    numbers = np.random.default_rng(seed)
    labels = numbers.integers(0, 2, 40)
    p = np.clip(0.3 * labels + numbers.choice(np.linspace(0, 0.7, 12), 40), 0, 1)

    def worth(threshold):
        yes = p > threshold
        right = (yes & (labels == 1)).sum()
        if aim == "accuracy":
            return (yes == (labels == 1)).mean()
        return 2 * right / max(yes.sum() + labels.sum(), 1)

    best = best_threshold(labels, p, aim)
    assert worth(best) == max(map(worth, np.linspace(-0.001, 1.001, 3000)))


def test_half_stays_where_it_does_as_well():
    assert best_threshold([0, 1], [0.1, 0.9]) == 0.5
    assert best_threshold([0, 0, 1], [0.6, 0.7, 0.8]) == pytest.approx(0.75)


def test_what_is_no_probability_is_refused():
    with pytest.raises(OptionError, match=r"tempered: temperature is 0.0. It must be more than 0"):
        tempered([[0.5, 0.5]], 0.0)
    with pytest.raises(OptionError, match=r"aim is 'f2'. It is one of f1, accuracy"):
        best_threshold([0, 1], [0.1, 0.9], "f2")
    with pytest.raises(DataError, match="A probability lies between 0 and 1"):
        best_temperature([0], [[2.0, -1.0]])
    assert log_loss([0], [[0.0, 1.0]]) == pytest.approx(-np.log(1e-300))

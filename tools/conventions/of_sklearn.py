"""What scikit-learn's networks do: MLPClassifier and MLPRegressor."""

import warnings
from typing import Any

import numpy as np
from sklearn.neural_network import MLPRegressor
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

PACKAGE, NAME = "scikit-learn", "scikit-learn"


def places(optimizer: Any, w: Any, gradients: Any) -> list[float]:
    """Where one weight is after each update with these gradients."""
    found = []
    for g in gradients:
        optimizer.update_params([w], [np.array([g])])
        found.append(float(w[0]))
    return found


def rate_and_momentum() -> float:
    w = np.zeros(1)
    optimizer = SGDOptimizer([w], learning_rate_init=1.0, momentum=0.9, nesterov=False)
    (before,) = places(optimizer, w, [1.0])
    optimizer.learning_rate = 0.1
    return before - places(optimizer, w, [0.0])[0]


def adam_epsilon() -> float:
    w = np.zeros(1)
    return -places(AdamOptimizer([w], learning_rate_init=1.0, epsilon=1e-8), w, [1e-8])[0]


def _line(**options: Any) -> Any:
    """A regressor with x in, one hidden unit that is never below 0, and y out."""
    usual = {"hidden_layer_sizes": (1,), "activation": "identity", "solver": "sgd", "max_iter": 1,
             "momentum": 0.0, "shuffle": False, "random_state": 0, "alpha": 0.0,
             "nesterovs_momentum": False}  # fmt: skip
    return MLPRegressor(**(usual | options))


def _fitted(model: Any, *data: Any, **more: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(*data, **more)


def _started() -> tuple[Any, Any]:
    """The weights of both layers at the start."""
    model = _fitted(_line(learning_rate_init=1e-300), np.zeros((1, 1)), [0.0])
    return model.coefs_[0].copy(), model.coefs_[1].copy()


def weighted_mean() -> float:
    x, t = np.ones((2, 1)), np.ones(2)
    losses = [
        _fitted(_line(learning_rate_init=1e-300), x, t, sample_weight=np.full(2, each)).loss_
        for each in (3.0, 1.0)
    ]
    return losses[0] / losses[1]


def penalty_and_batch() -> float:
    start, _ = _started()
    pulls = []
    for size in (1, 2):
        model = _line(alpha=1.0, learning_rate_init=0.01, batch_size=size)
        _fitted(model, np.zeros((size, 1)), np.zeros(size))
        pulls.append((start - model.coefs_[0]).item())
    return pulls[0] / pulls[1]


def last_batch() -> float:
    """By how far the bias of the output moves, over how far a full batch moves it."""
    x, tiny = np.zeros((4, 1)), 1e-6
    moved = []
    for samples in (0, 2, 3):
        model = _line(batch_size=2, learning_rate_init=tiny if samples else 1e-300)
        _fitted(model, x[: samples or 2], np.full(samples or 2, 100.0))
        moved.append(model.intercepts_[1].item())
    return (moved[2] - moved[0]) / (moved[1] - moved[0])


def loss_of_epoch() -> float:
    still = {"batch_size": 2, "learning_rate_init": 1e-300}
    at = _fitted(_line(**still), np.zeros((1, 1)), [0.0]).predict(np.zeros((1, 1))).item()
    t = at + np.sqrt(2.0 * np.array([1.0, 1.0, 4.0]))  # half the square is the loss
    return float(_fitted(_line(**still), np.zeros((3, 1)), t).loss_)


def stopped_early() -> float:
    """1 where the weights are those of the best epoch, which a shorter training ends with."""
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(40, 1)), rng.normal(size=40)

    def trained(epochs: int, patience: int) -> Any:
        model = MLPRegressor(
            hidden_layer_sizes=(50,), early_stopping=True, n_iter_no_change=patience,
            max_iter=epochs, learning_rate_init=0.3, random_state=0,
        )  # fmt: skip
        return _fitted(model, x, t)

    whole = trained(200, 5)
    best = int(np.argmax(whole.validation_scores_))
    assert best + 1 < whole.n_iter_ < 200, "the last epoch is the best: nothing is told apart"
    return float(np.array_equal(whole.coefs_[0], trained(best + 1, 200).coefs_[0]))

"""What Keras does, on PyTorch."""

import os
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import plateaus
from keras import optimizers

PACKAGE, NAME = "keras", "Keras"
keras.config.set_floatx("float64")


def places(optimizer: Any, gradients: Any, start: float = 0.0) -> list[float]:
    """Where one weight is after each update with these gradients."""
    w, found = keras.Variable(np.array([start])), []
    for g in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(np.array([g]))], [w])
        found.append(float(np.asarray(w.value.detach())[0]))
    return found


class Halved(optimizers.schedules.LearningRateSchedule):
    """The schedule 1, 1/2, 1/4 and so on."""

    def __call__(self, step: Any) -> Any:
        return 0.5 ** keras.ops.cast(step, "float64")

    def get_config(self) -> dict[str, Any]:
        return {}


def first_rate() -> tuple[float, ...]:
    a, b = places(optimizers.SGD(Halved()), (1.0, 1.0))
    return -a, a - b


def rate_of_accumulated() -> tuple[float, ...]:
    accumulating = optimizers.SGD(Halved(), gradient_accumulation_steps=2)
    found = places(accumulating, [1.0] * 4)
    return -found[1], found[1] - found[3]


def accumulated() -> float:
    return -places(optimizers.SGD(1.0, gradient_accumulation_steps=2), (1.0, 3.0))[-1]


def cosine_after() -> float:
    return float(optimizers.schedules.CosineDecay(1.0, 10)(11))


def rate_and_momentum() -> float:
    optimizer = optimizers.SGD(1.0, momentum=0.9)
    w = keras.Variable(np.zeros(1))
    found = []
    for g, rate in ((1.0, 1.0), (0.0, 0.1)):
        optimizer.learning_rate = rate
        optimizer.apply([keras.ops.convert_to_tensor(np.array([g]))], [w])
        found.append(float(w.value.detach()[0]))
    return found[0] - found[1]


def rate_set_again() -> float:
    optimizer = optimizers.SGD(0.1)
    optimizer.learning_rate = 0.5
    return -places(optimizer, [1.0])[0]


class _Model:
    """What a plateau looks at."""

    def __init__(self) -> None:
        self.optimizer = optimizers.SGD(1.0)


def _plateau(**options: Any) -> Any:
    plateau = keras.callbacks.ReduceLROnPlateau(min_lr=0.0, **options)
    model = _Model()
    plateau.set_model(model)
    plateau.on_train_begin()

    def see(value: float) -> float:
        plateau.on_epoch_end(0, {"val_loss": value})
        return float(model.optimizer.learning_rate)

    return see


def plateau_patience() -> int:
    return plateaus.waited(_plateau)


def plateau_gain() -> tuple[bool, ...]:
    return plateaus.gains(_plateau, patience=1)


def plateau_cooldown() -> int:
    return plateaus.between(_plateau)


def decay_in_momentum() -> float:
    return places(optimizers.SGD(1.0, momentum=0.9, weight_decay=0.1), (0.0, 0.0), 1.0)[-1]


def adamw_decay() -> float:
    return 1.0 - places(optimizers.AdamW(1.0), [0.0], 1.0)[0]


def adam_epsilon() -> float:
    return -places(optimizers.Adam(1.0, epsilon=1e-8), [1e-8])[0]


def rmsprop_epsilon() -> float:
    return -places(optimizers.RMSprop(1.0, rho=0.9, epsilon=1e-8), [1e-8])[0]


def adagrad_start() -> float:
    return -places(optimizers.Adagrad(1.0), [1.0])[0]


def clip_norm() -> float:
    return -places(optimizers.SGD(1.0, global_clipnorm=1e-6), [2e-6])[0] / 1e-6


def muon_scale() -> float:
    g = np.random.default_rng(0).standard_normal((16, 64))
    steps = []
    for each in (g, g.T):
        w = keras.Variable(np.zeros(each.shape), name="kernel")
        muon = optimizers.Muon(1.0, weight_decay=0.0)
        muon.apply([keras.ops.convert_to_tensor(each.copy())], [w])
        steps.append(float(w.value.detach().norm()))
    return steps[0] / steps[1]


def weighted_mean() -> float:
    loss = keras.losses.MeanSquaredError()
    y, t = np.ones((2, 1)), np.zeros((2, 1))
    threes, ones = (float(loss(t, y, sample_weight=np.full(2, each))) for each in (3.0, 1.0))
    return threes / ones


def smoothed_by_class() -> float:
    layer = keras.layers.Dense(2, use_bias=False, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((1,)), layer])
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.3)
    model.compile(optimizers.SGD(0.1), loss=loss)
    weights = {0: 1.0, 1: 3.0}
    history = model.fit(np.ones((1, 1)), np.eye(2)[:1], class_weight=weights, verbose=0)
    return history.history["loss"][0] / float(np.log(2.0))


def _ctc(steps: int, target: list[int], reduction: str) -> float:
    loss = keras.losses.CTC(reduction=reduction)
    return float(loss(np.array([target]), np.zeros((1, steps, 3), np.float32)))


def ctc_mean() -> float:
    return _ctc(4, [1, 2], "sum_over_batch_size") / _ctc(4, [1, 2], "sum")


def ctc_impossible() -> float:
    return _ctc(2, [1, 1], "sum")


def _line(learning_rate: float, **options: Any) -> Any:
    """A model with one weight of 1, whose prediction of x is w x."""
    layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones", **options)
    model = keras.Sequential([keras.Input((1,)), layer])
    model.compile(optimizers.SGD(learning_rate), loss=lambda t, y: y * t)
    return model


def _weight(model: Any) -> float:
    return float(model.get_weights()[0][0, 0])


def penalty_and_batch() -> float:
    pulls = []
    for size in (1, 2):
        model = _line(1.0, kernel_regularizer=keras.regularizers.L2(0.1))
        model.fit(np.zeros((size, 1)), np.zeros((size, 1)), batch_size=size, verbose=0)
        pulls.append(1.0 - _weight(model))
    return pulls[0] / pulls[1]


def last_batch() -> float:
    model = _line(1.0)
    model.fit(np.ones((3, 1)), np.ones((3, 1)), batch_size=2, shuffle=False, verbose=0)
    return 1.0 - _weight(model)


def loss_of_epoch() -> float:
    model = _line(0.0)
    t = np.array([[1.0], [1.0], [4.0]])
    run = model.fit(np.ones((3, 1)), t, batch_size=2, shuffle=False, verbose=0)
    return run.history["loss"][0]


def running_statistics() -> tuple[float, ...]:
    norm = keras.layers.BatchNormalization()
    norm(np.array([[0.0], [2.0]]), training=True)
    return tuple(float(each.value.detach()[0]) for each in (norm.moving_mean, norm.moving_variance))


def stopped_early() -> float:
    """1 where the weight is the best one, that of the first epoch, and 0 where it is the last."""
    model = _line(0.1)
    x, t = np.ones((1, 1)), np.ones((1, 1))
    early = keras.callbacks.EarlyStopping(patience=1)
    valid = x, -t  # gets worse the more the model learns
    model.fit(x, t, epochs=10, validation_data=valid, callbacks=[early], verbose=0)
    best, last = 0.9, 0.8
    return (_weight(model) - last) / (best - last)

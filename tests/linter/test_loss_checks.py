"""Mistakes of a loss: each is found, and what looks like it and is right is not."""

import numpy as np
import pytest
from linter.programs import Program, Table, line, net, points, program

import pellucid as pc
from pellucid import functional as f
from pellucid import nn
from pellucid.data import from_arrays
from pellucid.tensor import Tensor

TABLE = Table()


@TABLE.fault("softmax-before-cross-entropy")
def softmax_layer_then_cross_entropy() -> Program:
    return program(net(nn.Softmax()))


@TABLE.fault("softmax-before-cross-entropy")
def softmax_by_hand_then_cross_entropy() -> Program:
    def loss(y: Tensor, t: Tensor) -> Tensor:
        e = y.exp()
        return f.cross_entropy(e / y.exp().sum(axis=1, keepdims=True), t)

    return program(net(), loss)


@TABLE.fault("softmax-before-cross-entropy")
def softmax_then_cross_entropy_by_hand() -> Program:
    def loss(y: Tensor, t: Tensor) -> Tensor:
        p = f.softmax(y)
        wanted = pc.one_hot(t, 3)
        return (p.exp().sum(axis=1).log() - (p * wanted).sum(axis=1)).mean()

    return program(net(), loss)


@TABLE.right
def softmax_then_loss_of_probabilities() -> Program:
    def loss(y: Tensor, t: Tensor) -> Tensor:
        return ((f.softmax(y) - pc.one_hot(t, 3)) ** 2.0).sum(axis=1).mean()

    return program(net(), loss)


@TABLE.right
def softmax_inside_the_model_as_attention() -> Program:
    class Weighted(nn.Module):
        def __init__(self) -> None:
            self.score = nn.Linear(6, 6)
            self.out = nn.Linear(6, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.out(f.softmax(self.score(x)) * x)

    return program(Weighted())


@TABLE.fault("sigmoid-before-logits-loss")
def sigmoid_then_binary_cross_entropy() -> Program:
    return program(net(nn.Sigmoid(), outputs=1), f.binary_cross_entropy, points(classes=2))


@TABLE.fault("sigmoid-before-logits-loss")
def sigmoid_then_cross_entropy() -> Program:
    return program(net(nn.Sigmoid()))


@TABLE.right
def sigmoid_then_loss_of_its_squares() -> Program:
    def loss(y: Tensor, t: Tensor) -> Tensor:
        return f.mean_squared_error(y.reshape(-1), t.astype("float32"))

    return program(net(nn.Sigmoid(), outputs=1), loss, points(classes=2))


@TABLE.right
def sigmoid_as_a_hidden_activation() -> Program:
    model = nn.Sequential(nn.Linear(6, 16), nn.Sigmoid(), nn.Linear(16, 1))
    return program(model, f.binary_cross_entropy, points(classes=2))


@TABLE.fault("activation-before-logits-loss")
def relu_behind_the_last_layer() -> Program:
    return program(net(nn.ReLU()))


@TABLE.fault("activation-before-logits-loss")
def tanh_behind_the_last_layer() -> Program:
    return program(net(nn.Tanh(), outputs=1), f.binary_cross_entropy, points(classes=2))


@TABLE.right
def relu_behind_the_last_layer_for_numbers_above_0() -> Program:
    data = line()
    data = from_arrays(data.features, np.abs(data.labels), classes=0)
    return program(net(nn.ReLU(), outputs=1), f.mean_squared_error, data)


@TABLE.fault("log-of-softmax")
def log_of_a_softmax_by_hand() -> Program:
    def loss(y: Tensor, t: Tensor) -> Tensor:
        return -(f.softmax(y).log() * pc.one_hot(t, 3)).sum(axis=1).mean()

    return program(net(), loss)


@TABLE.fault("log-of-softmax")
def log_of_a_softmax_with_a_guard() -> Program:
    def loss(y: Tensor, t: Tensor) -> Tensor:
        p = (f.softmax(y) * pc.one_hot(t, 3)).sum(axis=1)
        return -(p + 1e-7).log().mean()

    return program(net(), loss)


@TABLE.fault("log-of-softmax")
def log_of_a_sigmoid_by_hand() -> Program:
    def loss(y: Tensor, t: Tensor) -> Tensor:
        p, t = f.sigmoid(y.reshape(-1)), t.astype("float32")
        return -(t * p.log() + (1.0 - t) * (1.0 - p).log()).mean()

    return program(net(outputs=1), loss, points(classes=2))


@TABLE.right
def softmax_and_the_cross_entropy_of_probabilities() -> Program:
    return program(net(nn.Softmax()), f.cross_entropy_from_probabilities)


@TABLE.right
def log_softmax_from_the_library() -> Program:
    def loss(y: Tensor, t: Tensor) -> Tensor:
        return -(f.log_softmax(y) * pc.one_hot(t, 3)).sum(axis=1).mean()

    return program(net(), loss)


@TABLE.right
def log_of_a_rate_above_0() -> Program:
    def loss(y: Tensor, t: Tensor) -> Tensor:
        rate = f.softplus(y) + 0.1
        return (rate - t * rate.log()).mean()

    data = line()
    return program(net(outputs=1), loss, from_arrays(data.features, np.abs(data.labels), classes=0))


@TABLE.fault("dropout-of-scores")
def dropout_behind_the_last_layer() -> Program:
    return program(net(nn.Dropout(0.5)))


@TABLE.fault("dropout-of-scores")
def dropout_of_one_score() -> Program:
    data = from_arrays(points().features, points().labels % 2, classes=2)
    return program(
        net(nn.Dropout(0.2), outputs=1),
        lambda y, t: f.binary_cross_entropy(y.reshape(-1), t.astype("float32")),
        data,
    )


@TABLE.right
def dropout_before_the_last_layer() -> Program:
    return program(nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 3)))


@TABLE.fault("does-not-run")
def one_hot_targets_for_a_loss_of_one_output() -> Program:
    def loss(y: Tensor, t: Tensor) -> Tensor:
        return f.mean_squared_error(y, pc.one_hot(t, 3))

    return program(net(outputs=2), loss)


@pytest.mark.parametrize("name", TABLE.faults)
def test_a_mistake_is_found(name: str) -> None:
    TABLE.check_fault(name)


@pytest.mark.parametrize("name", TABLE.rights)
def test_what_is_right_is_not_warned_of(name: str) -> None:
    TABLE.check_right(name)

"""Mistakes of parameters: each is found, and what looks like it and is right is not."""

import numpy as np
import pytest
from linter.programs import Program, Table, adam, net, program

import pellucid as pc
from pellucid import functional as f
from pellucid import nn, optim
from pellucid.data import from_arrays
from pellucid.tensor import Tensor

TABLE = Table()


class Unused(nn.Module):
    """A layer that `forward` does not use."""

    def __init__(self) -> None:
        self.into, self.spare, self.out = nn.Linear(6, 16), nn.Linear(16, 16), nn.Linear(16, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(f.relu(self.into(x)))


@TABLE.fault("unreached-parameter")
def a_layer_that_is_not_used() -> Program:
    return program(Unused())


@TABLE.fault("unreached-parameter")
def a_step_between_the_layers() -> Program:
    return program(nn.Sequential(nn.Linear(6, 16), nn.Step(), nn.Linear(16, 3)))


@TABLE.fault("unreached-parameter")
def a_part_behind_stop_gradient() -> Program:
    class Stopped(nn.Module):
        def __init__(self) -> None:
            self.into, self.out = nn.Linear(6, 16), nn.Linear(16, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.out(f.relu(self.into(x)).stop_gradient())

    return program(Stopped())


@TABLE.right
def an_embedding_of_which_few_rows_are_met() -> Program:
    ids = np.arange(200).reshape(100, 2) % 5
    data = from_arrays(ids, np.arange(100) % 3, vocabulary=50, classes=3)

    class Words(nn.Module):
        def __init__(self) -> None:
            self.words, self.out = nn.Embedding(50, 8), nn.Linear(8, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.out(self.words(x).mean(axis=1))

    return program(Words(), data=data)


@TABLE.fault("unheld-parameter")
def an_optimizer_without_the_last_layer() -> Program:
    model = net()
    held = {k: v for k, v in model.parameters().items() if not k.startswith("2")}
    return program(model, optimizer=optim.Adam(held, 0.01))


@TABLE.fault("foreign-parameter")
def an_optimizer_made_for_an_older_model() -> Program:
    return program(net(), optimizer=adam(net()))


@TABLE.right
def an_optimizer_with_a_parameter_of_the_loss() -> Program:
    model, scale = net(), pc.Parameter([1.0], name="scale")

    def loss(y: Tensor, t: Tensor) -> Tensor:
        return f.cross_entropy(y * scale, t)

    return program(model, loss, optimizer=optim.Adam({**model.parameters(), "scale": scale}, 0.01))


@TABLE.right
def two_optimizers_for_two_halves() -> Program:
    model = net()
    first = {k: v for k, v in model.parameters().items() if k.startswith("0")}
    second = {k: v for k, v in model.parameters().items() if k.startswith("2")}
    return program(model, optimizer=[optim.Adam(first, 0.01), optim.SGD(second, 0.1)])


@TABLE.fault("updated-twice")
def a_parameter_under_two_names() -> Program:
    model = net()
    named = model.parameters()
    return program(model, optimizer=optim.Adam({**named, "again": named["0.weight"]}, 0.01))


@TABLE.fault("updated-twice")
def a_parameter_in_two_optimizers() -> Program:
    model = net()
    return program(model, optimizer=[adam(model), adam(model)])


class Tied(nn.Module):
    """One matrix for the way in and the way out."""

    def __init__(self) -> None:
        self.weight = pc.Parameter(np.random.default_rng(0).normal(size=(6, 6)).astype("float32"))
        self.out = nn.Linear(6, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(f.relu(f.relu(x @ self.weight) @ self.weight.mT))


@TABLE.right
def a_weight_that_is_used_twice() -> Program:
    model = Tied()
    return program(model, optimizer=adam(model))


@TABLE.fault("penalty-on-biases")
def decay_of_everything() -> Program:
    model = net()
    rule = optim.Penalty(l2=0.01, to=lambda path, parameter: True)
    return program(model, optimizer=adam(model, rules=rule))


@TABLE.fault("penalty-on-biases")
def squares_of_all_parameters_in_the_loss() -> Program:
    model = net()

    def loss(y: Tensor, t: Tensor) -> Tensor:
        squares = [(w * w).sum() for w in model.parameters().values()]
        return f.cross_entropy(y, t) + sum(squares[1:], squares[0]) * 1e-3

    return program(model, loss)


@TABLE.right
def decay_of_weights() -> Program:
    model = net()
    return program(model, optimizer=adam(model, l2=0.01))


@TABLE.right
def squares_of_the_weights_in_the_loss() -> Program:
    model = net()

    def loss(y: Tensor, t: Tensor) -> Tensor:
        squares = [(w * w).sum() for w in model.parameters().values() if w.ndim > 1]
        return f.cross_entropy(y, t) + sum(squares[1:], squares[0]) * 1e-3

    return program(model, loss)


@TABLE.fault("penalised-twice")
def l2_as_an_option_and_as_a_rule() -> Program:
    model = net()
    rule = optim.Penalty(l2=0.01, to=optim.weights_only)
    return program(model, optimizer=adam(model, l2=0.01, rules=rule))


@TABLE.right
def l2_of_the_first_layer_and_of_the_last() -> Program:
    model = net()
    rules = [
        optim.Penalty(l2=0.01, to=lambda path, w, at=at: path == f"{at}.weight") for at in (0, 2)
    ]
    return program(model, optimizer=adam(model, rules=rules))


@TABLE.right
def a_layer_that_is_frozen() -> Program:
    model = net()
    model[0].freeze()
    return program(model)


@pytest.mark.parametrize("name", TABLE.faults)
def test_a_mistake_is_found(name: str) -> None:
    TABLE.check_fault(name)


@pytest.mark.parametrize("name", TABLE.rights)
def test_what_is_right_is_not_warned_of(name: str) -> None:
    TABLE.check_right(name)

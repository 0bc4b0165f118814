"""Mistakes of layers: each is found, and what looks like it and is right is not."""

import pytest
from linter.programs import Program, Table, adam, images, net, points, program

import pellucid as pc
from pellucid import functional as f
from pellucid import nn
from pellucid.tensor import Tensor

TABLE = Table()


@TABLE.fault("bias-before-norm")
def linear_with_a_bias_before_batch_norm() -> Program:
    layers = nn.Linear(6, 16), nn.BatchNorm(16), nn.ReLU(), nn.Linear(16, 3)
    return program(nn.Sequential(*layers))


@TABLE.fault("bias-before-norm")
def convolution_with_a_bias_before_batch_norm() -> Program:
    layers = nn.Conv2d(2, 4, 3), nn.BatchNorm(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3)
    return program(nn.Sequential(*layers), data=images())


@TABLE.right
def bias_before_layer_norm() -> Program:
    layers = nn.Linear(6, 16), nn.LayerNorm(16), nn.ReLU(), nn.Linear(16, 3)
    return program(nn.Sequential(*layers))


@TABLE.right
def convolution_without_a_bias_before_batch_norm() -> Program:
    layers = (
        nn.Conv2d(2, 4, 3, bias=False), nn.BatchNorm(4), nn.ReLU(), nn.Flatten(),
        nn.Linear(144, 3),
    )  # fmt: skip
    return program(nn.Sequential(*layers), data=images())


@TABLE.fault("no-activation-between")
def two_linear_layers() -> Program:
    return program(nn.Sequential(nn.Linear(6, 16), nn.Linear(16, 3)))


@TABLE.fault("no-activation-between")
def two_linear_layers_with_norm_and_dropout_between() -> Program:
    layers = nn.Linear(6, 16), nn.BatchNorm(16), nn.Dropout(0.5), nn.Linear(16, 3)
    return program(nn.Sequential(*layers))


@TABLE.fault("no-activation-between")
def two_convolutions() -> Program:
    layers = nn.Conv2d(2, 4, 3), nn.Conv2d(4, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(128, 3)
    return program(nn.Sequential(*layers), data=images())


@TABLE.right
def a_narrow_layer_between_as_a_factorisation() -> Program:
    data = points(features=12)
    layers = nn.Linear(12, 2), nn.Linear(2, 12), nn.ReLU(), nn.Linear(12, 3)
    return program(nn.Sequential(*layers), data=data)


@TABLE.right
def values_of_attention_are_projected_twice() -> Program:
    class Attends(nn.Module):
        def __init__(self) -> None:
            self.attention = nn.MultiHeadAttention(6, 2)
            self.out = nn.Linear(6, 3)

        def forward(self, x: Tensor) -> Tensor:
            rows = x.reshape(-1, 2, 6)
            mixed = rows + self.attention(rows)
            return self.out(f.relu(mixed.mean(axis=1)))

    return program(Attends(), data=points(features=12))


@TABLE.right
def a_residual_block() -> Program:
    class Block(nn.Module):
        def __init__(self) -> None:
            self.into = nn.Linear(6, 16)
            self.inner = nn.Linear(16, 16)
            self.out = nn.Linear(16, 3)

        def forward(self, x: Tensor) -> Tensor:
            h = self.into(x)
            return self.out(h + f.relu(self.inner(f.relu(h))))

    return program(Block())


@TABLE.fault("wrong-mode")
def dropout_left_in_inference_mode() -> Program:
    model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 3))
    model.children()["2"].inference()
    return program(model)


@TABLE.fault("wrong-mode")
def training_in_inference_mode() -> Program:
    layers = nn.Linear(6, 16, bias=False), nn.BatchNorm(16), nn.ReLU(), nn.Linear(16, 3)
    model = nn.Sequential(*layers).inference()
    return program(model, optimizer=adam(model))


@TABLE.right
def dropout_in_training_mode() -> Program:
    model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 3))
    return program(model, optimizer=adam(model))


@TABLE.right
def a_model_without_modes_in_inference_mode() -> Program:
    model = net().inference()
    return program(model, optimizer=adam(model))


@TABLE.fault("random-in-inference")
def dropout_by_hand_that_never_stops() -> Program:
    class Noisy(nn.Module):
        def __init__(self) -> None:
            self.into, self.out = nn.Linear(6, 16), nn.Linear(16, 3)
            self.draw = pc.Generator(3)
            self.draws = self.draw.draws

        def forward(self, x: Tensor) -> Tensor:
            h = f.relu(self.into(x))
            return self.out(self.draw.bernoulli(0.5, h.shape).where(h, 0.0))

    return program(Noisy())


@TABLE.right
def a_code_that_is_sampled() -> Program:
    class Sampled(nn.Module):
        def __init__(self) -> None:
            self.into, self.out = nn.Linear(6, 16), nn.Linear(8, 3)
            self.draw = pc.Generator(3)
            self.draws = self.draw.draws

        def forward(self, x: Tensor) -> Tensor:
            h = self.into(x)
            mean, size = h[:, :8], h[:, 8:].exp()
            return self.out(f.relu(mean + size * self.draw.normal(0.0, 1.0, mean.shape)))

    return program(Sampled())


@TABLE.fault("norm-of-one-sample")
def batch_norm_and_a_last_batch_of_one() -> Program:
    layers = nn.Linear(6, 16, bias=False), nn.BatchNorm(16), nn.ReLU(), nn.Linear(16, 3)
    return program(nn.Sequential(*layers), data=points(201), batch_size=50)


@TABLE.fault("norm-of-one-sample")
def batch_norm_of_pictures_in_batches_of_one() -> Program:
    layers = (
        nn.Conv2d(2, 4, 3, bias=False), nn.BatchNorm(4), nn.ReLU(), nn.Flatten(),
        nn.Linear(144, 3),
    )  # fmt: skip
    return program(nn.Sequential(*layers), data=images(), batch_size=1)


@TABLE.right
def batch_norm_and_a_last_batch_of_several() -> Program:
    layers = nn.Linear(6, 16, bias=False), nn.BatchNorm(16), nn.ReLU(), nn.Linear(16, 3)
    return program(nn.Sequential(*layers), data=points(210), batch_size=50)


@TABLE.right
def layer_norm_in_batches_of_one() -> Program:
    layers = nn.Linear(6, 16), nn.LayerNorm(16), nn.ReLU(), nn.Linear(16, 3)
    return program(nn.Sequential(*layers), batch_size=1)


@TABLE.fault("samples-mixed")
def softmax_over_the_samples() -> Program:
    class Mixed(nn.Module):
        def __init__(self) -> None:
            self.into, self.out = nn.Linear(6, 16), nn.Linear(16, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.out(f.softmax(self.into(x), axis=0) * 10.0)

    return program(Mixed())


@pytest.mark.parametrize("name", TABLE.faults)
def test_a_mistake_is_found(name: str) -> None:
    TABLE.check_fault(name)


@pytest.mark.parametrize("name", TABLE.rights)
def test_what_is_right_is_not_warned_of(name: str) -> None:
    TABLE.check_right(name)

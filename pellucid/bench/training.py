"""Training in pellucid: the step compiled, the loop over batches inside the program.

model_of    the workload's network with the problem's weights
step_of     its compiled training step
runner      a function that trains some steps
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

import pellucid as pc
from pellucid import functional, nn, optim
from pellucid.bench.networks import (
    FLATTEN,
    MEAN,
    NETWORKS,
    POOL,
    RELU,
    Conv,
    Dense,
    Dropout,
    LastOfLSTM,
    Norm,
    Residual,
    SmallGPT,
)
from pellucid.bench.workloads import Problem
from pellucid.models.char_transformer import CharTransformer, CharTransformerOptions

Layer = TypeVar("Layer", bound=nn.Module)


class Around(nn.Module):
    """relu(way(x) + way_round(x))."""

    def __init__(self, way: Any, way_round: Any) -> None:
        self.way = way
        self.way_round = way_round

    def forward(self, x: Any) -> Any:
        """Both ways, added."""
        return functional.relu(self.way(x) + self.way_round(x))


def network_of(layers: Sequence[Any], weights: Iterator[Any]) -> nn.Module:
    """A described network; weights are taken in order."""
    return nn.Sequential(*(_layer(layer, weights) for layer in layers))


def _layer(layer: Any, weights: Iterator[Any]) -> nn.Module:
    rng = pc.Generator(seed=0)
    match layer:
        case Conv(a, b, size, padding, stride, bias):
            window = pc.Window(size, stride=stride, padding=padding)
            return _with_weights(nn.Conv2d(a, b, window, bias=bias, rng=rng), weights)
        case Dense(a, b):
            return _with_weights(nn.Linear(a, b, rng=rng), weights)
        case Norm(channels):
            return nn.BatchNorm(channels)
        case Dropout(p):
            return nn.Dropout(p, rng=rng)
        case LastOfLSTM(inside, hidden):
            return nn.LastState(_with_weights(nn.LSTM(inside, hidden, rng=rng), weights))
        case SmallGPT(vocabulary, length, features, heads, blocks):
            form = CharTransformerOptions(features=features, heads=heads, blocks=blocks)
            return _with_weights(CharTransformer(vocabulary, length, form, rng=rng), weights)
        case Residual(way, way_round):
            return Around(network_of(way, weights), network_of(way_round, weights))
    plain = {RELU: nn.ReLU(), POOL: nn.MaxPool2d(2), FLATTEN: nn.Flatten()}
    return (plain | {MEAN: nn.GlobalAvgPool2d()})[layer]


def _with_weights(layer: Layer, weights: Iterator[Any]) -> Layer:
    for name, parameter in layer.parameters().items():
        if "norm." not in name:  # of a layer norm inside
            parameter.assign(next(weights))
    return layer


def model_of(problem: Problem) -> Any:
    """The workload's network with the problem's weights."""
    workload = problem.workload
    rng = pc.Generator(seed=0)
    if workload.network:
        return network_of(NETWORKS[workload.network], iter(problem.network_weights))
    layers: list[Any] = []
    for i, (w, b) in enumerate(problem.weights):
        layer = nn.Linear(*w.shape, rng=rng.child())
        layer.load_state_dict({"weight": w, "bias": b})
        layers.append(layer)
        if i < len(problem.weights) - 1:
            if workload.batch_norm:
                layers.append(nn.BatchNorm(w.shape[1]))
            layers.append(nn.ReLU() if workload.activation == "relu" else nn.Tanh())
    return nn.Sequential(*layers)


def step_of(problem: Problem, executor: str | None = None) -> Any:
    """The compiled training step; its argument is the indices of a batch."""
    workload = problem.workload
    model = model_of(problem)
    kind = optim.SGD if workload.optimizer == "sgd" else optim.Adam
    optimizer = kind(model.parameters(), workload.learning_rate)
    features = pc.Buffer(problem.features)
    labels = pc.Buffer(problem.labels)
    binary = workload.loss == "binary"

    def loss_of(x: Any, t: Any) -> Any:
        y = model(x)
        return functional.binary_cross_entropy(y, t) if binary else functional.cross_entropy(y, t)

    def step(indices: Any) -> Any:
        if workload.batch >= workload.samples:
            # All rows: the index only counts steps.
            loss = loss_of(features, labels)
        else:
            loss = loss_of(features.take(indices, axis=0), labels.take(indices, axis=0))
        optimizer.minimize(loss)
        return loss

    return pc.compile(step, executor=executor)


def runner(problem: Problem, executor: str) -> Callable[[int], float]:
    """A function that trains some steps, from the problem's weights on, and tells the last loss."""
    step = step_of(problem, executor)

    def run(steps: int) -> float:
        rows = problem.batches(steps)
        rows = np.zeros((steps, 1), np.int64) if rows is None else rows
        return float(step.loop(rows).numpy()[-1])

    return run

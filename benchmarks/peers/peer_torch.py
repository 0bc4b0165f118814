"""PyTorch as a contender: eager, with the fused optimizer, and compiled."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from torch_gpt import small_gpt

from pellucid.bench.contender import Contender, with_threads
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


def contenders(problem: Problem, threads: Sequence[int]) -> list[Contender]:
    """Every form with every number of threads."""
    import torch

    found = []
    for form in ("eager", "fused optimizer", "channels last", "compiled"):
        if form == "channels last" and problem.features.ndim < 4:
            continue
        if form == "compiled" and tried(lambda: _trainer(problem, "compiled")) is None:
            continue
        run = _trainer(problem, form)
        found += with_threads("torch", form, run, threads, torch.set_num_threads)
    return found


def tried(make: Callable[[], Callable[[int], float]]) -> Callable[[int], float] | None:
    """What is made, after one step; None where it does not compile: that needs C++ tools."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            run = make()
            run(1)
    except Exception:  # whatever keeps it from compiling
        return None
    return run


def _network(layers: Sequence[Any], weights: Iterator[Any]) -> Any:
    """A described network; weights are taken in order."""
    import torch

    return torch.nn.Sequential(*(_layer(layer, weights) for layer in layers))


def _layer(layer: Any, weights: Iterator[Any]) -> Any:
    import torch

    match layer:
        case Conv(a, b, size, padding, stride, bias):
            return _with_weights(torch.nn.Conv2d(a, b, size, stride, padding, bias=bias), weights)
        case Dense(a, b):
            return _with_weights(torch.nn.Linear(a, b), weights)
        case Norm(channels):
            return torch.nn.BatchNorm2d(channels)
        case Dropout(p):
            return torch.nn.Dropout(p)
        case LastOfLSTM(inside, hidden):
            return _last_of_lstm(inside, hidden, weights)
        case SmallGPT():
            return small_gpt(layer, weights)
        case Residual(way, way_round):
            return _around(_network(way, weights), _network(way_round, weights))
    mean = torch.nn.Sequential(torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())
    plain = {RELU: torch.nn.ReLU(), POOL: torch.nn.MaxPool2d(2)}
    return (plain | {FLATTEN: torch.nn.Flatten(), MEAN: mean})[layer]


def _with_weights(layer: Any, weights: Iterator[Any]) -> Any:
    import torch

    w = next(weights)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(w if w.ndim == 4 else w.T.copy()))
        if layer.bias is not None:
            layer.bias.copy_(torch.from_numpy(next(weights)))
    return layer


def _last_of_lstm(inside: int, hidden: int, weights: Iterator[Any]) -> Any:
    import torch

    class Last(torch.nn.Module):
        """The h that an LSTM ends with."""

        def __init__(self) -> None:
            super().__init__()
            self.lstm = torch.nn.LSTM(inside, hidden, batch_first=True)
            with torch.no_grad():
                for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0"):
                    getattr(self.lstm, name).copy_(torch.from_numpy(next(weights).T.copy()))
                self.lstm.bias_hh_l0.zero_()

        def forward(self, x: Any) -> Any:
            _, (h, _) = self.lstm(x)
            return h[0]

    return Last()


def _around(way: Any, way_round: Any) -> Any:
    import torch

    class Around(torch.nn.Module):
        """relu(way(x) + way_round(x))."""

        def __init__(self) -> None:
            super().__init__()
            self.way, self.way_round = way, way_round

        def forward(self, x: Any) -> Any:
            return torch.relu(self.way(x) + self.way_round(x))

    return Around()


def model_of(problem: Problem) -> Any:
    """The workload's network with the problem's weights."""
    import torch

    workload = problem.workload
    if workload.network:
        return _network(NETWORKS[workload.network], iter(problem.network_weights))
    layers: list[Any] = []
    for i, (w, b) in enumerate(problem.weights):
        layer = torch.nn.Linear(*w.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(w.T.copy()))
            layer.bias.copy_(torch.from_numpy(b))
        layers.append(layer)
        if i < len(problem.weights) - 1:
            if workload.batch_norm:
                layers.append(torch.nn.BatchNorm1d(w.shape[1]))
            layers.append(torch.nn.ReLU() if workload.activation == "relu" else torch.nn.Tanh())
    return torch.nn.Sequential(*layers)


def _trainer(problem: Problem, form: str) -> Any:
    """A function that trains some steps, from the problem's weights on."""
    import torch

    workload = problem.workload
    features, labels = torch.from_numpy(problem.features), torch.from_numpy(problem.labels)
    model = model_of(problem)
    if form == "channels last":
        features = features.to(memory_format=torch.channels_last)
        model = model.to(memory_format=torch.channels_last)
    kind = torch.optim.SGD if workload.optimizer == "sgd" else torch.optim.Adam
    optimizer = kind(model.parameters(), lr=workload.learning_rate, fused=form != "eager")
    binary = workload.loss == "binary"
    criterion = torch.nn.BCEWithLogitsLoss() if binary else torch.nn.CrossEntropyLoss()

    def loss_of(x: Any, t: Any) -> Any:
        return criterion(model(x), t)

    if form == "compiled":
        loss_of = torch.compile(loss_of)

    def run(steps: int) -> float:
        rows, loss = problem.batches(steps), torch.zeros(())
        for i in range(steps):
            x, t = features, labels
            if rows is not None:
                indices = torch.from_numpy(rows[i])
                x, t = features[indices], labels[indices]
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(x, t)
            loss.backward()
            optimizer.step()
        return float(loss.detach())

    return run

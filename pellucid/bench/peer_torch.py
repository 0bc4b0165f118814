"""PyTorch as a contender: eager, with the fused optimizer, and compiled."""

import warnings
from collections.abc import Sequence
from typing import Any

from pellucid.bench.contender import Contender
from pellucid.bench.workloads import Problem


def contenders(problem: Problem, threads: Sequence[int]) -> list[Contender]:
    """Every form with every number of threads."""
    import torch

    found = []
    for form in ("eager", "fused optimizer", "compiled"):
        if form == "compiled" and not _compiles(problem):
            continue
        run = _trainer(problem, form)
        found += [
            Contender("torch", f"{form}, {n} thread{'s' * (n > 1)}", run, n, torch.set_num_threads)
            for n in threads
        ]
    return found


def _compiles(problem: Problem) -> bool:
    """Whether a step compiles here; that needs a C++ compiler."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _trainer(problem, "compiled")(1)
    except Exception:  # whatever keeps it from compiling
        return False
    return True


def _model(problem: Problem) -> Any:
    import torch

    workload = problem.workload
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
    model = _model(problem)
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

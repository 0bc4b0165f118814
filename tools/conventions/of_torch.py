"""What PyTorch does."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import plateaus
import torch
from torch import nn, optim

PACKAGE, NAME = "torch", "PyTorch"
Made = Callable[[list[torch.Tensor]], optim.Optimizer]


def places(make: Made, gradients: Iterable[float], start: float = 0.0) -> list[float]:
    """Where one weight is after each update with these gradients."""
    w = torch.tensor([start], dtype=torch.float64, requires_grad=True)
    optimizer, found = make([w]), []
    for g in gradients:
        w.grad = torch.tensor([g], dtype=torch.float64)
        optimizer.step()
        found.append(w.item())
    return found


def first_rate() -> tuple[float, ...]:
    w = torch.tensor([0.0], requires_grad=True)
    optimizer = optim.SGD([w], lr=1.0)
    schedule = optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    rates = []
    for _ in range(2):
        before = w.item()
        w.grad = torch.ones(1)
        optimizer.step()
        schedule.step()
        rates.append(before - w.item())
    return tuple(rates)


def accumulated() -> float:
    w = torch.tensor(0.0, requires_grad=True)
    for slope in (1.0, 3.0):
        (slope * w).backward()
    return w.grad.item()


def cosine_after() -> float:
    optimizer = optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=10)
    for _ in range(11):
        optimizer.step()
        schedule.step()
    return schedule.get_last_lr()[0]


def rate_and_momentum() -> float:
    w = torch.zeros(1, requires_grad=True)
    optimizer = optim.SGD([w], lr=1.0, momentum=0.9)
    found = []
    for g, rate in ((1.0, 1.0), (0.0, 0.1)):
        w.grad = torch.tensor([g])
        optimizer.param_groups[0]["lr"] = rate
        optimizer.step()
        found.append(w.item())
    return found[0] - found[1]


def rate_set_again() -> float:
    optimizer = optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    optim.lr_scheduler.LambdaLR(optimizer, lambda count: 1.0)
    optimizer.param_groups[0]["lr"] = 0.5
    return optim.lr_scheduler.LambdaLR(optimizer, lambda count: 1.0).get_last_lr()[0]


def _plateau(**options: Any) -> Callable[[float], float]:
    optimizer = optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)

    def see(value: float) -> float:
        schedule.step(value)
        return optimizer.param_groups[0]["lr"]

    return see


def plateau_patience() -> int:
    return plateaus.waited(_plateau)


def plateau_gain() -> tuple[bool, ...]:
    return plateaus.gains(_plateau, patience=0)


def plateau_cooldown() -> int:
    return plateaus.between(_plateau)


def decay_in_momentum() -> float:
    def make(w: list[torch.Tensor]) -> optim.Optimizer:
        return optim.SGD(w, lr=1.0, momentum=0.9, weight_decay=0.1)

    return places(make, (0.0, 0.0), start=1.0)[-1]


def adamw_decay() -> float:
    return 1.0 - places(lambda w: optim.AdamW(w, lr=1.0), [0.0], start=1.0)[0]


def adam_epsilon() -> float:
    return -places(lambda w: optim.Adam(w, lr=1.0, eps=1e-8), [1e-8])[0]


def rmsprop_epsilon() -> float:
    return -places(lambda w: optim.RMSprop(w, lr=1.0, alpha=0.9, eps=1e-8), [1e-8])[0]


def adagrad_start() -> float:
    return -places(lambda w: optim.Adagrad(w, lr=1.0), [1.0])[0]


def clip_norm() -> float:
    w = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    w.grad = torch.tensor([2e-6], dtype=torch.float64)
    nn.utils.clip_grad_norm_([w], 1e-6)
    return w.grad.item() / 1e-6


def muon_scale() -> float:
    g = torch.randn(64, 16, generator=torch.Generator().manual_seed(0))
    steps = []
    for each in (g, g.T.contiguous()):
        w = torch.zeros(each.shape, requires_grad=True)
        w.grad = each.clone()
        optim.Muon([w], lr=1.0, weight_decay=0.0).step()
        steps.append(w.norm().item())
    return steps[0] / steps[1]


def weighted_mean() -> float:
    def loss(weight: float) -> torch.Tensor:
        classes = torch.full((2,), weight)
        return nn.functional.cross_entropy(torch.zeros(2, 2), torch.tensor([0, 1]), classes)

    return (loss(3.0) / loss(1.0)).item()


def smoothed_by_class() -> float:
    weights = torch.tensor([1.0, 3.0])
    ids, scores = torch.tensor([0]), torch.zeros(1, 2)
    loss = nn.functional.cross_entropy(scores, ids, weights, label_smoothing=0.3)
    return loss.item() / math.log(2.0)


def ignored_and_smoothed() -> float:
    ids, scores = torch.tensor([0, -100]), torch.zeros(2, 2)
    loss = nn.functional.cross_entropy(scores, ids, label_smoothing=0.3, reduction="sum")
    return loss.item() / math.log(2.0)


def _ctc(steps: int, target: list[int], reduction: str) -> float:
    log_p = torch.zeros(steps, 1, 3).log_softmax(-1)
    options = (torch.tensor([target]), torch.tensor([steps]), torch.tensor([len(target)]))
    return nn.functional.ctc_loss(log_p, *options, reduction=reduction).item()


def ctc_mean() -> float:
    return _ctc(4, [1, 2], "mean") / _ctc(4, [1, 2], "sum")


def ctc_impossible() -> float:
    return _ctc(2, [1, 1], "sum")


def triplet_distance() -> float:
    def loss(distance: float) -> float:
        places = torch.tensor([[0.0], [distance], [0.0]]).split(1)
        return nn.functional.triplet_margin_loss(*places, margin=20.0).item()

    return loss(3.0) - loss(1.0)


def last_batch() -> float:
    data = torch.utils.data.DataLoader([1.0, 1.0, 1.0], batch_size=2)
    w = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = optim.SGD([w], lr=1.0)
    for slopes in data:
        optimizer.zero_grad()
        (slopes * w).mean().backward()
        optimizer.step()
    return -w.item()


def running_statistics() -> tuple[float, ...]:
    norm = nn.BatchNorm1d(1)
    norm(torch.tensor([[0.0], [2.0]]))
    return norm.running_mean.item(), norm.running_var.item()

"""What MLX does, on the CPU."""

from typing import Any

import mlx.core as mx
from mlx import nn, optimizers

PACKAGE, NAME = "mlx", "MLX"
mx.set_default_device(mx.cpu)


def places(optimizer: Any, gradients: Any, start: float = 0.0) -> list[float]:
    """Where one weight is after each update with these gradients."""
    weights, found = {"w": mx.array([start])}, []
    for g in gradients:
        weights = optimizer.apply_gradients({"w": mx.array([g])}, weights)
        found.append(weights["w"].item())
    return found


def first_rate() -> tuple[float, ...]:
    a, b = places(optimizers.SGD(lambda step: 0.5**step), (1.0, 1.0))
    return -a, a - b


def cosine_after() -> float:
    return optimizers.cosine_decay(1.0, 10)(mx.array(11)).item()


def rate_and_momentum() -> float:
    optimizer = optimizers.SGD(1.0, momentum=0.9)
    weights = {"w": mx.zeros(1)}
    found = []
    for g, rate in ((1.0, 1.0), (0.0, 0.1)):
        optimizer.learning_rate = rate
        weights = optimizer.apply_gradients({"w": mx.array([g])}, weights)
        found.append(weights["w"].item())
    return found[0] - found[1]


def rate_set_again() -> float:
    optimizer = optimizers.SGD(0.1)
    optimizer.learning_rate = 0.5
    return -places(optimizer, [1.0])[0]


def decay_in_momentum() -> float:
    decayed = optimizers.SGD(1.0, momentum=0.9, weight_decay=0.1)
    return places(decayed, (0.0, 0.0), 1.0)[-1]


def adamw_decay() -> float:
    return 1.0 - places(optimizers.AdamW(1.0), [0.0], 1.0)[0]


def adam_epsilon() -> float:
    return -places(optimizers.Adam(1.0, eps=1e-8), [1e-8])[0]


def rmsprop_epsilon() -> float:
    return -places(optimizers.RMSprop(1.0, alpha=0.9, eps=1e-8), [1e-8])[0]


def adagrad_start() -> float:
    return -places(optimizers.Adagrad(1.0), [1.0])[0]


def clip_norm() -> float:
    clipped, _ = optimizers.clip_grad_norm({"w": mx.array([2e-6])}, 1e-6)
    return clipped["w"].item() / 1e-6


def muon_scale() -> float:
    g = mx.random.normal((64, 16), key=mx.random.key(0))
    steps = []
    for each in (g, mx.contiguous(g.T)):
        muon = optimizers.Muon(1.0, weight_decay=0.0)
        found = muon.apply_gradients({"w": each}, {"w": mx.zeros(each.shape)})
        steps.append(mx.linalg.norm(found["w"]).item())
    return steps[0] / steps[1]


def weighted_mean() -> float:
    def loss(weight: float) -> Any:
        return nn.losses.cross_entropy(
            mx.zeros((2, 2)), mx.array([0, 1]), weights=mx.full(2, weight), reduction="mean"
        )

    return (loss(3.0) / loss(1.0)).item()


def triplet_distance() -> float:
    def loss(distance: float) -> float:
        places = (mx.array([[each]]) for each in (0.0, distance, 0.0))
        return nn.losses.triplet_loss(*places, margin=20.0, reduction="mean").item()

    return loss(3.0) - loss(1.0)


def running_statistics() -> tuple[float, ...]:
    norm = nn.BatchNorm(1)
    norm(mx.array([[0.0], [2.0]]))
    return norm.running_mean.item(), norm.running_var.item()

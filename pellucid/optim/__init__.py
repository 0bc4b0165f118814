"""Optimizers, schedules of learning rates, clipping of gradients, and rules for weights."""

from typing import TYPE_CHECKING

from pellucid.on_use import on_use
from pellucid.optim.adaptive import AdaGrad, Adam, AdamW, RMSProp
from pellucid.optim.clipping import ByGlobalNorm, ByNorm, ByValue, Clipping
from pellucid.optim.descent import SGD, Momentum, Nesterov
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.rules import (
    GradientNoise,
    MaxNorm,
    Penalty,
    Proximal,
    Rule,
    Step,
    every,
    weights_only,
)
from pellucid.optim.schedules import (
    Constant,
    CosineDecay,
    ExponentialDecay,
    OneCycle,
    Schedule,
    StepDecay,
    WarmUp,
)

# By the words of the command line.
OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": AdamW,
}

__all__ = [
    "OPTIMIZERS",
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "ByGlobalNorm",
    "ByNorm",
    "ByValue",
    "Clipping",
    "Constant",
    "CosineDecay",
    "ExponentialDecay",
    "GradientNoise",
    "MaxNorm",
    "Momentum",
    "Nesterov",
    "OneCycle",
    "Optimizer",
    "Penalty",
    "Proximal",
    "RMSProp",
    "Rule",
    "Schedule",
    "Step",
    "StepDecay",
    "WarmUp",
    "every",
    "weights_only",
]

if not TYPE_CHECKING:  # other names are answered with ours
    __getattr__, __dir__ = on_use(__name__, __all__)

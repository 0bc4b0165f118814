"""Optimizers, learning-rate schedules, and clipping of gradients."""

from pellucid.optim.adaptive import AdaGrad, Adam, AdamW, RMSProp
from pellucid.optim.clipping import ByGlobalNorm, ByNorm, ByValue, Clipping
from pellucid.optim.descent import SGD, Momentum, Nesterov
from pellucid.optim.optimizer import Optimizer, Step, weights_only
from pellucid.optim.schedules import (
    Constant,
    CosineDecay,
    ExponentialDecay,
    OneCycle,
    Schedule,
    StepDecay,
    WarmUp,
)

__all__ = [
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
    "Momentum",
    "Nesterov",
    "OneCycle",
    "Optimizer",
    "RMSProp",
    "Schedule",
    "Step",
    "StepDecay",
    "WarmUp",
    "weights_only",
]

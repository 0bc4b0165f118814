"""Layers: modules with named variables, and the rules for their initial values."""

from pellucid.nn import init
from pellucid.nn.activations import (
    ELU,
    GELU,
    GELUTanh,
    Identity,
    LeakyReLU,
    LogSoftmax,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Step,
    Tanh,
)
from pellucid.nn.linear import Flatten, Linear
from pellucid.nn.module import Call, Module, calls
from pellucid.nn.sequential import Sequential

__all__ = [
    "ELU",
    "GELU",
    "Call",
    "Flatten",
    "GELUTanh",
    "Identity",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "Module",
    "ReLU",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Step",
    "Tanh",
    "calls",
    "init",
]

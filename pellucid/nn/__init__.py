"""Layers: modules with named variables, and the rules for their initial values.

What suits which data: dense layers for tables, convolution for images, recurrent layers and
attention for sequences.
"""

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
from pellucid.nn.conv import Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d
from pellucid.nn.dropout import BookDropout, Dropout
from pellucid.nn.linear import Flatten, Linear
from pellucid.nn.module import Call, Module, calls
from pellucid.nn.normalization import BatchNorm, LayerNorm
from pellucid.nn.pooling import (
    AvgPool1d,
    AvgPool2d,
    GlobalAvgPool1d,
    GlobalAvgPool2d,
    MaxPool1d,
    MaxPool2d,
)
from pellucid.nn.sequential import Sequential
from pellucid.nn.summary import Row, Summary, flops

__all__ = [
    "ELU",
    "GELU",
    "AvgPool1d",
    "AvgPool2d",
    "BatchNorm",
    "BookDropout",
    "Call",
    "Conv1d",
    "Conv2d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "Dropout",
    "Flatten",
    "GELUTanh",
    "GlobalAvgPool1d",
    "GlobalAvgPool2d",
    "Identity",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "MaxPool1d",
    "MaxPool2d",
    "Module",
    "ReLU",
    "Row",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Step",
    "Summary",
    "Tanh",
    "calls",
    "flops",
    "init",
]

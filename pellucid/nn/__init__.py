"""Layers: modules with named variables, and the rules for their initial values.

What suits which data: dense layers for tables, convolution for images, recurrent layers and
attention for sequences.
"""

from typing import TYPE_CHECKING

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
from pellucid.nn.calls import Call, calls
from pellucid.nn.linear import Flatten, Linear
from pellucid.nn.module import Module
from pellucid.nn.sequential import Sequential
from pellucid.on_use import on_use

if TYPE_CHECKING:  # and loaded when first asked for: see the end
    from pellucid.nn.attention import MultiHeadAttention, TransformerBlock
    from pellucid.nn.cells import Cell, GRUCell, LSTMCell, RNNCell
    from pellucid.nn.conv import Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d
    from pellucid.nn.dropout import BookDropout, Dropout, Dropout2d
    from pellucid.nn.embedding import Embedding
    from pellucid.nn.normalization import BatchNorm, GroupNorm, LayerNorm
    from pellucid.nn.pooling import (
        AvgPool1d,
        AvgPool2d,
        GlobalAvgPool1d,
        GlobalAvgPool2d,
        MaxPool1d,
        MaxPool2d,
    )
    from pellucid.nn.predictor import Predictor
    from pellucid.nn.recurrent import GRU, LSTM, RNN, LastState, Recurrent
    from pellucid.nn.residual import Residual
    from pellucid.nn.summary import Row, Summary, flops

__all__ = [
    "ELU",
    "GELU",
    "GRU",
    "LSTM",
    "RNN",
    "AvgPool1d",
    "AvgPool2d",
    "BatchNorm",
    "BookDropout",
    "Call",
    "Cell",
    "Conv1d",
    "Conv2d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "Dropout",
    "Dropout2d",
    "Embedding",
    "Flatten",
    "GELUTanh",
    "GRUCell",
    "GlobalAvgPool1d",
    "GlobalAvgPool2d",
    "GroupNorm",
    "Identity",
    "LSTMCell",
    "LastState",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "MaxPool1d",
    "MaxPool2d",
    "Module",
    "MultiHeadAttention",
    "Predictor",
    "RNNCell",
    "ReLU",
    "Recurrent",
    "Residual",
    "Row",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Step",
    "Summary",
    "Tanh",
    "TransformerBlock",
    "calls",
    "flops",
    "init",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = on_use(
        __name__,
        __all__,
        (
            "attention",
            "cells",
            "conv",
            "dropout",
            "embedding",
            "normalization",
            "pooling",
            "predictor",
            "recurrent",
            "residual",
            "summary",
        ),
    )
